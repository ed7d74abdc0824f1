package kiosktest

import (
	"net/http"

	"qrkiosk/views/counterview"

	"qrkiosk/views"
)

// PIN sends a PIN as the sign-in page does.
func (g *Guest) PIN(staff, pin string) Response {
	g.H.T.Helper()
	return g.Script(counterview.PathSignIn, "staff", staff, "pin", pin)
}

// SignInAgain signs the cashier out and in.
func (g *Guest) SignInAgain() {
	g.H.T.Helper()
	if g.Get(views.PathTill).Status != http.StatusOK {
		g.SignIn()
	}
}
