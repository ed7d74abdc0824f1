package kiosktest

import (
	"net/http"
	"testing"

	"qrkiosk/views/counterview"

	"qrkiosk/views"
)

// SignedOut fails the test unless the guest is sent to the page on which people sign in, as a
// browser and as a script.
func (g *Guest) SignedOut(t *testing.T, what string, change ...func(*http.Request)) {
	t.Helper()
	if r := g.Get(views.PathTill, change...); r.Status != http.StatusSeeOther || r.Header.Get("Location") != counterview.PathSignIn {
		t.Errorf("%s: the till is answered %d", what, r.Status)
	}
	if r := g.Get(counterview.PathTillState, append(change, AsScript)...); r.Status != http.StatusUnauthorized || r.Trouble().Text == "" {
		t.Errorf("%s: a script is answered %d %s", what, r.Status, r.Body)
	}
}
