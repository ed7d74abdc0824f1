package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"qrkiosk/views/officeview"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
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
	s := assembly.Settings{Data: c.Data, KeyFile: c.KeyFile}
	if err := p.checkData(&s, c.dataFlags); err != nil {
		return err
	}
	s.LocateFiles()
	if _, err := os.Stat(s.KeyFile); errors.Is(err, fs.ErrNotExist) {
		return assembly.Usagef("there is nothing in %s yet (--data names another directory)", s.Data)
	}
	log := c.logger(p.stderr)
	office, closeStore, err := assembly.OpenOffice(ctx, s, log)
	if err != nil {
		return assembly.Refusal(err, s)
	}
	defer assembly.Closing(&err, closeStore)
	code, err := office.Users.ResetOrganizer(ctx, c.Name, c.FactorLost)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return assembly.Usagef("no organizer, or more than one, goes by the name %q (--name says who); before the first sign-in, serve prints a code", c.Name)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "one-time code  %s, for 20 minutes\nenter it at    %s of this kiosk\n", assembly.Grouped(code), officeview.PathSetup)
	return err
}
