package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
	"qrkiosk/views/officeview"
)

type resetCmd struct {
	dataFlags `embed:"" set:"data=data"`
	logFlags  `embed:""`

	Name       string `placeholder:"NAME" help:"Who, where there is more than one organizer."`
	FactorLost bool   `help:"The authenticator app and the recovery codes are lost too: a new app is set up."`
}

// Run makes a one-time code by which an organizer chooses a new password. The server may be running.
// Whoever can start this can read the database and its key: there is nobody further to ask.
func (c *resetCmd) Run(ctx context.Context, p *process) (err error) {
	s := settings{data: c.Data, keyFile: c.KeyFile}
	if err := p.checkData(&s, c.dataFlags); err != nil {
		return err
	}
	s.locateFiles()
	if _, err := os.Stat(s.keyFile); errors.Is(err, fs.ErrNotExist) {
		return usagef("there is nothing in %s yet (--data names another directory)", s.data)
	}
	log := c.logger(p.stderr)
	st, err := openStore(ctx, s, log)
	if err != nil {
		return refusal(err, s)
	}
	defer closing(&err, st.Close)
	keys, err := vault.Load(s.keyFile)
	if err != nil {
		return refusal(err, s)
	}
	shop, err := eitherMode(ctx, shop.Config{Store: st, Vault: keys, Bus: bus.NewLocal(), Log: log})
	if err != nil {
		return refusal(err, s)
	}
	code, err := shop.Office.Users.ResetOrganizer(ctx, c.Name, c.FactorLost)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return usagef("no organizer, or more than one, goes by the name %q (--name says who); before the first sign-in, serve prints a code", c.Name)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "one-time code  %s, for 20 minutes\nenter it at    %s of this kiosk\n", grouped(code), officeview.PathSetup)
	return err
}

// eitherMode opens the house whatever its money is.
func eitherMode(ctx context.Context, c shop.Config) (*front.Rooms, error) {
	c.Mode = kiosk.Live
	rooms, err := front.OpenRooms(ctx, c)
	if kiosk.KeyOf(err) == store.KeyMode {
		c.Mode = kiosk.Sandbox
		rooms, err = front.OpenRooms(ctx, c)
	}
	return rooms, err
}

// grouped writes a one-time code as people read it aloud.
func grouped(code string) string { return code[:4] + "-" + code[4:8] + "-" + code[8:] }
