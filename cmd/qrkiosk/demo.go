package main

import (
	"context"

	"qrkiosk/kiosk"
)

// demoPIN is everybody's PIN in the demonstration. It is printed and documented; the demonstration
// takes play money only.
const demoPIN = "271828"

// demoPassword opens the office of the demonstration, for the name "demo".
const demoPassword = "bread for " + demoPIN

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
	return alone.serve(ctx, s, bakery(), c.logger(p.stderr))
}

// bakery is the stall of the demonstration.
func bakery() opening {
	return opening{
		stall: kiosk.Stall{
			Name: "Bakery Lind", Town: "Berlin", Tagline: "Fresh since six this morning.", Accent: "#12506b",
			Languages: []string{"en", "de"}, Region: "de", Seller: "Lind", VAT: 700,
		},
		register: "Register 2", prefix: "B2",
		people: []person{
			{name: "Ada", role: kiosk.Cashier, pin: demoPIN},
			{name: "Lind", role: kiosk.Manager, pin: demoPIN},
		},
		items:  bakeryItems,
		always: true, pin: demoPIN, office: demoLogin{"demo", demoPassword},
	}
}
