package counterweb

import (
	"qrkiosk/handlers/front"
	"qrkiosk/views"
)

// Routes are the counter's lines of the table: those of tills, then those of customers.
func (c *Counter) Routes() []front.Route { return append(c.tillRoutes(), c.displayRoutes()...) }

func (c *Counter) tillRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: views.PathTillEnrol + "/{ticket}", Who: front.Anybody, Do: c.enrolForm},
		{Method: "POST", Path: views.PathTillEnrol, Who: front.Anybody, Do: c.enrolTill},
		{Method: "GET", Path: views.PathSignIn, Who: front.Tablet, Do: c.signInForm},
		{Method: "POST", Path: views.PathSignIn, Who: front.Tablet, Do: c.signIn},
		{Method: "POST", Path: views.PathLock, Who: front.Tablet, Do: c.lock},
		{Method: "POST", Path: views.PathTillTongue, Who: front.Tablet, Do: c.staffLanguage},
		{Method: "GET", Path: views.PathTillLive, Who: front.Staff, Way: front.WaySocket, Do: c.tillSocket},

		{Method: "GET", Path: views.PathFaceLive, Who: front.Staff, Way: front.WaySocket, Do: c.tillSocket},
		{Method: "GET", Path: views.PathFace, Who: front.Staff, Do: c.display.face},
		{Method: "GET", Path: views.PathFaceState, Who: front.Staff, Do: c.display.faceState},
		{Method: "POST", Path: views.PathFaceTip, Who: front.Staff, Do: c.display.faceTip},

		{Method: "GET", Path: views.PathTill, Who: front.Staff, Do: c.till.till},
		{Method: "GET", Path: views.PathTillState, Who: front.Staff, Do: c.till.tillState},
		{Method: "POST", Path: views.PathCharge, Who: front.Staff, Do: c.till.charge},
		{Method: "POST", Path: views.PathCart, Who: front.Staff, Do: c.till.cart},
		{Method: "GET", Path: views.PathItems, Who: front.Staff, Do: c.till.items},
		{Method: "POST", Path: views.PathCancel, Who: front.Staff, Do: c.till.cancel},
		{Method: "POST", Path: views.PathNoTip, Who: front.Staff, Do: c.till.noTip},
		{Method: "POST", Path: views.PathAside, Who: front.Staff, Do: c.till.aside},
		{Method: "POST", Path: views.PathLook, Who: front.Staff, Do: c.till.look},
		{Method: "POST", Path: views.PathShiftOpen, Who: front.Staff, Do: c.till.shiftOpen},
		{Method: "POST", Path: views.PathShiftClose, Who: front.Staff, Do: c.till.shiftClose},
		{Method: "GET", Path: views.PathShift, Who: front.Staff, Do: c.till.shift},
		{Method: "GET", Path: views.PathShiftZ, Who: front.Staff, Do: c.till.shiftZ},
		{Method: "GET", Path: views.PathShiftCSV, Who: front.Staff, Do: c.till.shiftCSV},
		{Method: "POST", Path: views.PathTone, Who: front.Staff, Do: c.till.tone},
		{Method: "POST", Path: views.PathTest, Who: front.Staff, Do: c.selfTest},
		{Method: "POST", Path: views.PathTestHeard, Who: front.Staff, Do: c.tillHeard},
		{Method: "GET", Path: views.PathSale, Who: front.Staff, Do: c.till.saleDetail},
		{Method: "POST", Path: views.PathDecide, Who: front.Staff, Do: c.till.decide},
		{Method: "GET", Path: views.PathPair, Who: front.Staff, Do: c.pairForm},
		{Method: "POST", Path: views.PathPair, Who: front.Staff, Do: c.pairFind},
		{Method: "POST", Path: views.PathPairConfirm, Who: front.Staff, Do: c.pairConfirm},
		{Method: "POST", Path: views.PathTillHealth, Who: front.Tablet, Do: c.tillHealth},
	}
}

func (c *Counter) displayRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: views.PathDisplayEnrol + "/{ticket}", Who: front.Anybody, Do: c.enrolForm},
		{Method: "POST", Path: views.PathDisplayEnrol, Who: front.Anybody, Do: c.enrolDisplay},
		{Method: "GET", Path: views.PathDisplayLive, Who: front.Display, Way: front.WaySocket, Do: c.displaySocket},
		{Method: "GET", Path: views.PathDisplay, Who: front.Anybody, Do: c.display.display},
		{Method: "GET", Path: views.PathPairState, Who: front.Anybody, Do: c.pairState},
		{Method: "GET", Path: views.PathDisplayState, Who: front.Display, Do: c.display.displayState},
		{Method: "POST", Path: views.PathLanguage, Who: front.Anybody, Do: c.language},
		{Method: "POST", Path: views.PathDisplayHeard, Who: front.Display, Do: c.displayHeard},
		{Method: "POST", Path: views.PathTip, Who: front.Display, Do: c.display.tip},
		{Method: "POST", Path: views.PathDisplayHealth, Who: front.Display, Do: c.displayHealth},

		{Method: "GET", Path: "/", Who: front.Anybody, Do: c.till.home},
		{Method: "GET", Path: "/r/{receipt}", Who: front.Anybody, Do: c.display.receipt},
	}
}
