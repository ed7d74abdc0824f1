package counterweb

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// saleDetail shows a sale that was looked up by its number.
func (t *Till) saleDetail(w http.ResponseWriter, r *http.Request) error {
	number := front.PlainID(strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("number"))))
	return t.salePage(w, r, http.StatusOK, number, nil)
}

func (t *Till) salePage(w http.ResponseWriter, r *http.Request, status int, number string, cause error) error {
	ctx, register := r.Context(), front.TillActorOf(r).Register
	tillScreen, err := t.rooms.Till.TillScreen(ctx, register)
	if err != nil {
		return err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, tillScreen.Stall)
	v := counterview.SaleView{Stall: tillScreen.Stall, Now: tillScreen.Now, Typed: number, Refund: typedRefund(r), Error: p.For(tillScreen.Stall).Explain(front.WithWords(cause))}
	sale, err := t.rooms.Till.SaleByNumber(ctx, register, number)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		status = http.StatusNotFound
	case err != nil:
		return err
	default:
		v.Sale, v.Receipt, v.May = sale, t.rooms.Kernel.ReceiptURL(sale), may(sale)
		v.Twin = twin(tillScreen.Current, sale)
		if v.Names, err = t.names(ctx, register); err != nil {
			return err
		}
	}
	t.front.Render(w, r, status, counterview.SaleDetail(p, v))
	return nil
}

// typedRefund is what stood in the form of a refund that was refused.
func typedRefund(r *http.Request) counterview.RefundForm {
	if r.PostForm.Get("do") != string(kiosk.StepRefund) {
		return counterview.RefundForm{}
	}
	return counterview.RefundForm{
		Part: r.PostForm.Get("part") != "", Amount: r.PostForm.Get("amount"), Reason: r.PostForm.Get("reason"),
	}
}

func (t *Till) names(ctx context.Context, register string) (map[string]string, error) {
	people, err := t.rooms.Till.StaffOfRegister(ctx, register)
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}

// twin is the sale the register shows now, if it is for the same lines and amount and can be ended.
func twin(current, sale *kiosk.Sale) *kiosk.Sale {
	if current == nil || !kiosk.AreTwins(current, sale) {
		return nil
	}
	if _, err := current.Take(kiosk.Step{Kind: kiosk.StepCancel}); err != nil {
		return nil
	}
	return current
}

// may lists what may be decided about a sale now: whatever its own rules would not refuse.
func may(sale *kiosk.Sale) []string {
	var list []string
	for _, kind := range []kiosk.StepKind{
		kiosk.StepCancel, kiosk.StepHanded, kiosk.StepAttach, kiosk.StepRefund, kiosk.StepRejected, kiosk.StepAgain,
		kiosk.StepClose,
	} {
		if _, err := sale.Take(kiosk.Step{Kind: kind, Reason: "-", Amount: 1}); err == nil {
			list = append(list, string(kind))
		}
	}
	return list
}

// decide takes a decision about a sale. All but a cancel need a manager: the one who is signed
// in, or one whose PIN is typed on the spot.
func (t *Till) decide(w http.ResponseWriter, r *http.Request) error {
	by, form := front.TillActorOf(r).Actor, r.PostForm
	do := kiosk.StepKind(form.Get("do"))
	if do != kiosk.StepCancel {
		manager, err := t.rooms.Till.ManagerByPIN(r.Context(), front.TabletOf(r), form.Get("pin"))
		if err != nil {
			return t.decideRefused(w, r, err)
		}
		by.Staff, by.Role = manager.ID, manager.Role
	}
	sale, err := t.takeDecision(r.Context(), by, do, form)
	if err != nil {
		return t.decideRefused(w, r, err)
	}
	return t.front.GoTo(w, r, views.PathSale+"?number="+url.QueryEscape(sale.Number))
}

func (t *Till) takeDecision(ctx context.Context, by kiosk.Actor, do kiosk.StepKind, form url.Values) (*kiosk.Sale, error) {
	id, reason := front.PlainID(form.Get("sale")), strings.TrimSpace(form.Get("reason"))
	switch do {
	case kiosk.StepCancel:
		return t.rooms.Till.Cancel(ctx, by, id)
	case kiosk.StepHanded:
		return t.rooms.Till.NoteHandedOver(ctx, by, id, reason)
	case kiosk.StepClose:
		return t.rooms.Till.Close(ctx, by, id, reason)
	case kiosk.StepAttach:
		return t.rooms.Till.Attach(ctx, by, id, reason, front.PlainID(form.Get("also")))
	case kiosk.StepAgain:
		return t.rooms.Till.RefundAgain(ctx, by, id, reason)
	case kiosk.StepRejected:
		return t.rooms.Till.NoteRefundRejected(ctx, by, id, reason)
	case kiosk.StepRefund:
		amount, err := t.refundAmount(ctx, by, id, form)
		if err != nil {
			return nil, err
		}
		return t.rooms.Till.Refund(ctx, by, id, amount, reason)
	default:
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.ReasonUnknownStep, Field: "do"}
	}
}

// refundAmount reads how much is to go back: the part that was typed, or all that can.
func (t *Till) refundAmount(ctx context.Context, by kiosk.Actor, sale string, form url.Values) (kiosk.Money, error) {
	if form.Get("part") != "" {
		return kiosk.ParseMoney(form.Get("amount"))
	}
	number, err := t.rooms.Till.NumberOf(ctx, by.Register, sale)
	if err != nil {
		return 0, err
	}
	found, err := t.rooms.Till.SaleByNumber(ctx, by.Register, number)
	if err != nil {
		return 0, err
	}
	return max(found.Refundable(), 1), nil // if nothing can go back, the sale's own rules say why
}

// decideRefused shows the sale again with the reason.
func (t *Till) decideRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if front.WantsJSON(r) || front.StatusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	number, err := t.rooms.Till.NumberOf(r.Context(), front.TillActorOf(r).Register, front.PlainID(r.PostForm.Get("sale")))
	if err != nil {
		return cause
	}
	front.RetryAfter(w, cause)
	return t.salePage(w, r, front.StatusOf(cause), number, cause)
}
