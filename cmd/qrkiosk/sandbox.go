package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"

	"qrkiosk/kiosk/sandbox"
)

type sandboxCmd struct {
	Listen    string   `env:"QRKIOSK_SANDBOX_LISTEN" default:"127.0.0.1:8091" placeholder:"ADDR" help:"Address to listen on, port 0 takes a free one (${default})."`
	Token     string   `required:"" env:"QRKIOSK_SANDBOX_TOKEN" placeholder:"KEY" help:"API key that callers must send; a key to play with, never a real one."`
	Recipient []string `env:"QRKIOSK_SANDBOX_RECIPIENT" placeholder:"TOKEN" help:"Recipient token of a further account, for split links; may be repeated."`
	Book      string   `env:"QRKIOSK_SANDBOX_BOOK" placeholder:"FILE" help:"File that keeps everything over restarts; without it all is forgotten at the end."`
	Allow     []string `env:"QRKIOSK_SANDBOX_ALLOW" placeholder:"HOST" help:"Where webhooks may go beside this machine: host, host:port, address or network; may be repeated."`
	logFlags  `embed:""`
}

// Run serves the gateway until ctx ends.
func (c *sandboxCmd) Run(ctx context.Context, p *process) (err error) {
	log := c.logger(p.stderr)
	if err := checkListen(c.Listen, true); err != nil {
		return err
	}
	l, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer closing(&err, ignoreClosed(l.Close))
	host, err := reachable(l)
	if err != nil {
		return err
	}
	server, err := c.open("http://"+host, log)
	if err != nil {
		return usageError{err}
	}
	defer closing(&err, server.Close)
	log.Info("ready", "listen", "http://"+host)
	_, err = fmt.Fprintf(p.stdout, "qrkiosk sandbox %s: play money, nothing is charged\n\n  API    http://%s/api/v2/\n  links  http://%s/\n", buildVersion(), host, host)
	if err != nil {
		return err
	}
	return c.serve(ctx, server, l, log)
}

func (c *sandboxCmd) open(url string, log *slog.Logger) (*sandbox.Server, error) {
	main := sandbox.DemoAccount()
	main.Name, main.Key = "Sandbox", c.Token
	accounts := []sandbox.Account{main}
	for i, token := range c.Recipient {
		n := strconv.Itoa(i + 1)
		accounts = append(accounts, sandbox.Account{
			Name: "Recipient " + n, Key: "sandbox-recipient-key-" + n, RecipientToken: token, BankTransfer: true,
		})
	}
	return sandbox.New(sandbox.Config{Accounts: accounts, Book: c.Book, URL: url, Log: log, Allow: c.Allow})
}

func (c *sandboxCmd) serve(ctx context.Context, server *sandbox.Server, l net.Listener, log *slog.Logger) error {
	parts := newCrew(context.WithoutCancel(ctx))
	parts.add(server.Run)
	parts.add(func(ctx context.Context) error { return serveUntil(ctx, newSandboxServer(server, log), l) })
	select {
	case <-ctx.Done():
	case <-parts.ctx.Done():
	}
	return parts.end()
}
