package main

import (
	"bytes"
	"context"
	database "database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// command runs the real program to its end.
func command(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "qrkiosk", args...)
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), b.String()
}

// soldDay is a directory of data with two sales in it, its backup from between them, and the PIN.
func soldDay(t *testing.T) (dir, early, pin string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	early = filepath.Join(t.TempDir(), "early.db")
	r := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir)
	till := kiosktest.NewDevice(t, kiosktest.Origin(r.Address("till")))
	till.SignIn(till.Enrol(r.Address("till")), "Manager", r.Address("PIN"))
	till.Charge("420", kiosktest.FreshKey())
	cancelShown(till)
	if code, out := command(t, "backup", early, "--data", dir); code != 0 { // while it runs
		t.Fatalf("backup: %d\n%s", code, out)
	}
	till.Charge("1250", kiosktest.FreshKey())
	cancelShown(till)
	r.End()
	return dir, early, r.Address("PIN")
}

// cancelShown presses cancel for the sale in hand.
func cancelShown(till *kiosktest.Device) {
	till.T.Helper()
	till.Post("/till/cancel", url.Values{"sale": {till.Page("/till").Attr("form[action='/till/cancel'] input[name=sale]", "value")}})
}

// TestVerify_tampering changes the journal past the program in every way somebody might, and wants
// the first entry concerned by name.
func TestVerify_tampering(t *testing.T) {
	dir, _, _ := soldDay(t)
	if code, out := command(t, "verify", "--data", dir); code != 0 || !strings.Contains(out, `"findings":0`) {
		t.Fatalf("untouched: %d\n%s", code, out)
	}
	for _, c := range []struct {
		name, tamper, want string
	}{
		{"amount", `UPDATE event SET amount = amount - 100 WHERE stream = $R AND seq = 3`, "altered $R entry 3: "},
		{"text and its hash", `UPDATE event SET data = 'x', hash = 'y' WHERE stream = $R AND seq = 3`, "altered $R entry 3: "},
		{"removed", `DELETE FROM event WHERE stream = $R AND seq = 3`, "removed $R entry 3: "},
		{"cut", `DELETE FROM event WHERE stream = $R AND seq > 4`, "cut $R entry 5: the stream ends with entry 4"},
		{"cut, with its count", `DELETE FROM event WHERE stream = $R AND seq > 4; UPDATE stream SET seq = 4, head = (SELECT hash FROM event WHERE stream = $R AND seq = 4) WHERE id = $R`, "cut $R entry 5: "},
		{"all of it", `DELETE FROM event WHERE stream = $R; UPDATE stream SET seq = 0, head = '' WHERE id = $R`, "cut $R entry 1: no entry of the stream is left"},
		{"running total", `INSERT INTO totals SELECT $R, '', 1,1,1,0,0,0,0,0,0,0,0,0,0,0,0`, "figures $R: the running total"},
		{"takings of a day", `INSERT INTO takings_day SELECT 's', 1, $R, 1,1,1,0,0,0,0,0,0,0,0,0,0,0,0`, "figures $R: the takings by day"},
		{"state of a sale", `UPDATE sale SET doc = REPLACE(REPLACE(doc, '"Cancel":true', '"Cancel":false'), '"Gone":true', '"Gone":false')`, "sale: sale "},
		{"column of a sale", `UPDATE sale SET watched = NOT watched`, "sale: sale "},
		{"a payment of nowhere", `INSERT INTO payin SELECT account, 'k', pay_id, sale, id, 'payment', 999, 1, false, '' FROM link LIMIT 1`, "sale: sale "},
	} {
		t.Run(c.name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "data")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			keepPrivate(t, copied)
			register := tamper(t, filepath.Join(copied, "qrkiosk.db"), c.tamper)
			code, out := command(t, "verify", "--data", copied)
			if want := strings.ReplaceAll(c.want, "$R", register); code != 1 || !strings.Contains(out, "\n"+want) && !strings.HasPrefix(out, want) {
				t.Errorf("exit %d, want a line that begins with %q in\n%s", code, want, out)
			}
			last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]
			var v examination
			if err := json.Unmarshal([]byte(last), &v); err != nil || v.Findings == 0 {
				t.Errorf("the last line %q: %v", last, err)
			}
		})
	}
}

// TestVerify_regrown: whoever cuts the journal and writes it anew, hashes and all, is found by the
// anchor alone, and told apart from who only cut.
func TestVerify_regrown(t *testing.T) {
	dir, early, pin := soldDay(t)
	copied := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	keepPrivate(t, copied)
	raw, err := os.ReadFile(early)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "qrkiosk.db"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := command(t, "verify", "--data", copied)
	if code != 1 || !strings.Contains(out, "cut ") || strings.Contains(out, "regrown ") {
		t.Errorf("an older database: exit %d\n%s", code, out)
	}
	r := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", copied, "--new-links", "--anchors", filepath.Join(t.TempDir(), "fresh"))
	till := kiosktest.NewDevice(t, kiosktest.Origin(r.Address("till")))
	till.SignIn(till.Enrol(r.Address("till")), "Manager", pin)
	for range 3 {
		till.Charge("700", kiosktest.FreshKey())
		cancelShown(till)
	}
	r.End()
	code, out = command(t, "verify", "--data", copied)
	if code != 1 || !strings.Contains(out, "regrown ") {
		t.Errorf("cut and written anew: exit %d\n%s", code, out)
	}
	if code, out = command(t, "verify", "--data", copied, "--anchors", filepath.Join(t.TempDir(), "none")); code != 0 {
		t.Errorf("without an anchor nothing can be seen: exit %d\n%s", code, out)
	}
}

// tamper executes statements past the program, with the triggers out of the way, and returns the
// register that it was about.
func tamper(t *testing.T, file, statements string) (register string) {
	t.Helper()
	db, err := database.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	if err := db.QueryRowContext(ctx, `SELECT id FROM register`).Scan(&register); err != nil {
		t.Fatal(err)
	}
	all := `DROP TRIGGER event_update; DROP TRIGGER event_delete; ` + strings.ReplaceAll(statements, "$R", "'"+register+"'")
	for statement := range strings.SplitSeq(all, ";") {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", statement, err))
		}
	}
	return register
}

// keepPrivate gives a copied key file back the mode that the program wants.
func keepPrivate(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(filepath.Join(dir, "key"), 0o600); err != nil {
		t.Fatal(err)
	}
}
