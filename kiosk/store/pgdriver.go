package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The few methods that database/sql asks of a driver, on top of a single pgx connection. The
// adapter that comes with pgx brings a second connection pool beside that of database/sql; here
// there is one.

// commitTime bounds the wait for the answer to a commit; then the outcome is not known.
const commitTime = 10 * time.Second

type pgConnector struct{ conf *pgx.ConnConfig }

func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, c.conf)
	if err != nil {
		return nil, err
	}
	return &pgConn{conn}, nil
}

func (c pgConnector) Driver() driver.Driver { return pgDriver{} }

type pgDriver struct{}

func (pgDriver) Open(url string) (driver.Conn, error) {
	conf, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	return pgConnector{conf}.Connect(context.Background())
}

type pgConn struct{ c *pgx.Conn }

var (
	_ driver.QueryerContext     = (*pgConn)(nil)
	_ driver.ExecerContext      = (*pgConn)(nil)
	_ driver.ConnBeginTx        = (*pgConn)(nil)
	_ driver.ConnPrepareContext = (*pgConn)(nil)
	_ driver.Validator          = (*pgConn)(nil)
	_ driver.Pinger             = (*pgConn)(nil)
	_ driver.StmtExecContext    = pgStmt{}
	_ driver.StmtQueryContext   = pgStmt{}

	errNoContext = errors.New("store: a call without context")
)

func (c *pgConn) IsValid() bool { return !c.c.IsClosed() }

func (c *pgConn) Ping(ctx context.Context) error { return c.c.Ping(ctx) }

func (c *pgConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	return c.c.Close(ctx)
}

func (c *pgConn) Begin() (driver.Tx, error) { return nil, errNoContext }

// BeginTx reports a connection that has died in the pool as bad, so that another one is taken:
// nothing was asked of it yet.
func (c *pgConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	var o pgx.TxOptions
	if opts.ReadOnly {
		o.AccessMode = pgx.ReadOnly
		o.IsoLevel = pgx.RepeatableRead
	}
	tx, err := c.c.BeginTx(ctx, o)
	var said *pgconn.PgError
	switch {
	case err == nil:
		return pgCommit{tx}, nil
	case ctx.Err() == nil && c.c.IsClosed() && (!errors.As(err, &said) || said.Severity == "FATAL"):
		return nil, driver.ErrBadConn
	}
	return nil, err
}

type pgCommit struct{ tx pgx.Tx }

func (t pgCommit) Commit() error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	return t.tx.Commit(ctx)
}

func (t pgCommit) Rollback() error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	return t.tx.Rollback(ctx)
}

func plainArgs(args []driver.NamedValue) []any {
	plain := make([]any, len(args))
	for i, a := range args {
		plain[i] = a.Value
	}
	return plain
}

func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	tag, err := c.c.Exec(ctx, query, plainArgs(args)...)
	if err != nil {
		return nil, err
	}
	return driver.RowsAffected(tag.RowsAffected()), nil
}

// QueryContext reads the first row at once: errors of the statement come with it.
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.c.Query(ctx, query, plainArgs(args)...)
	if err != nil {
		return nil, err
	}
	r := &pgRows{rows: rows, ahead: true, more: rows.Next()}
	if err := rows.Err(); err != nil {
		rows.Close()
		return nil, err
	}
	return r, nil
}

// Prepare and its kind only remember the text: pgx prepares and keeps statements by itself.
func (c *pgConn) Prepare(query string) (driver.Stmt, error) { return pgStmt{c, query}, nil }

func (c *pgConn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return c.Prepare(query)
}

type pgStmt struct {
	c     *pgConn
	query string
}

func (s pgStmt) Close() error  { return nil }
func (s pgStmt) NumInput() int { return -1 }

func (s pgStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errNoContext }
func (s pgStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errNoContext }

func (s pgStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.c.ExecContext(ctx, s.query, args)
}

func (s pgStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.QueryContext(ctx, s.query, args)
}

type pgRows struct {
	rows  pgx.Rows
	ahead bool // the next row was fetched already
	more  bool
}

func (r *pgRows) Columns() []string {
	fields := r.rows.FieldDescriptions()
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

func (r *pgRows) Close() error {
	r.rows.Close()
	return r.rows.Err()
}

func (r *pgRows) Next(dest []driver.Value) error {
	if !r.ahead {
		r.more = r.rows.Next()
	}
	r.ahead = false
	if !r.more {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	values, err := r.rows.Values()
	if err != nil {
		return fmt.Errorf("read a row: %w", err)
	}
	for i, v := range values {
		dest[i] = plainValue(v)
	}
	return nil
}

// plainValue narrows what pgx decodes to the types that database/sql knows.
func plainValue(v any) driver.Value {
	switch n := v.(type) {
	case int16:
		return int64(n)
	case int32:
		return int64(n)
	}
	return v
}
