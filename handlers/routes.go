package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/klauspost/compress/gzhttp"

	"qrkiosk/static"
	"qrkiosk/views"
)

// Who says who may use a route. The guard of a route follows from it and from nothing else.
type Who string

// Who there is. What belongs to a register or stall is bound to that of the device or person who
// asks: there is no field and no address by which a till could name another's.
const (
	Anybody      Who = "anybody"    // also those who carry a secret in the address: receipts, tickets, webhooks
	Tablet       Who = "tablet"     // an enrolled tablet, nobody signed in
	Staff        Who = "staff"      // somebody with a PIN on an enrolled tablet
	Display      Who = "display"    // a paired display
	Office       Who = "office"     // anybody signed in to the office
	StallManager Who = "stall-head" // the organizer, or the manager of the stall in the address
	Organizer    Who = "organizer"  // the organizer alone
)

// way says through which doors a request goes before its handler.
type way string

const (
	wayTill   way = ""       // pages and forms of tills, displays and guests, with the staff's session
	wayOffice way = "office" // pages and forms of the office, with the office's session
	wayPlain  way = "plain"  // files: our host, no session
	waySocket way = "socket" // the same; its handler asks who it is, for no middleware may wrap the writer
	wayBare   way = "bare"   // not for browsers: nothing but the barrier
)

// Route is one line of the table of everything that can be asked of the front. What is not in the
// table does not exist: the server is built from it.
type Route struct {
	Method string
	Path   string // as chi writes it; {stall} binds it to that stall
	Who    Who
	Fresh  bool  // wants password and code entered a short while ago
	Body   int64 // bytes of a form, 0 means the usual limit
	Way    way
	do     func(*Server, http.ResponseWriter, *http.Request) error
}

// OfStall tells whether the address of the route names a stall.
func (r Route) OfStall() bool { return strings.Contains(r.Path, "{stall}") }

// Routes is the whole table. A test plays every line against every kind of person.
func Routes() []Route {
	return slices.Concat(
		commonRoutes(), tillRoutes(), displayRoutes(),
		officeRoutes(),
		stallRoutes(), accountRoutes(),
		itemFileRoutes(),
		officeSettingsRoutes(),
		fleetRoutes(),
		takingsRoutes(),
		shiftListRoutes(),
	)
}

// PathHook is what the gateway posts webhooks to: the token of a link follows.
const PathHook = "/hooks/secpaid/"

func commonRoutes() []Route {
	return []Route{
		{Method: "POST", Path: PathHook + "{token}", Who: Anybody, Way: wayBare, do: plainly((*Server).hook)},
		{Method: "GET", Path: "/healthz", Who: Anybody, Way: wayBare, do: plainly((*Server).health)},
		{Method: "GET", Path: "/readyz", Who: Anybody, Way: wayBare, do: plainly((*Server).readiness)},
		{Method: "GET", Path: "/metrics", Who: Anybody, Way: wayBare, do: plainly((*Server).figures)},
		{Method: "GET", Path: static.Root + "*", Who: Anybody, Way: wayPlain, do: plainly((*Server).static)},
		{Method: "GET", Path: "/brand/{name}", Who: Anybody, Way: wayPlain, do: (*Server).brand},
		{Method: "GET", Path: "/sw.js", Who: Anybody, Way: wayPlain, do: (*Server).worker},
		{Method: "GET", Path: "/till.webmanifest", Who: Anybody, Way: wayPlain, do: (*Server).tillManifest},
		{Method: "GET", Path: "/display.webmanifest", Who: Anybody, Way: wayPlain, do: (*Server).displayManifest},
		{Method: "GET", Path: "/offline", Who: Anybody, Way: wayPlain, do: (*Server).offline},
		{Method: "GET", Path: views.PathGuide, Who: Anybody, do: (*Server).guide},
		{Method: "GET", Path: views.PathHelp, Who: Anybody, do: (*Server).help},
		{Method: "GET", Path: "/picture/{id}", Who: Anybody, Way: wayPlain, do: (*Server).picture},
		{Method: "GET", Path: "/", Who: Anybody, do: (*Server).home},
		{Method: "GET", Path: "/r/{receipt}", Who: Anybody, do: (*Server).receipt},
	}
}

func tillRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathTillEnrol + "/{ticket}", Who: Anybody, do: (*Server).enrolForm},
		{Method: "POST", Path: views.PathTillEnrol, Who: Anybody, do: (*Server).enrolTill},
		{Method: "GET", Path: views.PathSignIn, Who: Tablet, do: (*Server).signInForm},
		{Method: "POST", Path: views.PathSignIn, Who: Tablet, do: (*Server).signIn},
		{Method: "POST", Path: views.PathLock, Who: Tablet, do: (*Server).lock},
		{Method: "POST", Path: views.PathTillTongue, Who: Tablet, do: (*Server).staffLanguage},
		{Method: "GET", Path: views.PathTillLive, Who: Staff, Way: waySocket, do: (*Server).tillSocket},

		{Method: "GET", Path: views.PathFaceLive, Who: Staff, Way: waySocket, do: (*Server).tillSocket},
		{Method: "GET", Path: views.PathFace, Who: Staff, do: (*Server).face},
		{Method: "GET", Path: views.PathFaceState, Who: Staff, do: (*Server).faceState},
		{Method: "POST", Path: views.PathFaceTip, Who: Staff, do: (*Server).faceTip},

		{Method: "GET", Path: views.PathTill, Who: Staff, do: (*Server).till},
		{Method: "GET", Path: views.PathTillState, Who: Staff, do: (*Server).tillState},
		{Method: "POST", Path: views.PathCharge, Who: Staff, do: (*Server).charge},
		{Method: "POST", Path: views.PathCart, Who: Staff, do: (*Server).cart},
		{Method: "GET", Path: views.PathItems, Who: Staff, do: (*Server).items},
		{Method: "POST", Path: views.PathCancel, Who: Staff, do: (*Server).cancel},
		{Method: "POST", Path: views.PathNoTip, Who: Staff, do: (*Server).noTip},
		{Method: "POST", Path: views.PathAside, Who: Staff, do: (*Server).aside},
		{Method: "POST", Path: views.PathLook, Who: Staff, do: (*Server).look},
		{Method: "POST", Path: views.PathShiftOpen, Who: Staff, do: (*Server).shiftOpen},
		{Method: "POST", Path: views.PathShiftClose, Who: Staff, do: (*Server).shiftClose},
		{Method: "GET", Path: views.PathShift, Who: Staff, do: (*Server).shift},
		{Method: "GET", Path: views.PathShiftZ, Who: Staff, do: (*Server).shiftZ},
		{Method: "GET", Path: views.PathShiftCSV, Who: Staff, do: (*Server).shiftCSV},
		{Method: "POST", Path: views.PathTone, Who: Staff, do: (*Server).tone},
		{Method: "POST", Path: views.PathTest, Who: Staff, do: (*Server).selfTest},
		{Method: "POST", Path: views.PathTestHeard, Who: Staff, do: (*Server).tillHeard},
		{Method: "GET", Path: views.PathSale, Who: Staff, do: (*Server).saleDetail},
		{Method: "POST", Path: views.PathDecide, Who: Staff, do: (*Server).decide},
		{Method: "GET", Path: views.PathPair, Who: Staff, do: (*Server).pairForm},
		{Method: "POST", Path: views.PathPair, Who: Staff, do: (*Server).pairFind},
		{Method: "POST", Path: views.PathPairConfirm, Who: Staff, do: (*Server).pairConfirm},
	}
}

func displayRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathDisplayEnrol + "/{ticket}", Who: Anybody, do: (*Server).enrolForm},
		{Method: "POST", Path: views.PathDisplayEnrol, Who: Anybody, do: (*Server).enrolDisplay},
		{Method: "GET", Path: views.PathDisplayLive, Who: Display, Way: waySocket, do: (*Server).displaySocket},
		{Method: "GET", Path: views.PathDisplay, Who: Anybody, do: (*Server).display},
		{Method: "GET", Path: views.PathPairState, Who: Anybody, do: (*Server).pairState},
		{Method: "GET", Path: views.PathDisplayState, Who: Display, do: (*Server).displayState},
		{Method: "POST", Path: views.PathLanguage, Who: Anybody, do: (*Server).language},
		{Method: "POST", Path: views.PathDisplayHeard, Who: Display, do: (*Server).displayHeard},
		{Method: "POST", Path: views.PathTip, Who: Display, do: (*Server).tip},
	}
}

// plainly is for handlers that answer everything themselves.
func plainly(h func(*Server, http.ResponseWriter, *http.Request)) func(*Server, http.ResponseWriter, *http.Request) error {
	return func(s *Server, w http.ResponseWriter, r *http.Request) error {
		h(s, w, r)
		return nil
	}
}

// routes builds the front from the table.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.barrier, s.metrics.count, s.headers)
	r.NotFound(s.page(func(http.ResponseWriter, *http.Request) error { return errNoPage }))
	zip := gzip()
	for _, route := range Routes() {
		r.Method(route.Method, route.Path, s.doors(zip, route))
	}
	return r
}

// doors puts before a route's handler what its way demands. Sockets stay outside the session
// middleware, whose writer cannot be taken over, and webhooks outside everything that belongs to
// browsers.
func (s *Server) doors(zip func(http.Handler) http.Handler, route Route) http.Handler {
	h := http.Handler(s.page(s.guard(route)))
	switch route.Way {
	case wayBare:
		return h
	case wayPlain, waySocket:
		return s.hosts(h)
	case wayTill:
		h = s.oneSession(sessionCookie, s.sessions.LoadAndSave(h))
	case wayOffice:
		h = s.oneSession(officeCookie, s.office.LoadAndSave(h))
	}
	limit := route.Body
	if limit == 0 {
		limit = formLimit
	}
	return s.hosts(zip(s.origins(s.forms(limit, h))))
}

// guard lets only those through who may use the route.
func (s *Server) guard(route Route) handler {
	h := func(w http.ResponseWriter, r *http.Request) error { return route.do(s, w, r) }
	if route.Way == waySocket {
		return h
	}
	switch route.Who {
	case Anybody:
		return h
	case Tablet:
		return s.requireTablet(h)
	case Staff:
		return s.requireStaff(h)
	case Display:
		return s.requireDisplay(h)
	case Office, StallManager, Organizer:
		return s.requireOffice(route, h)
	}
	return func(http.ResponseWriter, *http.Request) error { return errNoPage }
}

func gzip() func(http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1), gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // the options above are constants
	}
	return func(h http.Handler) http.Handler { return wrap(h) }
}
