package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"qrkiosk/kiosk"
)

// postgresSettings are read back at the start: a server that answers before it has flushed would
// lose sales that were acknowledged, and a replica that lags would show money as it was.
var postgresSettings = []setting{
	{"SHOW fsync", "on"},
	{"SHOW synchronous_commit", "on"},
	{"SHOW full_page_writes", "on"},
	{"SHOW server_encoding", "UTF8"},
	{"SELECT CASE WHEN pg_is_in_recovery() THEN 'a replica' ELSE 'the writer' END", "the writer"},
}

// limits end what hangs. A URL may set others.
var limits = map[string]string{
	"application_name":                    "qrkiosk",
	"statement_timeout":                   "10s",
	"lock_timeout":                        "5s",
	"idle_in_transaction_session_timeout": "10s",
}

const (
	mostTries   = 5 // of a transaction that met another one
	firstPause  = 5 * time.Millisecond
	usualConns  = 16
	keptConns   = 2 // at most, for what is urgent
	connectTime = 5 * time.Second
	changeTime  = 30 * time.Second // of a whole change; behind it the outcome of a commit is not known
)

// postgres is a PostgreSQL database, which several processes may share. Each change is a
// transaction of its own: the server commits those of different streams together by itself.
type postgres struct {
	db      *sql.DB
	conns   int
	usual   chan struct{} // a place for each connection that is not kept for what is urgent
	log     *slog.Logger
	now     func() time.Time
	observe func(Commit)

	mu     sync.RWMutex // held by changes and views, and by close
	closed bool
}

func openPostgres(ctx context.Context, cfg Config) (engine, error) {
	conf, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: KeySettings, Err: errors.New("the database URL cannot be read")}
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = connectTime
	}
	for name, value := range limits {
		if _, set := conf.RuntimeParams[name]; !set {
			conf.RuntimeParams[name] = value
		}
	}
	db := openPool(conf)
	conns := cfg.Conns
	if conns <= 0 {
		conns = usualConns
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	p := &postgres{db: db, conns: conns, log: cfg.Log, now: cfg.Now, observe: cfg.Observe}
	p.usual = make(chan struct{}, max(1, conns-min(keptConns, conns/2)))
	if err := p.start(ctx, cfg.Reading); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// openPool makes a pool of database/sql. Its connections are not asked whether they live before
// they are used, which would be a round trip more for each transaction: see [postgres.connect].
func openPool(conf *pgx.ConnConfig) *sql.DB {
	return stdlib.OpenDB(*conf, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }))
}

func (p *postgres) start(ctx context.Context, reading bool) error {
	c, err := p.db.Conn(ctx)
	if err != nil {
		return fault(err)
	}
	if err := errors.Join(readBack(ctx, c, postgresSettings), c.Close()); err != nil {
		return err
	}
	return migrate(ctx, p.db, postgresDialect, p.log, reading)
}

// close waits for changes and views under way.
func (p *postgres) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.db.Close()
}

// begin starts a transaction under life; leave is called when it is over. ctx bounds no more than
// the wait for a connection.
func (p *postgres) begin(ctx, life context.Context, o *sql.TxOptions) (q pgTx, leave func(), err error) {
	p.mu.RLock()
	if p.closed {
		p.mu.RUnlock()
		return pgTx{}, nil, away(errClosed)
	}
	giveBack, err := p.place(ctx)
	if err != nil {
		p.mu.RUnlock()
		return pgTx{}, nil, away(err)
	}
	conn, tx, err := p.connect(ctx, life, o)
	if err != nil {
		giveBack()
		p.mu.RUnlock()
		return pgTx{}, nil, fault(err)
	}
	return pgTx{conn, tx, newPendingWrites()}, func() {
		tx.Rollback() //nolint:errcheck // no-op after a commit
		conn.Close()  // it goes back to the pool
		giveBack()
		p.mu.RUnlock()
	}, nil
}

// place waits for leave to use a connection. What is urgent needs none: a session that hangs can
// hold up everybody else, but not a webhook of another register.
func (p *postgres) place(ctx context.Context) (giveBack func(), err error) {
	if kiosk.IsUrgent(ctx) {
		return func() {}, nil
	}
	select {
	case p.usual <- struct{}{}:
		return func() { <-p.usual }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// connect begins on a connection that answers. One that has died in the pool is found out by its
// BEGIN, when nothing was asked of it yet, and the next one is taken; there are no more of them
// than the pool has places.
func (p *postgres) connect(ctx, life context.Context, o *sql.TxOptions) (*sql.Conn, *sql.Tx, error) {
	for left := p.conns; ; left-- {
		conn, err := p.db.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.BeginTx(life, o)
		if err == nil {
			return conn, tx, nil
		}
		conn.Close() // the pool looks at it before it is used again
		if ctx.Err() != nil || left == 0 || kindOf(err) != kindAway {
			return nil, nil, err
		}
	}
}

// pgTx is a querier; the driver keeps prepared statements by their text.
type pgTx struct {
	conn   *sql.Conn
	tx     *sql.Tx
	writes *pendingWrites
}

func (q pgTx) pending() *pendingWrites { return q.writes }

func (pgTx) late() bool { return false }

// execAll is what database/sql has no call for. The connection is the transaction's own.
func (q pgTx) execAll(ctx context.Context, all []statement) error {
	return q.conn.Raw(func(driverConn any) error {
		batch := &pgx.Batch{}
		for _, s := range all {
			batch.Queue(s.query, s.args...)
		}
		return driverConn.(*stdlib.Conn).Conn().SendBatch(ctx, batch).Close()
	})
}

func (pgTx) alone() bool { return false }

func (q pgTx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := q.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (q pgTx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return q.tx.QueryContext(ctx, query, args...)
}

// write tries a transaction again, from its beginning, if it met another one.
func (p *postgres) write(ctx context.Context, work func(querier) (bool, error)) error {
	for try := 1; ; try++ {
		err := p.writeOnce(ctx, work)
		if err == nil || kindOf(err) != kindRace || try == mostTries {
			return err
		}
		pause := firstPause << try
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return away(ctx.Err())
		}
	}
}

// writeOnce returns Unavailable where the connection was lost at the commit: then nobody knows
// whether it took place, and the caller finds out by its key.
func (p *postgres) writeOnce(ctx context.Context, work func(querier) (bool, error)) error {
	life, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeTime)
	defer cancel()
	q, leave, err := p.begin(ctx, life, nil)
	if err != nil {
		return err
	}
	defer leave()
	wrote, err := p.guard(q, work)
	if err != nil || !wrote {
		return err
	}
	start := p.now()
	kiosk.Crash("before-pg-commit")
	err = q.tx.Commit()
	kiosk.Crash("after-pg-commit")
	p.observe(Commit{Changes: 1, Took: p.now().Sub(start), Failed: err != nil})
	if err != nil {
		return fault(fmt.Errorf("commit: %w", err))
	}
	return nil
}

// guard turns a panic of a change into an error, as the writer of SQLite does.
func (p *postgres) guard(q querier, work func(querier) (bool, error)) (wrote bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			p.log.Error("store: a change panicked", "err", v, "stack", string(debug.Stack()))
			wrote, err = false, panicError(v)
		}
	}()
	return work(q)
}

func (p *postgres) view(ctx context.Context, read func(querier) error) error {
	q, leave, err := p.begin(ctx, ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer leave()
	return read(q)
}
