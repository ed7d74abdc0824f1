package kiosktest

import (
	"context"
	database "database/sql"
	"path/filepath"
	"reflect"
	"strings"

	"qrkiosk/kiosk"
)

// Records are what an installation has written down: the journal, the sales, the books and the bare tables.
type Records struct{ house *Installation }

// Journal is the events of a sale.
func (r *Records) Journal() (all []kiosk.Event) {
	r.house.T.Helper()
	r.house.Must(r.house.Store.View(context.Background(), func(in kiosk.Reader) (err error) {
		all, err = in.Events(r.house.Actor.Register, 0, 100_000)
		return err
	}))
	return all
}

// States lists what the journal says a sale became, one after the other.
func (r *Records) States(sale *kiosk.Sale) (list []string) {
	r.house.T.Helper()
	for _, e := range r.Journal() {
		if e.Subject != sale.ID || e.State == "" {
			continue
		}
		if len(list) == 0 || list[len(list)-1] != string(e.State) {
			list = append(list, string(e.State))
		}
	}
	return list
}

// Passed fails the test unless the journal says that the sale went through exactly these states.
func (r *Records) Passed(sale *kiosk.Sale, want string) {
	r.house.T.Helper()
	if got := strings.Join(r.States(sale), " "); got != want {
		r.house.T.Errorf("%s passed\n  %s, want\n  %s", sale.Number, got, want)
	}
}

// Sales reads every sale of the register, newest first.
func (r *Records) Sales() (all []*kiosk.Sale) {
	r.house.T.Helper()
	r.house.Must(r.house.Store.View(context.Background(), func(in kiosk.Reader) (err error) {
		all, err = in.LastSales(r.house.Actor.Register, 10_000)
		return err
	}))
	return all
}

// FactsAlone is I8: the journal's last word is what the facts say, and saying all again changes nothing.
func (r *Records) FactsAlone(sale *kiosk.Sale) {
	r.house.T.Helper()
	states := r.States(sale)
	if last := states[len(states)-1]; last != string(sale.State()) {
		r.house.T.Errorf("I8: %s is %s, and the journal's last word is %s", sale.Number, sale.State(), last)
	}
	for _, l := range sale.Links {
		for _, step := range factsOf(l) {
			out, err := sale.Take(step)
			if err != nil || out.Changed || !reflect.DeepEqual(out.Sale, sale) {
				r.house.T.Errorf("I8: %s again changes %s: %v", step.Kind, sale.Number, err)
			}
		}
	}
}

// factsOf says again what is known of a link.
func factsOf(l kiosk.Link) (steps []kiosk.Step) {
	for kind, known := range map[kiosk.StepKind]bool{
		kiosk.StepLive: l.Live, kiosk.StepUnclear: l.Unclear, kiosk.StepGone: l.Gone, kiosk.StepToldUsed: l.ToldUsed,
		kiosk.StepNotice: l.Noticed, kiosk.StepUsed: l.Used, kiosk.StepPending: l.Pending, kiosk.StepGivenUp: l.GivenUp,
	} {
		if known {
			steps = append(steps, kiosk.Step{Kind: kind, Link: l.N, PayID: l.PayID, URL: l.URL, AccountNumber: l.AccountNumber})
		}
	}
	for _, r := range l.Rows {
		steps = append(steps, kiosk.Step{Kind: kiosk.StepRow, Link: l.N, Row: r})
	}
	return steps
}

// Takings is the sum of what was booked on some days.
func (r *Records) Takings(first, last int64) (sum kiosk.Figures) {
	r.house.T.Helper()
	r.house.Must(r.house.Store.View(context.Background(), func(in kiosk.Reader) error {
		rows, err := in.Takings(kiosk.TakingsQuery{First: first, Last: last})
		for _, row := range rows {
			sum = sum.Plus(row.Figures)
		}
		return err
	}))
	return sum
}

// X is the running report of the register.
func (r *Records) X() kiosk.Report {
	r.house.T.Helper()
	x, err := r.house.Shop.Reports.XReport(context.Background(), r.house.Actor.Register)
	r.house.Must(err)
	return x
}

// Booked is the running total of the register.
func (r *Records) Booked() string {
	r.house.T.Helper()
	return r.X().Total.String()
}

// Books compares the figures of the register.
func (r *Records) Books(want string) {
	r.house.T.Helper()
	if got := r.Booked(); !strings.HasPrefix(got+" ", want+" ") {
		r.house.T.Errorf("the books say %q, want %q", got, want)
	}
}

// Sound checks what must hold at the end of every history.
func (r *Records) Sound() {
	r.house.T.Helper()
	bad, _, err := r.house.Store.Verify(context.Background())
	r.house.Must(err)
	if bad != nil {
		r.house.T.Errorf("the journal is broken: %+v", *bad)
	}
}

// Rows is what the store holds, as another program would read it: rows by table, versions and
// event numbers by stream.
func (r *Records) Rows() map[string]string {
	r.house.T.Helper()
	db, err := database.Open("sqlite", "file:"+filepath.Join(r.house.Dir, "qrkiosk.db")+"?mode=ro")
	r.house.Must(err)
	defer db.Close()
	held := map[string]string{}
	for _, table := range r.column(db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		held[table] = strings.Join(r.column(db, `SELECT count(*) FROM "`+table+`"`), "")
	}
	held["streams"] = strings.Join(r.column(db, `SELECT id || ' ' || version || ' ' || seq FROM stream ORDER BY id`), "\n")
	return held
}

func (r *Records) column(db *database.DB, query string) (list []string) {
	r.house.T.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	r.house.Must(err)
	defer rows.Close()
	for rows.Next() {
		var text string
		r.house.Must(rows.Scan(&text))
		list = append(list, text)
	}
	r.house.Must(rows.Err())
	return list
}

// Unchanged fails the test if the store holds anything else than before, apart from some tables.
func (r *Records) Unchanged(what string, before map[string]string, apart ...string) {
	r.house.T.Helper()
	after := r.Rows()
	for _, name := range apart {
		delete(after, name)
	}
	for name, held := range after {
		if before[name] != held {
			r.house.T.Errorf("%s: %s was %q and is %q", what, name, before[name], held)
		}
	}
}
