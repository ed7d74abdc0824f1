package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/views"
)

// tripBureau is an office before the real sandbox, with all that shop and pages log.
func tripBureau(t *testing.T) (b *kiosktest.Bureau, r *kiosktest.Trip, log *kiosktest.SafeBuffer) {
	r, log = kiosktest.NewTrip(t, sandbox.Wire2026), &kiosktest.SafeBuffer{}
	b = kiosktest.NewBureau(t, func(b *kiosktest.Bureau) {
		b.Settings.GatewayURL, b.Settings.Token, b.Options.Calls = r.URL, assembly.NewSecret(kiosktest.TripKey), 100_000
		b.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	return b, r, log
}

// TestOwnAccount_badKeys: whatever is wrong with a key is said beside its field, the key is not shown
// again, and nothing is stored.
func TestOwnAccount_badKeys(t *testing.T) {
	b, r, _ := tripBureau(t)
	g := b.Organizer()
	at := "/office/stalls/" + b.Stalls[0].ID + "/account"
	for what, c := range map[string]struct {
		key    string
		status int
		said   string
		set    func()
	}{
		"nothing":            {"", 422, kiosk.KeyKeyForm, nil},
		"blanks alone":       {"      \t    ", 422, kiosk.KeyKeyForm, nil},
		"too short":          {"short", 422, kiosk.KeyKeyForm, nil},
		"too long":           {strings.Repeat("x", 201), 422, kiosk.KeyKeyForm, nil},
		"much too long":      {strings.Repeat("x", 20_000), 422, kiosk.KeyKeyForm, nil},
		"a blank within":     {"key-with a-blank", 422, kiosk.KeyKeyForm, nil},
		"a control":          {"key-with\x00a-zero", 422, kiosk.KeyKeyForm, nil},
		"lines":              {"key-with\r\ntoken: more", 422, kiosk.KeyKeyForm, nil},
		"no ASCII":           {"schlüssel-des-stands", 422, kiosk.KeyKeyForm, nil},
		"a mark of writing":  {"key-with-\u202e-mark", 422, kiosk.KeyKeyForm, nil},
		"nobody's key":       {"test-key-nobody-has-1", 422, kiosk.KeyKeyWrong, nil},
		"a key of real life": {"a8F3kq90Zx71mB2c", 422, kiosk.KeyKeyWrong, nil}, // the sandbox knows none of those
		"the gateway away":   {"test-key-a", 409, kiosk.KeyKeyAway, func() { r.Gateway.Set(sandbox.Down, -1) }},
		"a silly answer":     {"test-key-a", 409, kiosk.KeyKeyAway, func() { r.Gateway.Set(sandbox.HTML, -1) }},
	} {
		before := b.Stored()
		if c.set != nil {
			c.set()
		}
		a := g.Post(at, "key", c.key)
		r.Gateway.Set(sandbox.Down, 0)
		r.Gateway.Set(sandbox.HTML, 0)
		page := a.Page(t)
		if a.Status != c.status || !page.Says("#wrong-key", officeWords(c.said)) {
			t.Errorf("%s: %d, nothing about it in %.600s", what, a.Status, page)
		}
		if len(strings.TrimSpace(c.key)) > 5 && strings.Contains(a.Body, c.key[:6]) {
			t.Errorf("%s: the key is shown again", what)
		}
		if d := cmp.Diff(before, b.Stored()); d != "" {
			t.Errorf("%s: stored %s", what, d)
		}
	}
}

// TestOwnAccount_roles: nobody but an organizer sees or changes the account; the domain says so again.
func TestOwnAccount_roles(t *testing.T) {
	b, _, _ := tripBureau(t)
	const way = "a[href$='/account']"
	if page := b.Organizer().Get("/office/stalls/" + b.Stalls[0].ID).Page(t); !page.Has(way) {
		t.Errorf("an organizer sees no way there: %.600s", page)
	}
	m := b.Manager(0)
	at := "/office/stalls/" + b.Stalls[0].ID + "/account"
	before := b.Stored()
	m.Get(at).Want(t, "the page for a manager", http.StatusForbidden, "")
	m.Post(at, "key", "test-key-a").Want(t, "a key of a manager", http.StatusForbidden, "")
	m.Post(at+"/end").Want(t, "an end by a manager", http.StatusForbidden, "")
	b.Desktop().Post(at, "key", "test-key-a").Want(t, "a key of nobody", http.StatusSeeOther, "/office/signin")
	manager := kiosk.OfficeActor{User: "m", Role: kiosk.Manager, Stall: b.Stalls[0].ID}
	if _, err := b.Shop.Office.StallAccounts.Set(t.Context(), manager, b.Stalls[0].ID, "test-key-a"); kiosk.CodeOf(err) != kiosk.Forbidden {
		t.Errorf("by a manager: %v", err)
	}
	if err := b.Shop.Office.StallAccounts.End(t.Context(), manager, b.Stalls[0].ID); kiosk.CodeOf(err) != kiosk.Forbidden {
		t.Errorf("an end by a manager: %v", err)
	}
	if _, err := b.Shop.Office.StallAccounts.Set(t.Context(), b.Clerk(), "no-such-stall", "test-key-a"); kiosk.CodeOf(err) != kiosk.NotFound {
		t.Errorf("of no stall: %v", err)
	}
	if page := m.Get("/office/stalls/"+b.Stalls[0].ID).Want(t, "the stall", http.StatusOK, "").Page(t); page.Has(way) {
		t.Error("a manager sees the way there")
	}
	if d := cmp.Diff(before, b.Stored()); d != "" {
		t.Errorf("stored %s", d)
	}
}

// TestOwnAccount_form: the account is set, renewed, given up and written down; its key stands on no page,
// in no entry and in no log, but for its last four characters.
func TestOwnAccount_form(t *testing.T) {
	b, r, log := tripBureau(t)
	g := b.Organizer()
	stall := "/office/stalls/" + b.Stalls[0].ID
	at := stall + "/account"
	const account, end = "[aria-labelledby=account]", "[aria-labelledby=end]"
	if page := g.Get(at).Page(t); !page.Says(account, "sells with the house's account") || page.Has(end) {
		t.Errorf("before: %.600s", page)
	}
	const canary = "test-key-of-the-canary-9k4Q"
	for i, key := range []string{canary, "test-key-of-the-canary-two-7b2X"} {
		if err := r.Gateway.AddAccount(sandbox.Account{Name: "Canary", Key: key, UserID: "usr-canary", RecipientToken: "canary"}); err != nil {
			t.Fatal(err)
		}
		if i == 1 { // by now the account has a link, which tells its number
			other := kiosktest.Sure(r.Client.As(key))(t)
			kiosktest.Sure(other.Open(t.Context(), r.Order("K7Q2")))(t)
		}
		g.Post(at, "key", " "+key+" ").Want(t, "a key", http.StatusSeeOther, at)
		page := g.Get(at).Page(t)
		if page.Text(account+" strong") != "•••• "+key[len(key)-4:] || !page.Says(account, "owner's account") || !page.Says(end, "Use the house's account again") {
			t.Errorf("set: %.800s", page)
		}
		if told := page.Says(account, "usr-canary"); told != (i == 1) {
			t.Errorf("the number is told: %v", told)
		}
	}
	house := kiosktest.Sure(b.Shop.Kernel.OfficeSettings(t.Context()))(t)
	used := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), b.Stalls[0].ID))(t).AccountID
	if len(house.Accounts) != 2 || house.Account(used).AccountNumber != "usr-canary" || house.Accounts[0].Ended == 0 {
		t.Errorf("accounts %+v, used %s", house.Accounts, used)
	}
	pages := g.Get("/office/payouts").Body + g.Get(stall+"/statement").Body + g.Get("/office").Body + g.Get("/office/trail").Body + g.Get(stall+"/terms").Body
	g.Post(at+"/end").Want(t, "the end", http.StatusSeeOther, at)
	if page := g.Get(at).Page(t); !page.Says(account, "sells with the house's account") || page.Has(end) {
		t.Errorf("after the end: %.600s", page)
	}
	trail := g.Get("/office/trail").Body
	if page := markup.Parse(t, trail); page.Saying(".trail strong", "SecPaid account of a stall set") != 3 || !page.Says(".trail .delta", "7b2X") {
		t.Errorf("the trail says: %.1500s", page)
	}
	for what, text := range map[string]string{
		"pages": pages, "the trail": trail, "the log": log.String() + r.Log.String(), "the store": b.Stored(), "errors": fmt.Sprintf("%+v", house),
	} {
		if strings.Contains(text, "of-the-canary") || text == "" {
			t.Errorf("a key is in %s", what)
		}
	}
	if !strings.Contains(log.String(), "the account of a stall was set") {
		t.Error("nothing was logged at all")
	}
}

// TestOwnAccount_houses: the key of the house's own account is no account of a stall's.
func TestOwnAccount_houses(t *testing.T) {
	b, r, _ := tripBureau(t)
	b.Organizer()
	r.Open(r.Order("K7Q2"))
	_, err := b.Store.Change(t.Context(), kiosk.OfficeStream, func(tx kiosk.Tx) error {
		return tx.PutOfficeSettings(kiosk.OfficeSettings{Key: kiosk.GatewayKey{AccountNumber: "usr-stall", Set: 1}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Shop.Office.StallAccounts.Set(t.Context(), b.Clerk(), b.Stalls[0].ID, kiosktest.TripKey); kiosk.KeyOf(err) != kiosk.KeyAccountMain || kiosk.CodeOf(err) != kiosk.Invalid {
		t.Errorf("the house's key: %v", err)
	}
}

// TestOwnAccount_shared: one account of two stalls is one; it ends when the second has given it up.
func TestOwnAccount_shared(t *testing.T) {
	b, r, _ := tripBureau(t)
	b.Organizer()
	other := kiosktest.Sure(r.Client.As("test-key-a"))(t)
	kiosktest.Sure(other.Open(t.Context(), r.Order("K7Q2")))(t)
	first := kiosktest.Sure(b.Shop.Office.StallAccounts.Set(t.Context(), b.Clerk(), b.Stalls[0].ID, "test-key-a"))(t)
	second := kiosktest.Sure(b.Shop.Office.StallAccounts.Set(t.Context(), b.Clerk(), b.Stalls[1].ID, "test-key-a"))(t)
	if first.ID != second.ID || first.AccountNumber != "usr-a" {
		t.Errorf("two accounts: %+v and %+v", first, second)
	}
	for i, ended := range []bool{false, true} {
		if err := b.Shop.Office.StallAccounts.End(t.Context(), b.Clerk(), b.Stalls[i].ID); err != nil {
			t.Fatal(err)
		}
		house := kiosktest.Sure(b.Shop.Kernel.OfficeSettings(t.Context()))(t)
		if a := house.Account(first.ID); (a.Ended > 0) != ended {
			t.Errorf("after stall %d gave it up: %+v", i, a)
		}
	}
}

// officeWords is what pages say about an error.
func officeWords(key string) string {
	return views.Page{Lang: "en"}.Explain(&kiosk.Error{Key: key}).Text
}
