package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/bare"
	"qrkiosk/handlers/counterweb"
	"qrkiosk/handlers/front"
	"qrkiosk/handlers/officeweb"
)

// TestRoutes_areTheTable walks the router that answers and compares it with the table: whatever is
// mounted without a line of its own fails here.
func TestRoutes_areTheTable(t *testing.T) {
	f := &front.Front{Metrics: front.NewMetrics(), TillSessions: new(scs.SessionManager), OfficeSessions: new(scs.SessionManager)}
	s := &Server{front: f, bare: new(bare.Bare), counter: new(counterweb.Counter), office: new(officeweb.Office)}
	var declared, mounted []string
	for _, r := range Routes() {
		declared = append(declared, r.Method+" "+r.Path)
		if r.Who == "" || r.Do == nil || strings.ToUpper(r.Method) != r.Method {
			t.Errorf("%s %s says not who may use it, or does nothing", r.Method, r.Path)
		}
		if r.Way == front.WaySocket && r.Who == front.Anybody {
			t.Errorf("the socket %s is open to anybody", r.Path)
		}
	}
	router, ok := s.router().(chi.Routes)
	if !ok {
		t.Fatal("the front is no router")
	}
	err := chi.Walk(router, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		mounted = append(mounted, method+" "+path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(declared)
	slices.Sort(mounted)
	if len(slices.Compact(slices.Clone(declared))) != len(declared) {
		t.Errorf("a route is declared twice")
	}
	if !slices.Equal(declared, mounted) {
		t.Errorf("declared:\n%s\nmounted:\n%s", strings.Join(declared, "\n"), strings.Join(mounted, "\n"))
	}
}
