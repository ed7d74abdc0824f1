package front

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
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
	WayOffice way = "office" // pages and forms of the office, with the office's session
	WayPlain  way = "plain"  // files: our host, no session
	WaySocket way = "socket" // the same; its handler asks who it is, for no middleware may wrap the writer
	WayBare   way = "bare"   // not for browsers: nothing but the barrier
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
	Do     Handler
}

// OfStall tells whether the address of the route names a stall.
func (r Route) OfStall() bool { return strings.Contains(r.Path, "{stall}") }

// What the gateway posts webhooks to and what customers keep: the token of a link and the secret of a
// receipt follow.
const (
	PathHook    = "/hooks/secpaid/"
	PathReceipt = "/r/"
)

// Doors puts before a route's handler what its way demands. Sockets stay outside the session
// middleware, whose writer cannot be taken over, and webhooks outside everything that belongs to
// browsers.
func (f *Front) Doors(zip func(http.Handler) http.Handler, route Route) http.Handler {
	h := http.Handler(f.Page(f.guard(route)))
	switch route.Way {
	case WayBare:
		return h
	case WayPlain, WaySocket:
		return f.hosts(h)
	case wayTill:
		h = f.oneSession(SessionCookie, f.TillSessions.LoadAndSave(h))
	case WayOffice:
		h = f.oneSession(OfficeCookie, f.OfficeSessions.LoadAndSave(h))
	}
	limit := route.Body
	if limit == 0 {
		limit = formLimit
	}
	return f.hosts(zip(f.origins(f.forms(limit, h))))
}

// guard lets only those through who may use the route.
func (f *Front) guard(route Route) Handler {
	h := route.Do
	if route.Way == WaySocket {
		return h
	}
	switch route.Who {
	case Anybody:
		return h
	case Tablet:
		return f.requireTablet(h)
	case Staff:
		return f.requireStaff(h)
	case Display:
		return f.requireDisplay(h)
	case Office, StallManager, Organizer:
		return f.requireOffice(route, h)
	}
	return func(http.ResponseWriter, *http.Request) error { return ErrNoPage }
}

// Gzip packs answers that are worth it.
func Gzip() func(http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1), gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // the options above are constants
	}
	return func(h http.Handler) http.Handler { return wrap(h) }
}
