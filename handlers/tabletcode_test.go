package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"
)

// shown opens a page of a device that waits for its code to be typed.
func shown(t *testing.T, g *kiosktest.Desktop, path string) (page *markup.Page, code string) {
	t.Helper()
	page = g.Get(path).Want(t, "the code", http.StatusOK, "").Page(t)
	return page, page.Text(".key-code")
}

// TestTabletCode: a browser that is no till is led to its code and the office's address; a manager of the
// stall types it there, compares the word and agrees, and the page turns into the sign-in. The tablet of
// before is no till any more.
func TestTabletCode(t *testing.T) {
	m := newMatrix(t)
	old, manager, tablet := m.device("/till/enrol", kiosk.Tablet, 0), m.person("manager"), m.Desktop()
	tablet.Get(views.PathTill).Want(t, "a stranger", http.StatusSeeOther, counterview.PathConnect)
	page, code := shown(t, tablet, counterview.PathConnect)
	if office := page.Text(".address"); office != m.Web.URL+"/office" {
		t.Errorf("the office is told to be at %q", office)
	}
	if page.Attr("#pairing", "data-state") != counterview.PathConnectState || page.Attr("noscript meta[http-equiv]", "content") != "5" {
		t.Error("the page does not look for itself, or not without scripts")
	}
	if _, again := shown(t, tablet, counterview.PathConnect); again != code {
		t.Errorf("the code changed from %q to %q", code, again)
	}
	tablet.Get(counterview.PathConnectState).Want(t, "nobody typed it", http.StatusNoContent, "")

	register := officeview.RegisterPath(m.Stalls[0].ID, m.Tills[0].ID, "")
	if at := manager.Get(register).Page(t).Text("#pair ~ .address"); at != m.Web.URL+"/till" {
		t.Errorf("the tablet is told to open %q", at)
	}
	found := manager.Post(register+"/pair", "code", code).Want(t, "the code typed", http.StatusOK, "").Page(t)
	if word := found.Text("main .match"); word == "" || word != page.Text(".match") {
		t.Errorf("the office shows %q, the tablet %q", word, page.Text(".match"))
	}
	old.Get(counterview.PathSignIn).Want(t, "before somebody agreed", http.StatusOK, "")
	manager.Post(register+"/pair/confirm", "code", found.Attr("main input[name=code]", "value")).Want(t, "agreed", http.StatusSeeOther, register)
	if n := manager.Get(register).Page(t).Saying(".devices strong", "Tablet"); n != 1 {
		t.Errorf("the register has %d tablets", n)
	}

	tablet.Get(counterview.PathConnectState).Want(t, "it was typed", http.StatusOK, "")
	tablet.Get(counterview.PathConnect).Want(t, "the page anew", http.StatusSeeOther, views.PathTill)
	tablet.Get(views.PathTill).Want(t, "the till", http.StatusSeeOther, counterview.PathSignIn)
	tablet.Post(counterview.PathSignIn, "staff", m.staff.ID, "pin", "739164").Want(t, "a PIN", http.StatusSeeOther, views.PathTill)
	old.Get(counterview.PathSignIn).Want(t, "the tablet of before", http.StatusSeeOther, counterview.PathConnect)
	if trail := m.person("organizer").Get("/office/trail").Page(t); trail.Saying(".trail strong", "Tablet connected by its code") != 1 {
		t.Errorf("the trail says %s", trail)
	}
}

// TestTabletCode_refused: what is typed in the office and is no tablet's code is refused in words beside
// the field, where it can be typed anew, and guessing ends after ten tries a minute.
func TestTabletCode_refused(t *testing.T) {
	m := newMatrix(t)
	manager, till := m.person("manager"), m.cashier()
	m.Later(time.Minute)
	_, display := shown(t, m.Desktop(), views.PathDisplay)
	_, tablet := shown(t, m.Desktop(), counterview.PathConnect)
	register := officeview.RegisterPath(m.Stalls[0].ID, m.Tills[0].ID, "")
	for _, c := range []struct {
		what, code string
		status     int
		words      string
	}{
		{"no code", "K7M", http.StatusUnprocessableEntity, "A code has eight letters and digits."},
		{"unknown", "00000000", http.StatusNotFound, "No screen shows this code."},
		{"of a display", display, http.StatusUnprocessableEntity, "This code is a display’s."},
	} {
		for _, path := range []string{"/pair", "/pair/confirm"} {
			page := manager.Post(register+path, "code", c.code).Want(t, c.what+path, c.status, "").Page(t)
			if page.Saying(".line .fault", c.words) != 1 || page.Attr("input[name=code]", "value") != c.code {
				t.Errorf("%s%s: %s", c.what, path, page)
			}
		}
	}
	for _, path := range []string{counterview.PathPair, counterview.PathPairConfirm} {
		if page := till.Post(path, "code", tablet).Want(t, "a tablet's at the till", http.StatusUnprocessableEntity, "").Page(t); page.Saying(".fault", "This code is a tablet’s.") != 1 {
			t.Errorf("%s: %s", path, page)
		}
	}
	for range 4 {
		manager.Post(register+"/pair", "code", "00000000").Want(t, "guesses", http.StatusNotFound, "")
	}
	for _, path := range []string{"/pair", "/pair/confirm"} {
		a := manager.Post(register+path, "code", tablet).Want(t, "one too many", http.StatusTooManyRequests, "")
		if a.Header.Get("Retry-After") == "" {
			t.Error("nobody says for how long")
		}
	}
	m.Later(time.Minute)
	manager.Post(register+"/pair/confirm", "code", tablet).Want(t, "a minute later", http.StatusSeeOther, register)
}
