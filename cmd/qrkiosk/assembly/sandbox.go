package assembly

import (
	"context"
	"net"
	"net/http"

	"qrkiosk/kiosk/sandbox"
)

// ServeSandbox serves the gateway alone until ctx ends. greet is told where once it listens.
func ServeSandbox(ctx context.Context, address string, c sandbox.Config, greet func(host string) error) (err error) {
	l, err := Listen(ctx, address)
	if err != nil {
		return err
	}
	defer Closing(&err, ignoreClosed(l.Close))
	host, err := reachable(l)
	if err != nil {
		return err
	}
	if c.URL == "" {
		c.URL = "http://" + host
	}
	c.Font = pageFont()
	server, err := sandbox.New(c)
	if err != nil {
		return UsageError{err}
	}
	defer Closing(&err, server.Close)
	c.Log.Info("ready", "listen", "http://"+host)
	if err := greet(host); err != nil {
		return err
	}
	return runSandbox(ctx, server, l, newSandboxServer(server, c.Log))
}

func runSandbox(ctx context.Context, server *sandbox.Server, l net.Listener, web *http.Server) error {
	parts := newGroup(context.WithoutCancel(ctx))
	parts.add(server.Run)
	parts.add(func(ctx context.Context) error { return serveUntil(ctx, web, l) })
	select {
	case <-ctx.Done():
	case <-parts.ctx.Done():
	}
	return parts.end()
}
