//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cluster is a PostgreSQL server of this world alone.
type cluster struct {
	bin, dir, addr string
	proxy          *proxy
}

// postgresRing keeps the books in PostgreSQL, behind a proxy that also cuts connections at the very
// commit, and stops that server hard while everybody sells.
func postgresRing(names []string) ring {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.Contains(n, "-pg-") })
	c := &cluster{}
	r := ring{
		name: "postgres", registers: 8, share: 15, leisure: 300 * time.Millisecond,
		gremlin: [2]time.Duration{500 * time.Millisecond, 2 * time.Second},
		expects: []string{"kill", "postgres-restart", "proxy-postgres-" + string(netCutAtCommit)},
		prepare: c.prepare,
		after:   func(*world) { c.close() },
		torment: func(ctx context.Context, w *world) error { return c.torment(ctx, w, names) },
	}
	for _, name := range names {
		r.expects = append(r.expects, "crash-"+name)
	}
	return r
}

func (c *cluster) prepare(_ context.Context, w *world) error {
	if c.bin = findPostgres(); c.bin == "" {
		return skipf("no PostgreSQL server is installed")
	}
	var err error
	if c.dir, err = os.MkdirTemp("", "torture-pg"); err != nil {
		return err
	}
	if id := databaseUser(); id != nil {
		if err := os.Chown(c.dir, int(id.Uid), int(id.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "-D", c.data(), "-U", "qrkiosk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	if c.addr, err = freePort(); err != nil {
		return err
	}
	if err := c.up(); err != nil {
		return err
	}
	if c.proxy, err = openProxy("postgres", c.addr, w.seed, w.count); err != nil {
		return err
	}
	c.proxy.faults = []netFault{netCutAtCommit, netCutAtCommit, netReset, netDrop, netLatency, netRefuse}
	c.proxy.owed = func() netFault { return w.turns.owedNetFault(c.proxy) }
	address := func(host string) string {
		return (&url.URL{
			Scheme: "postgres", User: url.User("qrkiosk"), Host: host, Path: "/postgres",
			RawQuery: url.Values{"sslmode": {"disable"}, "connect_timeout": {"3"}}.Encode(),
		}).String()
	}
	w.db.url = address(c.addr)
	w.env = append(w.env, "QRKIOSK_DATABASE_URL="+address(c.proxy.addr))
	return nil
}

func (c *cluster) torment(ctx context.Context, w *world, names []string) error {
	c.proxy.chance.Store(4)
	defer c.proxy.chance.Store(0)
	w.fragile = true // without its database it does not start
	ctx, end := context.WithCancel(ctx)
	defer end()
	restarted := make(chan error, 1)
	go func() { restarted <- c.restarts(ctx, w) }()
	err := killer(ctx, w, names, 3*time.Second, 9*time.Second)
	end()
	return errors.Join(err, <-restarted)
}

// restarts stops the database as a power cut would, as far as it can tell, and starts it again.
func (c *cluster) restarts(ctx context.Context, w *world) error {
	for pause(ctx, w.dice.between(2*time.Second, 5*time.Second)) {
		if err := c.run("pg_ctl", "-D", c.data(), "-w", "-s", "-m", "immediate", "stop"); err != nil {
			return err
		}
		pause(ctx, w.dice.between(100*time.Millisecond, time.Second))
		if err := c.up(); err != nil {
			return err
		}
		w.count.fire("postgres-restart")
	}
	return nil
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *cluster) up() error {
	host, port, err := net.SplitHostPort(c.addr)
	if err != nil {
		return err
	}
	return c.run("pg_ctl", "-D", c.data(), "-w", "-s", "-l", filepath.Join(c.dir, "log"), "-o",
		fmt.Sprintf("-c listen_addresses=%s -p %s -c unix_socket_directories='%s' -c max_connections=60", host, port, c.dir), "start")
}

func (c *cluster) close() {
	if c.dir == "" {
		return
	}
	if c.proxy != nil {
		c.proxy.close()
	}
	_ = c.run("pg_ctl", "-D", c.data(), "-w", "-s", "-m", "immediate", "stop")
	_ = os.RemoveAll(c.dir)
}

// run starts a tool of the database as a user it accepts: it refuses to run as root.
func (c *cluster) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, name), args...) //nolint:noctx // they end by themselves
	cmd.Dir, cmd.WaitDelay = c.dir, time.Minute
	if id := databaseUser(); id != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: id}
	}
	said, err := os.CreateTemp(c.dir, "said") // a pipe would be held open by the server
	if err != nil {
		return err
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		raw, _ := os.ReadFile(said.Name())
		return fmt.Errorf("%s: %w\n%s", name, err, raw)
	}
	return nil
}

// databaseUser is who runs the database server if we are root, nil otherwise.
func databaseUser() *syscall.Credential {
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

// findPostgres returns the folder of the newest server programs, "" if there are none.
func findPostgres() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	for _, path := range slices.Backward(found) {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "initdb")); err == nil {
			return filepath.Dir(path)
		}
	}
	return ""
}
