package main

import (
	"context"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
)

type serveCmd struct {
	webFlags     `embed:"" set:"listen=127.0.0.1:8080"`
	dataFlags    `embed:"" set:"data=data"`
	gatewayFlags `embed:""`
	logFlags     `embed:""`

	StallName    string `env:"QRKIOSK_STALL_NAME" default:"My stall" help:"Name of the stall that the first start makes (${default})."`
	RegisterName string `env:"QRKIOSK_REGISTER_NAME" default:"Register 1" help:"Name of its register (${default})."`
	NewLinks     bool   `env:"QRKIOSK_NEW_LINKS" help:"Print new one-time links for till and display, as for a tablet that broke."`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, p *process) error {
	s, err := p.check(c.webFlags, c.dataFlags, c.gatewayFlags)
	if err != nil {
		return err
	}
	o := assembly.Opening{
		Stall:    kiosk.Stall{Name: c.StallName, Languages: []string{"en", "de"}, LapseAfter: p.trial().lapse},
		Register: c.RegisterName, Prefix: "R1",
		People: []assembly.Person{{Name: "Manager", Role: kiosk.Manager}},
		Always: c.NewLinks, More: p.trial().registers,
	}
	return assembly.Serve(ctx, s, o, p.options(), p.stdout, c.logger(p.stderr))
}
