//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
)

// writtenAt holds databases as programs of before have written them: a folder for each program, in it
// one for each engine. The keys beside them were made for these tests and seal play money alone.
//
//	sqlite/qrkiosk.db.gz      the file, or
//	postgres/dump.sql.gz      the output of pg_dump
//	key, anchors              of its directory of data
//	holds.txt                 what is in it, see holdings
//
// A folder is never changed. TestWritten_byThisProgram makes a new one.
const writtenAt = "testdata/written"

// written is a database that some program has left, with the directory of data around it.
type written struct {
	t    *testing.T
	data string
	url  string // of PostgreSQL, "" for the file in data
}

func (w *written) env(name string) string {
	if name == "QRKIOSK_DATABASE_URL" {
		return w.url
	}
	return ""
}

// TestWritten opens what programs of before have written, and wants every sale in the state it had,
// every sum as it was, and nothing that verify would mention.
func TestWritten(t *testing.T) {
	folders, err := filepath.Glob(writtenAt + "/*/*")
	if err != nil || len(folders) < 2 {
		t.Fatal("no databases of before", folders, err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			unpackWritten(t, folder).stillHolds(folder)
		})
	}
}

// unpackWritten copies a folder to where it can be opened.
func unpackWritten(t *testing.T, folder string) *written {
	t.Helper()
	w := &written{t: t, data: filepath.Join(t.TempDir(), "data")}
	if err := os.CopyFS(w.data, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	keepPrivate(t, w.data)
	if filepath.Base(folder) == "postgres" {
		c := newCluster(t)
		c.load(unzip(t, filepath.Join(folder, "dump.sql.gz")))
		w.url = c.address()
		return w
	}
	if err := os.WriteFile(filepath.Join(w.data, "qrkiosk.db"), unzip(t, filepath.Join(folder, "qrkiosk.db.gz")), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func unzip(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// stillHolds opens the database with this program, which brings it up to date, and compares.
func (w *written) stillHolds(folder string) {
	w.t.Helper()
	want, err := os.ReadFile(filepath.Join(folder, "holds.txt"))
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := w.open()
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		w.t.Errorf("it held and holds now (-, +):\n%s", diff)
	}
	var out bytes.Buffer
	p := &process{stdout: &out, stderr: &out, env: w.env}
	if code := p.run(w.t.Context(), []string{"verify", "--data", w.data}); code != exitDone || !strings.Contains(out.String(), `"findings":0`) {
		w.t.Errorf("verify: %d\n%s", code, out.String())
	}
}

// open builds the program on the database, does not let it work, and tells what there is.
func (w *written) open() (holds string, err error) {
	ctx := w.t.Context()
	p := &process{env: w.env}
	s, err := p.check(webFlags{Listen: "127.0.0.1:0"}, dataFlags{Data: w.data}, gatewayFlags{Sandbox: true})
	if err != nil {
		return "", err
	}
	l, err := assembly.Listen(ctx, s.Listen)
	if err != nil {
		return "", err
	}
	defer l.Close()
	a, err := assembly.Build(ctx, s, p.options(), l, assembly.Discard)
	if err != nil {
		return "", err
	}
	holds, err = holdings(ctx, a.Store)
	return holds, errors.Join(err, a.Close())
}

// holdings writes down what a database holds: each stall with its people, items and account, each
// register with its sums, shifts and cart, and each sale with its number, its state and what became
// of its money. Times and secrets are left out.
func holdings(ctx context.Context, st *store.Store) (string, error) {
	var b strings.Builder
	err := st.View(ctx, func(r kiosk.Reader) error {
		b.Reset()
		house, err := r.OfficeSettings()
		if err != nil {
			return err
		}
		logins, err := r.Users()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "house: %d logins, %d accounts of stalls\n", len(logins), len(house.Accounts))
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		for _, stall := range stalls {
			if err := holdingsOfStall(&b, r, stall); err != nil {
				return err
			}
		}
		return nil
	})
	return b.String(), err
}

func holdingsOfStall(b *strings.Builder, r kiosk.Reader, stall kiosk.Stall) error {
	items, err := r.Items(stall.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "stall %s: %d items, shares %d, own account %t, tips %t\n", stall.Name, len(items), len(stall.SplitTerms), stall.AccountID != "", stall.AsksTip)
	people, err := r.StaffOf(stall.ID)
	if err != nil {
		return err
	}
	for _, p := range people {
		fmt.Fprintf(b, "  %s, %s, left %t\n", p.Name, p.Role, p.Left > 0)
	}
	registers, err := r.Registers(stall.ID)
	for _, g := range registers {
		if err == nil {
			err = holdingsOfRegister(b, r, g)
		}
	}
	return err
}

func holdingsOfRegister(b *strings.Builder, r kiosk.Reader, g kiosk.Register) error {
	total, err := r.Totals(g.ID, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "  register %s %s: %s\n", g.Prefix, g.Name, total)
	takings, err := r.Takings(kiosk.TakingsQuery{Register: g.ID, Last: 1 << 20})
	if err != nil {
		return err
	}
	for _, t := range takings {
		fmt.Fprintf(b, "    takings: %s\n", t.Figures)
	}
	if err := holdingsOfShifts(b, r, g.ID); err != nil {
		return err
	}
	cart, err := r.Cart(g.ID)
	if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	for _, l := range cart.Lines {
		fmt.Fprintf(b, "    in the cart: %d x %s\n", l.Qty, l.Unit)
	}
	sales, err := r.LastSales(g.ID, 1000)
	for _, s := range slices.Backward(sales) {
		fmt.Fprintf(b, "    %s\n", holdingsOfSale(s))
	}
	return err
}

func holdingsOfShifts(b *strings.Builder, r kiosk.Reader, register string) error {
	reports, err := r.Reports(register, 0, 1000)
	if err != nil {
		return err
	}
	for _, z := range slices.Backward(reports) {
		fmt.Fprintf(b, "    shift %d, closed: %s\n", z.No, z.Figures)
	}
	open, err := r.OpenShift(register)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return nil
	case err == nil:
		var sums kiosk.Figures
		if sums, err = r.Totals(register, open.ID); err == nil {
			fmt.Fprintf(b, "    shift %d, open: %s\n", open.No, sums)
		}
	}
	return err
}

func holdingsOfSale(s *kiosk.Sale) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: asked %s, tip %s, discount %s, received %s, returned %s, kept %s", s.Number, s.State(),
		s.Total(), s.Tip, s.Discount, s.Received(), s.Returned(), s.Received()-s.Returned())
	for _, l := range s.Links {
		fmt.Fprintf(&b, "; link with %d rows, %d parts, own account %t", len(l.Rows), len(l.Parts), l.AccountID != "")
	}
	for _, r := range s.Refunds {
		fmt.Fprintf(&b, "; refund of %s %s", r.Amount, s.Stage(r))
	}
	return b.String()
}
