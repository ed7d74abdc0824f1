//go:build unix

package main

import (
	"bytes"
	database "database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// cluster is a PostgreSQL server of one test, in a directory of its own, reached by a socket in there.
type cluster struct {
	t        *testing.T
	bin, dir string
}

// newCluster starts a server until the test is over. Where none is installed the test is skipped,
// and fails if everything has to run.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, bin: postgresPrograms()}
	if c.bin == "" && os.Getenv("QRKIOSK_TEST_ALL") != "1" {
		t.Skip("PostgreSQL is left out: no server is installed")
	}
	dir, err := os.MkdirTemp("", "qrkiosk-pg") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	c.dir = dir
	t.Cleanup(func() { os.RemoveAll(dir) })
	if id := postgresUser(); id != nil {
		if err := os.Chown(dir, int(id.Uid), int(id.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	c.run("initdb", "-D", data, "-U", "qrkiosk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	c.run("pg_ctl", "-D", data, "-w", "-s", "-l", filepath.Join(dir, "log"), "-o",
		fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s'", dir), "start")
	t.Cleanup(func() { c.run("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop") })
	return c
}

// address is that of the database every server has.
func (c *cluster) address() string {
	q := url.Values{"host": {c.dir}, "user": {"qrkiosk"}, "dbname": {"postgres"}, "sslmode": {"disable"}}
	return "postgres:///?" + q.Encode()
}

// load runs a script, such as pg_dump writes.
func (c *cluster) load(script []byte) {
	c.t.Helper()
	db, err := database.Open("pgx", c.address()+"&default_query_exec_mode=simple_protocol") // many statements at once
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(c.t.Context(), string(script)); err != nil {
		c.t.Fatal(err)
	}
}

// dump is the whole database as SQL that needs no client of PostgreSQL: without the orders to that
// client which newer versions of pg_dump put around it.
func (c *cluster) dump() []byte {
	c.t.Helper()
	var script bytes.Buffer
	for line := range bytes.Lines(c.run("pg_dump", "--inserts", "--no-owner", "--no-privileges", "-d", c.address())) {
		if !bytes.HasPrefix(line, []byte(`\`)) {
			script.Write(line)
		}
	}
	return script.Bytes()
}

// run runs a program of the server as a user it accepts, and returns what it printed: the server
// refuses to run as root.
func (c *cluster) run(program string, args ...string) []byte {
	c.t.Helper()
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir, cmd.WaitDelay = c.dir, time.Minute
	if id := postgresUser(); id != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: id}
	}
	var said, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &wrong
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("%s: %v\n%s%s", program, err, said.String(), wrong.String())
	}
	return said.Bytes()
}

// postgresUser is who runs the server when we are root, nil otherwise.
func postgresUser() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// postgresPrograms is the folder of a server's programs, "" if there are none.
func postgresPrograms() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, path := range found {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(target)
		}
	}
	return ""
}
