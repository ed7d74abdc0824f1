package counterweb

import (
	"qrkiosk/handlers/front"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// Routes are the counter's lines of the table: those of tills, then those of customers.
func (c *Counter) Routes() []front.Route { return append(c.tillRoutes(), c.displayRoutes()...) }

func (c *Counter) tillRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: counterview.PathTillEnrol + "/{ticket}", Who: front.Anybody, Do: c.enrolForm},
		{Method: "POST", Path: counterview.PathTillEnrol, Who: front.Anybody, Do: c.enrolTill},
		{Method: "GET", Path: counterview.PathConnect, Who: front.Anybody, Do: c.connect},
		{Method: "GET", Path: counterview.PathConnectState, Who: front.Anybody, Do: c.connectState},
		{Method: "GET", Path: counterview.PathSignIn, Who: front.Tablet, Do: c.signInForm},
		{Method: "POST", Path: counterview.PathSignIn, Who: front.Tablet, Do: c.signIn},
		{Method: "POST", Path: counterview.PathLock, Who: front.Tablet, Do: c.lock},
		{Method: "POST", Path: counterview.PathTillTongue, Who: front.Tablet, Do: c.staffLanguage},
		{Method: "GET", Path: counterview.PathTillLive, Who: front.Staff, Way: front.WaySocket, Do: c.tillSocket},

		{Method: "GET", Path: counterview.PathFaceLive, Who: front.Staff, Way: front.WaySocket, Do: c.tillSocket},
		{Method: "GET", Path: counterview.PathFace, Who: front.Staff, Do: c.display.face},
		{Method: "GET", Path: counterview.PathFaceState, Who: front.Staff, Do: c.display.faceState},
		{Method: "POST", Path: counterview.PathFaceTip, Who: front.Staff, Do: c.display.faceTip},

		{Method: "GET", Path: views.PathTill, Who: front.Staff, Do: c.till.till},
		{Method: "GET", Path: counterview.PathTillState, Who: front.Staff, Do: c.till.tillState},
		{Method: "POST", Path: counterview.PathCharge, Who: front.Staff, Do: c.till.charge},
		{Method: "POST", Path: counterview.PathCart, Who: front.Staff, Do: c.till.cart},
		{Method: "POST", Path: counterview.PathPark, Who: front.Staff, Do: c.till.park},
		{Method: "GET", Path: counterview.PathParked, Who: front.Staff, Do: c.till.parked},
		{Method: "POST", Path: counterview.PathParked, Who: front.Staff, Do: c.till.openParked},
		{Method: "POST", Path: counterview.PathParkedSeen, Who: front.Staff, Do: c.till.parkedSeen},
		{Method: "GET", Path: counterview.PathBill, Who: front.Staff, Do: c.till.bill},
		{Method: "POST", Path: counterview.PathBill, Who: front.Staff, Do: c.till.chargePortion},
		{Method: "POST", Path: counterview.PathBillEnd, Who: front.Staff, Do: c.till.endBill},
		{Method: "GET", Path: counterview.PathItems, Who: front.Staff, Do: c.till.items},
		{Method: "POST", Path: counterview.PathSoldOut, Who: front.Staff, Do: c.till.soldOut},
		{Method: "POST", Path: counterview.PathCancel, Who: front.Staff, Do: c.till.cancel},
		{Method: "POST", Path: counterview.PathChange, Who: front.Staff, Do: c.till.change},
		{Method: "POST", Path: counterview.PathOtherMeans, Who: front.Staff, Do: c.till.otherMeans},
		{Method: "POST", Path: counterview.PathNoTip, Who: front.Staff, Do: c.till.noTip},
		{Method: "POST", Path: counterview.PathAside, Who: front.Staff, Do: c.till.aside},
		{Method: "POST", Path: counterview.PathLook, Who: front.Staff, Do: c.till.look},
		{Method: "POST", Path: counterview.PathShiftOpen, Who: front.Staff, Do: c.till.shiftOpen},
		{Method: "POST", Path: views.PathShiftClose, Who: front.Staff, Do: c.till.shiftClose},
		{Method: "GET", Path: views.PathShift, Who: front.Staff, Do: c.till.shift},
		{Method: "GET", Path: views.PathShiftZ, Who: front.Staff, Do: c.till.shiftZ},
		{Method: "GET", Path: views.PathShiftCSV, Who: front.Staff, Do: c.till.shiftCSV},
		{Method: "POST", Path: counterview.PathTone, Who: front.Staff, Do: c.till.tone},
		{Method: "POST", Path: counterview.PathTest, Who: front.Staff, Do: c.selfTest},
		{Method: "POST", Path: counterview.PathTestHeard, Who: front.Staff, Do: c.tillHeard},
		{Method: "GET", Path: views.PathSale, Who: front.Staff, Do: c.till.saleDetail},
		{Method: "POST", Path: counterview.PathDecide, Who: front.Staff, Do: c.till.decide},
		{Method: "GET", Path: counterview.PathPair, Who: front.Staff, Do: c.pairForm},
		{Method: "POST", Path: counterview.PathPair, Who: front.Staff, Do: c.pairFind},
		{Method: "POST", Path: counterview.PathPairConfirm, Who: front.Staff, Do: c.pairConfirm},
		{Method: "POST", Path: counterview.PathTillHealth, Who: front.Tablet, Do: c.tillHealth},
	}
}

func (c *Counter) displayRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: counterview.PathDisplayEnrol + "/{ticket}", Who: front.Anybody, Do: c.enrolForm},
		{Method: "POST", Path: counterview.PathDisplayEnrol, Who: front.Anybody, Do: c.enrolDisplay},
		{Method: "GET", Path: counterview.PathDisplayLive, Who: front.Display, Way: front.WaySocket, Do: c.displaySocket},
		{Method: "GET", Path: views.PathDisplay, Who: front.Anybody, Do: c.display.display},
		{Method: "GET", Path: counterview.PathPairState, Who: front.Anybody, Do: c.pairState},
		{Method: "GET", Path: counterview.PathDisplayState, Who: front.Display, Do: c.display.displayState},
		{Method: "POST", Path: counterview.PathLanguage, Who: front.Anybody, Do: c.language},
		{Method: "POST", Path: counterview.PathDisplayHeard, Who: front.Display, Do: c.displayHeard},
		{Method: "POST", Path: counterview.PathTip, Who: front.Display, Do: c.display.tip},
		{Method: "POST", Path: counterview.PathDisplayHealth, Who: front.Display, Do: c.displayHealth},

		{Method: "GET", Path: "/", Who: front.Anybody, Do: c.till.home},
		{Method: "GET", Path: front.PathReceipt + "{receipt}", Who: front.Anybody, Do: c.display.receipt},
	}
}
