package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// saleDetail shows a sale that was looked up by its number.
func (s *Server) saleDetail(w http.ResponseWriter, r *http.Request) error {
	number := plainID(strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("number"))))
	return s.salePage(w, r, http.StatusOK, number, nil)
}

func (s *Server) salePage(w http.ResponseWriter, r *http.Request, status int, number string, cause error) error {
	ctx, register := r.Context(), tillActorOf(r).Register
	t, err := s.shop.Till.TillScreen(ctx, register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	v := views.SaleView{Stall: t.Stall, Now: t.Now, Typed: number, Refund: typedRefund(r), Error: p.For(t.Stall).Explain(withWords(cause))}
	sale, err := s.shop.Till.SaleByNumber(ctx, register, number)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		status = http.StatusNotFound
	case err != nil:
		return err
	default:
		v.Sale, v.Receipt, v.May = sale, s.shop.Kernel.ReceiptURL(sale), may(sale)
		if v.Names, err = s.names(ctx, register); err != nil {
			return err
		}
	}
	s.render(w, r, status, views.SaleDetail(p, v))
	return nil
}

// typedRefund is what stood in the form of a refund that was refused.
func typedRefund(r *http.Request) views.RefundForm {
	if r.PostForm.Get("do") != string(kiosk.StepRefund) {
		return views.RefundForm{}
	}
	return views.RefundForm{
		Part: r.PostForm.Get("part") != "", Amount: r.PostForm.Get("amount"), Reason: r.PostForm.Get("reason"),
	}
}

func (s *Server) names(ctx context.Context, register string) (map[string]string, error) {
	people, err := s.shop.Till.StaffOfRegister(ctx, register)
	names := map[string]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
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
func (s *Server) decide(w http.ResponseWriter, r *http.Request) error {
	by, form := tillActorOf(r).Actor, r.PostForm
	do := kiosk.StepKind(form.Get("do"))
	if do != kiosk.StepCancel {
		manager, err := s.shop.Till.ManagerByPIN(r.Context(), tabletOf(r), form.Get("pin"))
		if err != nil {
			return s.decideRefused(w, r, err)
		}
		by.Staff, by.Role = manager.ID, manager.Role
	}
	sale, err := s.takeDecision(r.Context(), by, do, form)
	if err != nil {
		return s.decideRefused(w, r, err)
	}
	return s.goTo(w, r, views.PathSale+"?number="+url.QueryEscape(sale.Number))
}

func (s *Server) takeDecision(ctx context.Context, by kiosk.Actor, do kiosk.StepKind, form url.Values) (*kiosk.Sale, error) {
	id, reason := plainID(form.Get("sale")), strings.TrimSpace(form.Get("reason"))
	switch do {
	case kiosk.StepCancel:
		return s.shop.Till.Cancel(ctx, by, id)
	case kiosk.StepHanded:
		return s.shop.Till.NoteHandedOver(ctx, by, id, reason)
	case kiosk.StepClose:
		return s.shop.Till.Close(ctx, by, id, reason)
	case kiosk.StepAttach:
		return s.shop.Till.Attach(ctx, by, id, reason)
	case kiosk.StepAgain:
		return s.shop.Till.RefundAgain(ctx, by, id, reason)
	case kiosk.StepRejected:
		return s.shop.Till.NoteRefundRejected(ctx, by, id, reason)
	case kiosk.StepRefund:
		amount, err := s.refundAmount(ctx, by, id, form)
		if err != nil {
			return nil, err
		}
		return s.shop.Till.Refund(ctx, by, id, amount, reason)
	default:
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.ReasonUnknownStep, Field: "do"}
	}
}

// refundAmount reads how much is to go back: the part that was typed, or all that can.
func (s *Server) refundAmount(ctx context.Context, by kiosk.Actor, sale string, form url.Values) (kiosk.Money, error) {
	if form.Get("part") != "" {
		return kiosk.ParseMoney(form.Get("amount"))
	}
	number, err := s.shop.Till.NumberOf(ctx, by.Register, sale)
	if err != nil {
		return 0, err
	}
	found, err := s.shop.Till.SaleByNumber(ctx, by.Register, number)
	if err != nil {
		return 0, err
	}
	return max(found.Refundable(), 1), nil // if nothing can go back, the sale's own rules say why
}

// decideRefused shows the sale again with the reason.
func (s *Server) decideRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if wantsJSON(r) || statusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	number, err := s.shop.Till.NumberOf(r.Context(), tillActorOf(r).Register, plainID(r.PostForm.Get("sale")))
	if err != nil {
		return cause
	}
	retryAfter(w, cause)
	return s.salePage(w, r, statusOf(cause), number, cause)
}
