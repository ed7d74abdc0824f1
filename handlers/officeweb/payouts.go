package officeweb

import (
	"net/http"
	"strconv"

	"qrkiosk/handlers/front"
	"qrkiosk/views/officeview"
)

const (
	auditShown     = 35  // days of one account
	auditMost      = 140 // further ones, where stalls have accounts of their own
	invoicesShown  = 24
	unmatchedShown = 200
)

func (rp *Reports) payouts(w http.ResponseWriter, r *http.Request) error {
	ctx, today := r.Context(), rp.rooms.Reports.Today("UTC")
	first, last, err := days(r.URL.Query(), today-13, today)
	if err != nil {
		return err
	}
	page := officeview.PayoutsPage{Days: officeview.NewDays(first, last, today)}
	if page.Matches, err = rp.rooms.Reconciler.Payouts(ctx, page.Days.First, page.Days.Last); err != nil {
		return err
	}
	if page.Invoices, err = rp.rooms.Reconciler.FeeInvoices(ctx, invoicesShown); err != nil {
		return err
	}
	if page.Accounts, err = rp.office.accountNames(ctx); err != nil {
		return err
	}
	if page.Audits, err = rp.rooms.Reconciler.AuditDays(ctx, auditShown+min(len(page.Accounts)*auditShown/2, auditMost)); err != nil {
		return err
	}
	if page.Unmatched, err = rp.rooms.Kernel.Unmatched(ctx, true, unmatchedShown); err != nil {
		return err
	}
	if page.Held, err = rp.rooms.Office.Unexplained.Quarantined(ctx, true, unmatchedShown); err != nil {
		return err
	}
	p, f := rp.takingsPage(r, "payouts")
	f.Title = p.T("office.payouts.page")
	rp.front.Render(w, r, http.StatusOK, officeview.Payouts(p, f, page))
	return nil
}

// payoutsAsk asks the gateway for its books now, in the lowest lane of the budget.
func (rp *Reports) payoutsAsk(w http.ResponseWriter, r *http.Request) error {
	if err := rp.rooms.Reconciler.AuditAccounts(r.Context()); err != nil {
		return err
	}
	return rp.office.redirectDone(w, r, "payouts-asked", officeview.PathPayouts)
}

func (rp *Reports) resolveUnmatched(w http.ResponseWriter, r *http.Request) error {
	err := rp.rooms.Office.Unexplained.ResolveUnmatched(r.Context(), front.OfficeActorOf(r).Actor(), r.PostForm.Get("key"), r.PostForm.Get("reason"))
	if err != nil {
		return err
	}
	return rp.office.redirectDone(w, r, "unmatched-settled", officeview.PathPayouts)
}

// deleteHeld has a link deleted that nobody here knows. Anything but a number is a link that is not
// there.
func (rp *Reports) deleteHeld(w http.ResponseWriter, r *http.Request) error {
	link, err := strconv.ParseInt(r.PostForm.Get("link"), 10, 64)
	if err != nil {
		return front.ErrNoPage
	}
	if err := rp.rooms.Office.Unexplained.DeleteQuarantined(r.Context(), front.OfficeActorOf(r).Actor(), link, r.PostForm.Get("reason")); err != nil {
		return err
	}
	return rp.office.redirectDone(w, r, "held-deleted", officeview.PathPayouts)
}
