package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"qrkiosk": main, "qrkiosk-mortal": mortalMain})
}

// TestScripts runs the true program as somebody at a terminal would.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar") // other files there are no scripts
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"until": until,
		},
	})
}

// until runs a program that would not end by itself: `until WORDS PROGRAM ARG...` waits until the
// log contains the words, asks it to stop, and wants exit 0. What it printed is in the files out
// and log.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until words program arg...")
	}
	out, log, err := runUntil(args[0], ts.MkAbs("."), ts.Getenv, args[1:])
	ts.Check(os.WriteFile(ts.MkAbs("out"), out, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("log"), log, 0o600))
	ts.Logf("[out]\n%s[log]\n%s", out, log)
	ts.Check(err)
}

func runUntil(words, dir string, env func(string) string, args []string) (out, log []byte, err error) {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return nil, nil, err
	}
	var printed bytes.Buffer
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir, cmd.Stdout = dir, &printed
	for _, name := range []string{"PATH", "HOME", "SECPAID_TOKEN", "SECPAID_URL", "QRKIOSK_DATA", "QRKIOSK_LISTEN"} {
		if value := env(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	if err = cmd.Start(); err != nil {
		return nil, nil, err
	}
	log, err = stopAfter(stderr, words, cmd.Process)
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	return printed.Bytes(), log, err
}

// stopAfter reads the log to its end and asks the process to stop once it contains the words.
func stopAfter(r io.Reader, words string, p *os.Process) (log []byte, err error) {
	lines := bufio.NewScanner(r)
	for asked := false; lines.Scan(); {
		log = append(append(log, lines.Bytes()...), '\n')
		if !asked && strings.Contains(lines.Text(), words) {
			asked = true
			err = p.Signal(syscall.SIGTERM)
		}
	}
	return log, err
}
