package kiosktest

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// The tests named TestOwnAccount_ are about a stall whose owner has an account at the gateway: what is
// made with its key is asked, found, deleted and sent back with it, and nothing of one account is ever
// taken for something of another.

// OwnerKey and the other are keys of accounts that stalls may have.
const (
	OwnerKey  = "test-key-of-the-owner-1234"
	SecondKey = "test-key-of-the-owner-5678"
)

// Boss is who may set accounts.
var Boss = kiosk.OfficeActor{User: "boss", Role: kiosk.Organizer}

// Owner gives the house's stall an account of its own at the gateway.
func (h *Installation) Owner() kiosk.StallAccount {
	h.T.Helper()
	h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: OwnerKey, UserID: "u-owner"}))
	set, err := h.Shop.Office.StallAccounts.Set(context.Background(), Boss, h.Till().Stall.ID, OwnerKey)
	h.Must(err)
	return set
}
