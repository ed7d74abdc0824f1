package officeweb

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

const (
	exportPause   = 30 * time.Second // how long a reader of a file may take for the next piece
	exportPiece   = 64 << 10
	exportsAtOnce = 2
)

func (rp *Reports) exports(w http.ResponseWriter, r *http.Request) error {
	today := rp.rooms.Reports.Today("")
	first, last, err := days(r.URL.Query(), kiosk.MonthOf(today), today)
	if err != nil {
		return err
	}
	stalls, _, err := rp.rooms.Office.Stalls.Of(r.Context(), front.OfficeActorOf(r).OfficeActor)
	if err != nil {
		return err
	}
	p, f := rp.takingsPage(r, "exports")
	f.Title = p.T("office.exports.title")
	page := officeview.ExportsPage{Days: officeview.NewDays(first, last, today), Stalls: stalls}
	rp.front.Render(w, r, http.StatusOK, officeview.Exports(p, f, page))
	return nil
}

const csvKind = "text/csv; charset=utf-8; header=present"

// sendFile announces a file that is to be kept.
func sendFile(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
}

// download sends a long file piece by piece. Whoever does not take the next piece in time is cut off,
// because a snapshot of the store is held meanwhile.
type download struct {
	out *bufio.Writer
}

type timedWriter struct {
	w http.ResponseWriter
	c *http.ResponseController
	s *Reports
}

func (t timedWriter) Write(b []byte) (int, error) {
	_ = t.c.SetWriteDeadline(t.s.clock().Add(exportPause)) // a recorder of tests has none
	return t.w.Write(b)
}

// export begins a long file; its rows are announced so that a page can show how far it is.
func (rp *Reports) export(w http.ResponseWriter, kind, name string, rows int64) download {
	sendFile(w, kind, name)
	w.Header().Set("X-Rows", strconv.FormatInt(rows, 10))
	return download{bufio.NewWriterSize(timedWriter{w, http.NewResponseController(w), rp}, exportPiece)}
}

// oneExport lets few files be made at a time: each reads the whole store.
func (rp *Reports) oneExport(make func() error) error {
	select {
	case rp.exporting <- struct{}{}:
		defer func() { <-rp.exporting }()
		return make()
	default:
		return &kiosk.Error{Code: kiosk.TooMany, Key: kiosk.KeyExportBusy, Wait: 30_000}
	}
}

func (rp *Reports) salesCSV(w http.ResponseWriter, r *http.Request) error {
	q, today := r.URL.Query(), rp.rooms.Reports.Today("")
	first, last, err := days(q, kiosk.MonthOf(today), today)
	if err != nil {
		return err
	}
	p := rp.front.View(r)
	asked := kiosk.ExportQuery{Stall: front.PlainID(q.Get("stall")), First: first, Last: last}
	return rp.oneExport(func() error {
		var out download
		var f *views.Spreadsheet
		var x kiosk.Export
		err := rp.rooms.Reports.ExportSales(r.Context(), front.OfficeActorOf(r).OfficeActor, asked, func(begun kiosk.Export) error {
			x = begun
			out = rp.export(w, csvKind, "sales-"+kiosk.DayName(first)+"-"+kiosk.DayName(last)+".csv", x.Rows)
			f = officeview.SaleSheet(p, out.out, q.Get("separator") != "comma")
			return f.Err()
		}, func(sale *kiosk.Sale) error {
			return f.Row(officeview.SaleCells(p, sale, x.Names)...)
		})
		if err != nil {
			return err
		}
		return out.out.Flush()
	})
}

// eventsFile is the journal as JSON lines, one entry each, in the order of their numbers.
func (rp *Reports) eventsFile(w http.ResponseWriter, r *http.Request) error {
	return rp.oneExport(func() error {
		var out download
		var enc *json.Encoder
		err := rp.rooms.Reports.ExportEvents(r.Context(), front.OfficeActorOf(r).OfficeActor, func(rows int64) error {
			out = rp.export(w, "application/jsonl", "events.jsonl", rows)
			enc = json.NewEncoder(out.out)
			return nil
		}, func(e kiosk.Event) error { return enc.Encode(e) })
		if err != nil {
			return err
		}
		return out.out.Flush()
	})
}
