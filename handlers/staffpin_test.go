package handlers_test

import (
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestOffice_pinsHaveTheStallsLength: PINs that are given from now on have the length that the stall
// says, drawn ones too; one of another length is refused in words that tell it.
func TestOffice_pinsHaveTheStallsLength(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	at := "/office/stalls/" + b.Stalls[0].ID
	g.Post(at+"/selling", "first", "en", "lapse", "10", "pinlength", "8").Want(t, "the length", 303, at+"/selling")
	refused := g.Post(at+"/staff", "name", "Ada", "role", "cashier", "pin", "739164")
	if refused.Status != 422 || !refused.Page(t).Says("#wrong-pin", "8 digits") {
		t.Errorf("a PIN of six where PINs have eight: %d %.300s", refused.Status, refused.Body)
	}
	if a := g.Post(at+"/staff", "name", "Ada", "role", "cashier", "pin", "73916482"); a.Status != 200 {
		t.Errorf("a PIN of eight: %d %.300s", a.Status, a.Body)
	}
	at8 := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), b.Stalls[0].ID))(t)
	if pin := b.Shop.Office.Staff.RandomPIN(at8); len(pin) != 8 {
		t.Errorf("drawn: %q", pin)
	}
}
