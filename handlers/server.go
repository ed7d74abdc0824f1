package handlers

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/bare"
	"qrkiosk/handlers/counterweb"
	"qrkiosk/handlers/front"
	"qrkiosk/handlers/officeweb"
)

// Server is everything that can be asked of the program over HTTP. Its handler is complete: nothing
// needs to stand before it.
type Server struct {
	front   *front.Front
	bare    *bare.Bare
	counter *counterweb.Counter
	office  *officeweb.Office
	handler http.Handler
}

// New builds the wings and one handler from their tables. Errors are those of [front.New].
func New(c front.Config) (*Server, error) {
	f, err := front.New(c)
	if err != nil {
		return nil, err
	}
	s := &Server{front: f, bare: bare.New(f, c.Ready), counter: counterweb.New(f, c.Dial), office: officeweb.New(f)}
	s.handler = s.router()
	return s, nil
}

// Routes is the whole table, without a server behind it. A test plays every line against every kind
// of person.
func Routes() []front.Route {
	return (&Server{bare: new(bare.Bare), counter: new(counterweb.Counter), office: new(officeweb.Office)}).table()
}

func (s *Server) table() []front.Route {
	return slices.Concat(s.bare.Routes(), s.counter.Routes(), s.office.Routes())
}

// router builds the front from the table.
func (s *Server) router() http.Handler {
	r := chi.NewRouter()
	r.Use(s.front.Barrier, s.front.Metrics.Count, s.front.Headers)
	r.NotFound(s.front.Page(func(http.ResponseWriter, *http.Request) error { return front.ErrNoPage }))
	zip := front.Gzip()
	for _, route := range s.table() {
		r.Method(route.Method, route.Path, s.front.Doors(zip, route))
	}
	return r
}

// Handler returns the whole front as one handler.
func (s *Server) Handler() http.Handler { return s.handler }

// Ring tells the screens of a register that something changed. It is what the bus calls.
func (s *Server) Ring(stream string, version int64) {
	s.front.Hub.Ring(stream, version)
	s.office.Ring(stream)
}

// Run keeps screens fresh until ctx ends.
func (s *Server) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.office.Run(ctx) })
	s.front.Run(ctx)
	all.Wait()
}

// Drain asks every screen to reconnect, as before a restart.
func (s *Server) Drain() { s.front.Drain() }
