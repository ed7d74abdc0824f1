package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
)

// The exit codes. A service manager should not start again what ended with exitUsage: nothing
// changes until somebody changes the configuration.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// process is what the program has from the outside; tests fill it by hand.
type process struct {
	stdout io.Writer // for people: addresses, one-time links, reports
	stderr io.Writer // the log, and why the program ended
	env    func(string) string
	tap    func(kiosk.Store) kiosk.Store     // stands between shop and store, nil outside of tests
	gate   func(kiosk.Gateway) kiosk.Gateway // the same between shop and gateway
	calls  int                               // a minute, of client and sandbox; 0 outside of tests is the gateway's sixty
}

// commands is the whole command line. Help texts and variables are written here and nowhere else.
type commands struct {
	Serve          serveCmd   `cmd:"" help:"Run the kiosk."`
	Demo           demoCmd    `cmd:"" help:"Run the kiosk with a sandbox in place of SecPaid and a bakery to play with."`
	Sandbox        sandboxCmd `cmd:"" help:"Run the SecPaid sandbox alone, for anyone who integrates SecPaid."`
	Doctor         doctorCmd  `cmd:"" help:"Check settings, keys, database, gateway, clock and public address."`
	Backup         backupCmd  `cmd:"" help:"Copy the database into one file, while the kiosk runs."`
	Restore        restoreCmd `cmd:"" help:"Bring a backup back."`
	Verify         verifyCmd  `cmd:"" help:"Recompute the journal and all sums, and compare them with anchors."`
	ResetOrganizer resetCmd   `cmd:"" help:"Make a one-time code by which an organizer who lost the password gets into the office again."`
	Version        versionCmd `cmd:"" help:"Print the version."`
}

const about = `Takes SecPaid payments by QR code: a till on any tablet, a code on any second screen.

Every flag has a variable of the environment, which its help names. Secrets are never flags:
SECPAID_TOKEN is the API key, QRKIOSK_DATABASE_URL the address of a PostgreSQL database and
QRKIOSK_NATS_URL that of NATS servers; each can also stand in a file, named by the same variable
with _FILE.`

// run does what the arguments say and returns the exit code.
func (p *process) run(ctx context.Context, args []string) int {
	err := p.obey(ctx, args)
	var usage assembly.UsageError
	var done exited
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &done):
		return int(done)
	}
	fmt.Fprintln(p.stderr, "qrkiosk:", err)
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// exited is an end that has said everything already: help was printed, or a report.
type exited int

func (exited) Error() string { return "done" }

func (p *process) obey(ctx context.Context, args []string) (err error) {
	defer func() {
		if code, ok := recover().(exited); ok {
			err = code
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("qrkiosk"), kong.Description(about),
		kong.Writers(p.stdout, p.stderr), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { panic(exited(code)) })) // kong goes on after help unless it is stopped
	if err != nil {
		return err
	}
	given, err := parser.Parse(args)
	if err != nil {
		return assembly.Usagef("%w (--help lists what there is)", err)
	}
	given.BindTo(ctx, (*context.Context)(nil))
	return given.Run(p)
}
