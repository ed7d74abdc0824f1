// Package store keeps everything the house must not forget. It owns every line of SQL, the schema
// and its steps, transactions, and the table from a driver's error to a [kiosk.Error]. It serves
// SQLite and PostgreSQL from one SQL text: $1 placeholders, multi-row VALUES, ON CONFLICT,
// RETURNING, partial indexes, the types TEXT BIGINT BOOLEAN BYTEA; nothing that only one engine
// understands, except the few lines named in engine files.
//
// It must not decide anything about a sale, ring a bus, or be seen by handlers. A SQLite file must
// lie on a local disk: network file systems break its locks and are out of scope.
//
// How a change is made durable: every change runs inside a transaction that begins by updating
// the counter row of its stream, which is the lock on both engines and gives the events their
// numbers. On SQLite one goroutine takes all changes that wait and commits them together, so that
// fifty callers share one flush of the disk and one caller waits for no other; a change that fails
// takes none of the others with it. Every caller is answered only after the commit that holds its
// change.
package store

import (
	"context"
	"log/slog"
	"time"

	"qrkiosk/kiosk"
)

// The keys of this room's own errors, beside kiosk.ReasonBusy for a second current sale.
const (
	KeyNotFound   = "not-found"          // what was asked for is not there
	KeyAway       = "store-away"         // full, locked, read-only or not reachable: try again
	KeySettings   = "store-settings"     // the engine does not run as safely as it must
	KeyNewer      = "store-newer"        // made by a newer program
	KeyOlder      = "store-older"        // made by an older program, and only to be read
	KeyDamaged    = "store-damaged"      // the file is not what was written
	KeyMode       = "store-mode"         // live money and play money never meet
	KeyText       = "text-unreadable"    // text the engine cannot keep
	KeyUsed       = "command-used"       // the command key belongs to another sale
	KeyKnown      = "already-known"      // an identifier or secret is taken
	KeySecondPay  = "payment-known"      // a second payment row of one link, or a row of another sale
	KeyShiftOpen  = "shift-open"         // the register has an open shift
	KeyCodeInUse  = "pairing-code-taken" // another device shows this code
	KeyStoreError = kiosk.KeyInternal
)

// Config says where the store is. Exactly one of Path and URL is set.
type Config struct {
	Path string // SQLite file on a local disk; made with mode 0600 if missing
	URL  string // postgres://…

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // silent if nil
	// Observe, if set, hears of every commit on the goroutine that made it, and must be quick.
	Observe func(Commit)
	// Reading opens only what is there and changes nothing, not even the schema, which must be that
	// of this program.
	Reading bool
	// Conns bounds the connections: readers of SQLite, all of PostgreSQL. 0 means a sane number.
	Conns int

	pragma string // of tests: one more setting of SQLite connections
}

// Commit is what [Config.Observe] hears.
type Commit struct {
	Changes int           // that share the commit
	Took    time.Duration // of the commit alone
	Failed  bool
}

// Store implements [kiosk.Store]. It may be used by any number of goroutines.
type Store struct {
	engine engine
	now    func() time.Time
	memory *memory
}

var _ kiosk.Store = (*Store)(nil)

// engine is what differs between SQLite and PostgreSQL besides the text in migrate.go.
type engine interface {
	// write runs work in a transaction and returns after its commit. work tells whether it has
	// written anything, failed or not; if it failed, everything it did is undone. It may run more
	// than once.
	write(ctx context.Context, work func(querier) (wrote bool, err error)) error
	// view runs read on one snapshot.
	view(ctx context.Context, read func(querier) error) error
	close() error
}

// Open opens the store and brings its schema up to date. It refuses, with a [kiosk.Error] whose
// key says why, a store that a newer program made, one that is damaged, and an engine that would
// not keep what it promises to keep.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Observe == nil {
		cfg.Observe = func(Commit) {}
	}
	open := openSQLite
	if cfg.URL != "" {
		open = openPostgres
	}
	e, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Store{engine: e, now: cfg.Now, memory: newMemory()}, nil
}

// Close waits for changes under way and closes the store. Later calls return Unavailable.
func (s *Store) Close() error { return s.engine.close() }

// Ready tells whether the store can be read now; the error is Unavailable.
func (s *Store) Ready(ctx context.Context) error {
	return s.view(ctx, func(r *reader) error {
		_, err := r.number(`SELECT COUNT(*) FROM settings`)
		return err
	})
}

// Change implements [kiosk.Store]. After a write of the Tx has failed, the Tx is spent: whatever
// decide returns, nothing of it is kept. A decide that stores nothing costs no commit and leaves
// the version as it was. A panic of decide is returned as an error with code Internal.
func (s *Store) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	var version int64
	err := s.engine.write(ctx, func(q querier) (bool, error) {
		t := s.newTx(ctx, q, stream)
		defer t.end()
		if err := t.begin(); err != nil {
			return false, err
		}
		err := t.verdict(decide(t))
		if err == nil {
			version, err = t.finish()
		}
		return t.wrote, err
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// View implements [kiosk.Store].
func (s *Store) View(ctx context.Context, read func(kiosk.Reader) error) error {
	return s.view(ctx, func(r *reader) error { return read(r) })
}

func (s *Store) view(ctx context.Context, read func(*reader) error) error {
	return s.engine.view(ctx, func(q querier) error {
		return read(s.reader(ctx, q))
	})
}

// write runs a change that belongs to no stream.
func (s *Store) write(ctx context.Context, work func(*reader) error) error {
	return s.engine.write(ctx, func(q querier) (bool, error) {
		return true, work(s.reader(context.WithoutCancel(ctx), q))
	})
}

func (s *Store) reader(ctx context.Context, q querier) *reader {
	return &reader{ctx: ctx, q: q, now: s.millis, memory: s.memory}
}

func (s *Store) millis() int64 { return s.now().UnixMilli() }

// Installation returns what the installation knows of itself; NotFound before it was born.
func (s *Store) Installation(ctx context.Context) (kiosk.Installation, error) {
	var found kiosk.Installation
	err := s.view(ctx, func(r *reader) error {
		return r.one([]any{&found.Code, &found.Epoch, &found.Mode, &found.Created},
			`SELECT installation, epoch, mode, created FROM settings`)
	})
	return found, err
}

// EnsureInstallation implements [kiosk.Store].
func (s *Store) EnsureInstallation(ctx context.Context, fresh kiosk.Installation) (kiosk.Installation, error) {
	var found kiosk.Installation
	err := s.write(ctx, func(r *reader) error {
		_, err := r.exec(`INSERT INTO settings (id, installation, epoch, mode, created)
			VALUES (1, $1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
			fresh.Code, fresh.Epoch, fresh.Mode, fresh.Created)
		if err != nil {
			return err
		}
		return r.one([]any{&found.Code, &found.Epoch, &found.Mode, &found.Created},
			`SELECT installation, epoch, mode, created FROM settings`)
	})
	if err != nil {
		return kiosk.Installation{}, err
	}
	if found.Mode != fresh.Mode {
		return kiosk.Installation{}, &kiosk.Error{Code: kiosk.Conflict, Key: KeyMode, Args: []string{string(found.Mode)}}
	}
	return found, nil
}
