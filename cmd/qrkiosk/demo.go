package main

import (
	"context"

	"qrkiosk/cmd/qrkiosk/assembly"
)

type demoCmd struct {
	Listen      string `env:"QRKIOSK_DEMO_LISTEN" default:"127.0.0.1:8090" placeholder:"ADDR" help:"Address to listen on, port 0 takes a free one (${default})."`
	Lan         bool   `env:"QRKIOSK_LAN" help:"Listen for the whole network, so that real tablets and phones can join."`
	Data        string `env:"QRKIOSK_DEMO_DATA" default:"data/demo" placeholder:"DIR" help:"Directory of everything; the next start goes on with it (${default})."`
	SandboxPort uint16 `env:"QRKIOSK_SANDBOX_PORT" default:"8091" help:"Port of the sandbox, 0 takes a free one (${default})."`
	logFlags    `embed:""`
}

// Run is serve with a sandbox and a bakery. What the environment says about a live kiosk does not
// concern it.
func (c *demoCmd) Run(ctx context.Context, p *process) error {
	alone := *p
	alone.env = func(string) string { return "" }
	s, err := alone.check(webFlags{Listen: c.Listen, Lan: c.Lan}, dataFlags{Data: c.Data},
		gatewayFlags{Sandbox: true, SandboxPort: c.SandboxPort})
	if err != nil {
		return err
	}
	return assembly.Serve(ctx, s, assembly.Bakery(), alone.options(), p.stdout, c.logger(p.stderr))
}
