package handlers

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

const (
	auditShown     = 35  // days of one account
	auditMost      = 140 // further ones, where stalls have accounts of their own
	invoicesShown  = 24
	unmatchedShown = 200
	exportPause    = 30 * time.Second // how long a reader of a file may take for the next piece
	exportPiece    = 64 << 10
	exportsAtOnce  = 2
)

func (s *Server) payouts(w http.ResponseWriter, r *http.Request) error {
	ctx, today := r.Context(), s.shop.Reports.Today("UTC")
	first, last, err := days(r.URL.Query(), today-13, today)
	if err != nil {
		return err
	}
	page := views.PayoutsPage{Days: views.NewDays(first, last, today)}
	if page.Matches, err = s.shop.Reconciler.Payouts(ctx, page.Days.First, page.Days.Last); err != nil {
		return err
	}
	if page.Invoices, err = s.shop.Reconciler.FeeInvoices(ctx, invoicesShown); err != nil {
		return err
	}
	if page.Accounts, err = s.accountNames(ctx); err != nil {
		return err
	}
	if page.Audits, err = s.shop.Reconciler.AuditDays(ctx, auditShown+min(len(page.Accounts)*auditShown/2, auditMost)); err != nil {
		return err
	}
	if page.Unmatched, err = s.shop.Kernel.Unmatched(ctx, true, unmatchedShown); err != nil {
		return err
	}
	if page.Held, err = s.shop.Office.Quarantine(ctx, true, unmatchedShown); err != nil {
		return err
	}
	p, f := s.takingsPage(r, "payouts")
	f.Title = p.T("office.payouts.page")
	s.render(w, r, http.StatusOK, views.OfficePayouts(p, f, page))
	return nil
}

// payoutsAsk asks the gateway for its books now, in the lowest lane of the budget.
func (s *Server) payoutsAsk(w http.ResponseWriter, r *http.Request) error {
	if err := s.shop.Reconciler.AuditAccounts(r.Context()); err != nil {
		return err
	}
	return s.redirectDone(w, r, "payouts-asked", views.PathPayouts)
}

func (s *Server) resolveUnmatched(w http.ResponseWriter, r *http.Request) error {
	err := s.shop.Office.ResolveUnmatched(r.Context(), officeActorOf(r).Actor(), r.PostForm.Get("key"), r.PostForm.Get("reason"))
	if err != nil {
		return err
	}
	return s.redirectDone(w, r, "unmatched-settled", views.PathPayouts)
}

// deleteHeld has a link deleted that nobody here knows. Anything but a number is a link that is not
// there.
func (s *Server) deleteHeld(w http.ResponseWriter, r *http.Request) error {
	link, err := strconv.ParseInt(r.PostForm.Get("link"), 10, 64)
	if err != nil {
		return errNoPage
	}
	if err := s.shop.Office.DeleteQuarantined(r.Context(), officeActorOf(r).Actor(), link, r.PostForm.Get("reason")); err != nil {
		return err
	}
	return s.redirectDone(w, r, "held-deleted", views.PathPayouts)
}

func (s *Server) exports(w http.ResponseWriter, r *http.Request) error {
	today := s.shop.Reports.Today("")
	first, last, err := days(r.URL.Query(), monthOf(today), today)
	if err != nil {
		return err
	}
	stalls, _, err := s.shop.Office.StallsOf(r.Context(), officeActorOf(r).OfficeActor)
	if err != nil {
		return err
	}
	p, f := s.takingsPage(r, "exports")
	f.Title = p.T("office.exports.title")
	page := views.ExportsPage{Days: views.NewDays(first, last, today), Stalls: stalls}
	s.render(w, r, http.StatusOK, views.OfficeExports(p, f, page))
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
	s *Server
}

func (t timedWriter) Write(b []byte) (int, error) {
	_ = t.c.SetWriteDeadline(t.s.clock().Add(exportPause)) // a recorder of tests has none
	return t.w.Write(b)
}

// export begins a long file; its rows are announced so that a page can show how far it is.
func (s *Server) export(w http.ResponseWriter, kind, name string, rows int64) download {
	sendFile(w, kind, name)
	w.Header().Set("X-Rows", strconv.FormatInt(rows, 10))
	return download{bufio.NewWriterSize(timedWriter{w, http.NewResponseController(w), s}, exportPiece)}
}

// oneExport lets few files be made at a time: each reads the whole store.
func (s *Server) oneExport(make func() error) error {
	select {
	case s.exporting <- struct{}{}:
		defer func() { <-s.exporting }()
		return make()
	default:
		return &kiosk.Error{Code: kiosk.TooMany, Key: kiosk.KeyExportBusy, Wait: 30_000}
	}
}

func (s *Server) salesCSV(w http.ResponseWriter, r *http.Request) error {
	q, today := r.URL.Query(), s.shop.Reports.Today("")
	first, last, err := days(q, monthOf(today), today)
	if err != nil {
		return err
	}
	p := s.view(r)
	asked := kiosk.ExportQuery{Stall: plainID(q.Get("stall")), First: first, Last: last}
	return s.oneExport(func() error {
		var out download
		var f *views.Spreadsheet
		var x kiosk.Export
		err := s.shop.Reports.ExportSales(r.Context(), officeActorOf(r).OfficeActor, asked, func(begun kiosk.Export) error {
			x = begun
			out = s.export(w, csvKind, "sales-"+kiosk.DayName(first)+"-"+kiosk.DayName(last)+".csv", x.Rows)
			f = views.SaleSheet(p, out.out, q.Get("separator") != "comma")
			return f.Err()
		}, func(sale *kiosk.Sale) error {
			return f.Row(views.SaleCells(p, sale, x.Names)...)
		})
		if err != nil {
			return err
		}
		return out.out.Flush()
	})
}

// eventsFile is the journal as JSON lines, one entry each, in the order of their numbers.
func (s *Server) eventsFile(w http.ResponseWriter, r *http.Request) error {
	return s.oneExport(func() error {
		var out download
		var enc *json.Encoder
		err := s.shop.Reports.ExportEvents(r.Context(), officeActorOf(r).OfficeActor, func(rows int64) error {
			out = s.export(w, "application/jsonl", "events.jsonl", rows)
			enc = json.NewEncoder(out.out)
			return nil
		}, func(e kiosk.Event) error { return enc.Encode(e) })
		if err != nil {
			return err
		}
		return out.out.Flush()
	})
}
