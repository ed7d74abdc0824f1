package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"qrkiosk/assets"
	"qrkiosk/kiosk"
)

// dialect is the text that must differ between the engines; there is no other.
type dialect struct {
	goose goose.Dialect
	// appendOnly has the engine refuse UPDATE and DELETE on the journal. It is executed at every
	// start and does nothing where the triggers stand already.
	appendOnly string
	lock       bool // several processes may start on one store at a time
}

var sqliteDialect = dialect{goose: goose.DialectSQLite3, appendOnly: `
	CREATE TRIGGER IF NOT EXISTS event_update BEFORE UPDATE ON event
	BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
	CREATE TRIGGER IF NOT EXISTS event_delete BEFORE DELETE ON event
	BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;`}

var postgresDialect = dialect{goose: goose.DialectPostgres, lock: true, appendOnly: `DO $do$ BEGIN
	PERFORM pg_advisory_xact_lock(7204118);
	IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = 'event'::regclass AND tgname = 'event_truncate') THEN
		CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS
		$body$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $body$;
		CREATE TRIGGER event_update BEFORE UPDATE OR DELETE ON event
		FOR EACH ROW EXECUTE FUNCTION event_refuse();
		CREATE TRIGGER event_truncate BEFORE TRUNCATE ON event
		FOR EACH STATEMENT EXECUTE FUNCTION event_refuse();
	END IF;
END $do$`}

// migrate brings the schema up to date, or when reading only wants it to be. A schema that is newer than this program is refused: an
// old program would not know what it leaves out.
func migrate(ctx context.Context, db *sql.DB, d dialect, log *slog.Logger, reading bool) error {
	steps, err := fs.Sub(assets.Migrations, "migrations")
	if err != nil {
		return fault(err)
	}
	options := []goose.ProviderOption{goose.WithSlog(log), goose.WithDisableGlobalRegistry(true)}
	if d.lock {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // every second, 300 times
		if err != nil {
			return fault(err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.goose, db, steps, options...)
	if err != nil {
		return fault(err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fault(fmt.Errorf("read the version of the schema: %w", err))
	}
	if current > target {
		return &kiosk.Error{
			Code: kiosk.Conflict, Key: KeyNewer,
			Err: fmt.Errorf("schema %d is newer than this program's %d", current, target),
		}
	}
	if current < target && reading {
		return &kiosk.Error{
			Code: kiosk.Conflict, Key: KeyOlder,
			Err: fmt.Errorf("schema %d is older than this program's %d", current, target),
		}
	}
	if reading {
		return nil
	}
	if current < target {
		if _, err := p.Up(ctx); err != nil {
			return fault(fmt.Errorf("migrate: %w", err))
		}
	}
	_, err = db.ExecContext(ctx, d.appendOnly)
	return fault(err)
}

// setting is what an engine must answer when it is asked how it runs.
type setting struct{ ask, want string }

// readBack compares the settings of a connection with what they must be. The error has key
// KeySettings and names what differs.
func readBack(ctx context.Context, c *sql.Conn, wanted []setting) error {
	for _, s := range wanted {
		var got sql.NullString
		if err := c.QueryRowContext(ctx, s.ask).Scan(&got); err != nil {
			return fault(fmt.Errorf("%s: %w", s.ask, err))
		}
		if got.String != s.want {
			return &kiosk.Error{
				Code: kiosk.Conflict, Key: KeySettings, Args: []string{s.ask, got.String, s.want},
				Err: fmt.Errorf("%s says %q and must say %q", s.ask, got.String, s.want),
			}
		}
	}
	return nil
}
