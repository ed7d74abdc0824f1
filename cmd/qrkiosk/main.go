// Command qrkiosk is the program: it reads the configuration, has its assembly bring the rooms
// together and runs it until it is told to stop. It owns flags and environment, the commands beside
// the server (doctor, backup, restore, verify, reset) and the tests of the tree itself. It must not
// decide anything about a sale, and nobody imports it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // an image from scratch has no time zones
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	p := &process{stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv}
	os.Exit(p.run(ctx, os.Args[1:]))
}
