package store

import (
	"context"
	"database/sql"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"qrkiosk/assets"
	"qrkiosk/kiosk"
)

// TestMigrate_listedByAccount: sums of before stay, as those of the house's account, and what comes for
// another account is added up beside them.
func TestMigrate_listedByAccount(t *testing.T) {
	cfg := sqliteConfig(t)
	ctx := t.Context()
	db, err := sql.Open("sqlite", "file:"+cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := fs.Sub(assets.Migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(ctx, 13); err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(ctx, `INSERT INTO listed (stall, day, register, pieces, cents, fee, fee_psp, net, unpaid)
		VALUES ('s', '2024-10-03', 'r', 2, 1000, 15, 40, 945, 945)`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = db.ExecContext(ctx, `INSERT INTO stall (id, doc) VALUES ('s', '{}')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	old := kiosk.Listed{Stall: "s", Day: "2024-10-03", Rows: 2, Amount: 1000, Fee: 15, FeePSP: 40, Net: 945, Open: 945}
	own := kiosk.Listed{Stall: "s", Register: "r", Day: old.Day, Holder: "own", Rows: 1, Amount: 7, Net: 7}
	_, err = s.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		return tx.Book(kiosk.Booking{Stall: "s", Register: "r", Listed: []kiosk.Listed{own}})
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []kiosk.Listed
	err = s.View(context.WithoutCancel(ctx), func(r kiosk.Reader) (err error) {
		got, err = r.Listed(kiosk.ListedQuery{Stall: "s", First: "2024-01-01", Last: "2024-12-31"})
		return err
	})
	own.Register = ""
	if d := cmp.Diff([]kiosk.Listed{old, own}, got); d != "" || err != nil {
		t.Errorf("listed (-want +got): %s, %v", d, err)
	}
}
