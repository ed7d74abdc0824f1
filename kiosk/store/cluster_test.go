package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL server of this test binary alone, in a directory of its own, reached by
// a socket in there. It is started for the first test that needs it.
type cluster struct {
	once sync.Once
	dir  string
	bin  string
	err  error
	made atomic.Int64 // schemas
}

var scratch cluster

func TestMain(m *testing.M) {
	if path := os.Getenv("QRKIOSK_MIGRATE"); path != "" {
		killedMigration(path)
	}
	code := m.Run()
	scratch.stop()
	os.Exit(code)
}

var errNoPostgres = errors.New("no PostgreSQL server binaries were found")

// url returns the address of a fresh schema, or skips; with QRKIOSK_TEST_ALL=1 a missing server
// is a failure.
func (c *cluster) url(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: it needs PostgreSQL")
	}
	c.once.Do(func() { c.err = c.start() })
	switch {
	case errors.Is(c.err, errNoPostgres) && os.Getenv("QRKIOSK_TEST_ALL") != "1":
		t.Skip("PostgreSQL is left out: ", c.err)
	case c.err != nil:
		t.Fatal(c.err)
	}
	schema := "t" + strconv.FormatInt(c.made.Add(1), 10)
	db := openRaw(t, c.address(""))
	if _, err := db.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	return c.address(schema)
}

func (c *cluster) address(schema string) string {
	q := url.Values{"host": {c.dir}, "user": {"qrkiosk"}, "dbname": {"postgres"}, "sslmode": {"disable"}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres:///?" + q.Encode()
}

func openRaw(t testing.TB, address string) *sql.DB {
	t.Helper()
	conf, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	db := openPool(conf)
	t.Cleanup(func() { db.Close() })
	return db
}

func (c *cluster) start() error {
	if c.bin = findPostgres(); c.bin == "" {
		return errNoPostgres
	}
	var err error
	if c.dir, err = os.MkdirTemp("", "qrkiosk-pg"); err != nil {
		return err
	}
	if id := servant(); id != nil {
		if err := os.Chown(c.dir, int(id.Uid), int(id.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.dir, "data")
	if err := c.run("initdb", "-D", data, "-U", "qrkiosk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	return c.up()
}

func (c *cluster) up() error {
	return c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-w", "-s", "-l", filepath.Join(c.dir, "log"), "-o",
		fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c max_connections=80", c.dir), "start")
}

// down stops the server as a power cut would, as far as the server can tell.
func (c *cluster) down() error {
	return c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-w", "-s", "-m", "immediate", "stop")
}

func (c *cluster) stop() {
	if c.dir == "" {
		return
	}
	if c.bin != "" {
		c.down() //nolint:errcheck // it may not have come up
	}
	os.RemoveAll(c.dir)
}

// run starts a tool of the server as a user the server accepts: it refuses to run as root.
func (c *cluster) run(tool string, args ...string) error {
	cmd := exec.Command(filepath.Join(c.bin, tool), args...)
	cmd.Dir = c.dir
	cmd.WaitDelay = time.Minute
	if id := servant(); id != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: id}
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", tool, err, said.String())
	}
	return nil
}

// servant is who runs the server when we are root, nil otherwise.
func servant() *syscall.Credential {
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

// findPostgres returns the folder of the newest server binaries, "" if there are none.
func findPostgres() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return majorOf(b) - majorOf(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			found = append(found, path)
		}
	}
	for _, path := range found {
		if _, err := os.Stat(filepath.Join(filepath.Dir(path), "pg_ctl")); err == nil {
			return filepath.Dir(path)
		}
	}
	return ""
}

func majorOf(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}
