package assembly

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"qrkiosk/kiosk/sandbox"
	"qrkiosk/static"
)

// playground is a sandbox within the process. The client reaches it over HTTP like the real
// gateway; phones reach its checkout at host.
type playground struct {
	listener net.Listener
	lan      bool
	page     string // address of the list of open links
	host     string // host and port of its pay links
	allow    []string
	server   *sandbox.Server
	web      *http.Server
}

// openPlayground listens and points the settings of the gateway at it. Nothing is written yet.
func openPlayground(ctx context.Context, s *Settings, at site) (*playground, error) {
	host := "127.0.0.1"
	if s.Lan {
		host = "0.0.0.0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(s.SandboxPort))))
	if err != nil {
		return nil, Usagef("the sandbox cannot listen (--sandbox-port chooses another port): %w", err)
	}
	g := &playground{listener: l, lan: s.Lan}
	if g.host, err = reachable(l); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	_, port, err := net.SplitHostPort(g.host)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	g.page = "http://" + g.host + "/"
	g.allow = hostsOf(at.Own, at.public)
	s.GatewayURL = "http://" + net.JoinHostPort("127.0.0.1", port)
	s.Token = NewSecret(sandbox.DemoAccount().Key)
	return g, nil
}

// hostsOf are the targets that webhooks may have beside loopback: our own addresses.
func hostsOf(addresses ...string) (hosts []string) {
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" && !isLoopback(u.Hostname()) {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}

// start opens the book. With --lan the whole network may press the buttons: it is play money, and
// whoever asked for it wants to see the page on a tablet.
func (g *playground) start(s Settings, log *slog.Logger, calls int) (err error) {
	g.server, err = sandbox.New(sandbox.Config{
		Book: s.bookFile(), URL: "http://" + g.host, Log: log, Allow: g.allow, ControlAnywhere: g.lan, Limit: calls, Font: pageFont(),
	})
	if err == nil {
		g.web = newSandboxServer(g.server, log)
	}
	return err
}

// pageFont is what the sandbox's pages are written in, as ours are: it has none of its own, or the program
// would carry it twice.
func pageFont() []byte {
	raw, _, _ := static.Open(static.Path("fonts/inter.woff2"))
	return raw
}

// newSandboxServer sets no time for writing: one of the faults it can be told to show is hanging.
func newSandboxServer(s *sandbox.Server, log *slog.Logger) *http.Server {
	web := newWebServer(s.Handler(), log)
	web.WriteTimeout = 0
	return web
}

// work serves the sandbox until the group ends.
func (g *playground) work(parts *group) {
	parts.add(g.server.Run)
	parts.add(func(ctx context.Context) error { return serveUntil(ctx, g.web, g.listener) })
}

// serveUntil serves until ctx ends; what takes longer than drainTime after that is cut off.
func serveUntil(ctx context.Context, web *http.Server, l net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if web.Shutdown(limit) != nil {
		_ = web.Close() // it hung, as it may have been told to
	}
	<-ended
	return nil
}

func (g *playground) close() error {
	err := ignoreClosed(g.listener.Close)()
	if g.server != nil {
		err = errors.Join(err, g.server.Close())
	}
	return err
}
