package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"modernc.org/sqlite"

	"qrkiosk/kiosk"
)

// liteSettings are read back from every connection. FULL flushes the log at each commit; the log
// is checkpointed at its default size and never cut, because a log that is used again is flushed
// faster; no memory map, because a failing disk would then kill the process.
var liteSettings = []setting{
	{"PRAGMA journal_mode", "wal"},
	{"PRAGMA synchronous", "2"},
	{"PRAGMA foreign_keys", "1"},
	{"PRAGMA busy_timeout", "5000"},
	{"PRAGMA trusted_schema", "0"},
	{"PRAGMA wal_autocheckpoint", "1000"},
	{"PRAGMA mmap_size", "0"},
}

// lite is a SQLite file: one writer, and a pool of connections that can only read.
type lite struct {
	db      *sql.DB // for the writer and at the start
	readers *sql.DB
	pool    chan *liteConn // idle readers; nil stands for one not opened yet
	writer  *writer

	mu     sync.RWMutex // held by readers, and by close
	closed bool
}

func openSQLite(ctx context.Context, cfg Config) (engine, error) {
	path, unclean, err := makeFile(cfg)
	if err != nil {
		return nil, err
	}
	if err := checkHeader(path, unclean); err != nil {
		return nil, err
	}
	l := &lite{}
	pragma := cfg.pragma
	if cfg.Reading {
		pragma = "query_only(1)"
	}
	if l.db, err = openDB(path, "immediate", pragma); err != nil {
		return nil, fault(err)
	}
	if l.readers, err = openDB(path, "deferred", "query_only(1)"); err != nil {
		return nil, errors.Join(fault(err), l.db.Close())
	}
	if err := l.start(ctx, cfg, unclean); err != nil {
		return nil, errors.Join(err, l.readers.Close(), l.db.Close())
	}
	return l, nil
}

// start checks the file before it trusts it, and the settings before it writes.
func (l *lite) start(ctx context.Context, cfg Config, unclean bool) error {
	c, err := openConn(ctx, l.db, liteSettings)
	if err != nil {
		return err
	}
	if unclean || cfg.Reading {
		cfg.Log.Info("store: checking the file", "clean", !unclean)
		if err := quickCheck(ctx, c.conn); err != nil {
			return errors.Join(err, c.close())
		}
	}
	if err := migrate(ctx, l.db, sqliteDialect, cfg.Log, cfg.Reading); err != nil {
		return errors.Join(err, c.close())
	}
	if kiosk.Bug("synchronous-normal") {
		if err := c.run("PRAGMA synchronous = NORMAL"); err != nil {
			return errors.Join(err, c.close())
		}
	}
	if err := tidy(ctx, c.conn, cfg.Reading); err != nil {
		return errors.Join(err, c.close())
	}
	n := cfg.Conns
	if n <= 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	l.pool = make(chan *liteConn, n)
	for range n {
		l.pool <- nil
	}
	l.writer = newWriter(c, cfg)
	return nil
}

// tidy brings what the log holds into the file, so that whoever loses the log loses little.
func tidy(ctx context.Context, c *sql.Conn, reading bool) error {
	if reading {
		return nil
	}
	_, err := c.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	return fault(err)
}

// makeFile makes the file if it is missing, readable by its owner alone, and tells whether a log
// with content lies beside it, which a clean stop would have removed.
func makeFile(cfg Config) (abs string, unclean bool, err error) {
	if abs, err = filepath.Abs(cfg.Path); err != nil {
		return "", false, away(err)
	}
	if !cfg.Reading {
		err = makePrivate(abs)
	} else if _, statErr := os.Stat(abs); statErr != nil {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: KeyMissing, Args: []string{abs}, Err: statErr}
	}
	if err != nil {
		return "", false, err
	}
	if err := checkPlace(filepath.Dir(abs)); err != nil {
		return "", false, err
	}
	log, err := os.Stat(abs + "-wal")
	return abs, err == nil && log.Size() > 0, nil
}

func makePrivate(abs string) error {
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return away(err)
	}
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return away(err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return away(err)
	}
	return nil
}

// openDB makes a pool whose connections carry our settings, the last word being pragma's.
func openDB(path, lock, pragma string) (*sql.DB, error) {
	q := url.Values{"_txlock": {lock}, "_dqs": {"0"}}
	for _, usual := range []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"trusted_schema(0)", "cache_size(-16000)",
	} {
		name, _, _ := strings.Cut(usual, "(")
		if !strings.HasPrefix(pragma, name) {
			q.Add("_pragma", usual)
		}
	}
	if pragma != "" {
		q.Add("_pragma", pragma)
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	connector, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func quickCheck(ctx context.Context, c *sql.Conn) error {
	var verdict string
	err := c.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict)
	if err == nil && verdict == "ok" {
		return nil
	}
	return &kiosk.Error{
		Code: kiosk.Internal, Key: KeyDamaged,
		Err: errors.Join(fmt.Errorf("quick_check says %q", verdict), err),
	}
}

func (l *lite) write(ctx context.Context, work func(querier) (bool, error)) error {
	return l.writer.do(ctx, work)
}

func (l *lite) view(ctx context.Context, read func(querier) error) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return away(errClosed)
	}
	var c *liteConn
	select {
	case c = <-l.pool:
	case <-ctx.Done():
		return away(ctx.Err())
	}
	defer func() { l.pool <- c }()
	if c == nil {
		var err error
		if c, err = openConn(ctx, l.readers, append(liteSettings[:len(liteSettings):len(liteSettings)],
			setting{"PRAGMA query_only", "1"})); err != nil {
			return err
		}
	}
	if err := c.run("BEGIN"); err != nil {
		return fault(err)
	}
	defer c.run("ROLLBACK") //nolint:errcheck // nothing was written
	return read(c)
}

// close waits for views and changes under way. The last connection to go puts the log into the
// file and removes it, which is how the next start knows that the stop was clean.
func (l *lite) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.writer.close()
	for range cap(l.pool) {
		if c := <-l.pool; c != nil {
			err = errors.Join(err, c.close())
		}
	}
	return errors.Join(err, l.readers.Close(), l.db.Close())
}

// liteConn is one connection with the statements it has prepared so far. Transactions are begun
// and ended by statements of their own, so that those too are prepared once.
type liteConn struct {
	conn     *sql.Conn
	prepared map[string]liteStmt
	writes   *pendingWrites
	seen     int64 // what SQLite counts of the commits of others
	flushed  bool  // whoever commits does it
	away     error // the first error that may have undone the whole transaction
}

// openConn opens a connection and reads its settings back.
func openConn(ctx context.Context, db *sql.DB, wanted []setting) (*liteConn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fault(err)
	}
	if err := readBack(ctx, conn, wanted); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &liteConn{conn: conn, prepared: map[string]liteStmt{}, writes: newPendingWrites()}, nil
}

func (c *liteConn) pending() *pendingWrites { return c.writes }

func (c *liteConn) late() bool { return c.flushed }

// begin starts a transaction that writes. What is known of the streams still holds if the one
// before was committed and nobody else has written since.
func (c *liteConn) begin() error {
	c.away = nil
	if err := c.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	seen, err := (&reader{ctx: context.Background(), q: c}).number(`PRAGMA data_version`)
	if err != nil || seen != c.seen {
		c.forget()
	}
	c.seen = seen
	return err
}

// forget drops what only an undone transaction, or one of before somebody else's, knows.
func (c *liteConn) forget() { c.writes = newPendingWrites() }

// execAll gains nothing from sending statements together: there is nothing between us and SQLite.
func (c *liteConn) execAll(ctx context.Context, all []statement) error {
	for _, s := range all {
		if _, err := c.exec(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// alone holds because every transaction that writes begins by taking SQLite's write lock.
func (c *liteConn) alone() bool { return true }

// liteStmt is a prepared statement whose placeholders have no names: to bind one, the driver asks
// SQLite for its name, and SQLite walks through all names for that. With the hundreds of places
// of many rows that takes longer than writing the rows.
type liteStmt struct {
	*sql.Stmt
	order []int // which argument goes to which place
}

func (s *liteStmt) args(given []any) []any {
	all := make([]any, len(s.order))
	for i, k := range s.order {
		all[i] = given[k]
	}
	return all
}

// nameless turns $1, $2 into question marks. No text of ours has a dollar sign elsewhere. A limit gets
// a plus sign: SQLite plans a statement by the number that is bound to a bare LIMIT, and parses and
// plans it anew whenever that place is bound, which takes longer than most of our queries.
func nameless(query string) (text string, order []int) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(query, "$")
		b.WriteString(before)
		if !found {
			return b.String(), order
		}
		k := 0
		for after != "" && '0' <= after[0] && after[0] <= '9' {
			k, after = 10*k+int(after[0]-'0'), after[1:]
		}
		if strings.HasSuffix(before, "LIMIT ") {
			b.WriteByte('+')
		}
		b.WriteByte('?')
		order, query = append(order, k-1), after
	}
}

func (c *liteConn) statement(query string) (liteStmt, error) {
	if s, ok := c.prepared[query]; ok {
		return s, nil
	}
	text, order := nameless(query)
	// The statement outlives this call: it is closed with its connection.
	prepared, err := c.conn.PrepareContext(context.Background(), text)
	s := liteStmt{prepared, order}
	if err == nil {
		c.prepared[query] = s
	}
	return s, c.note(err)
}

// exec and query run to their end whatever becomes of the caller: interrupting SQLite undoes the
// whole transaction, which others may share.
func (c *liteConn) exec(_ context.Context, query string, args ...any) (int64, error) {
	s, err := c.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), s.args(args)...)
	if err != nil {
		return 0, c.note(err)
	}
	return result.RowsAffected()
}

func (c *liteConn) query(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.statement(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), s.args(args)...)
	return rows, c.note(err)
}

func (c *liteConn) run(query string) error {
	_, err := c.exec(context.Background(), query)
	return err
}

// note remembers an error after which SQLite may have undone the transaction by itself: a full
// or failing disk, no memory.
func (c *liteConn) note(err error) error {
	if err != nil && c.away == nil && kindOf(err) == kindAway {
		c.away = err
	}
	return err
}

func (c *liteConn) close() error {
	var err error
	for _, s := range c.prepared {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.conn.Close())
}
