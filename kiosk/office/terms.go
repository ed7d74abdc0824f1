package office

import (
	"context"
	"errors"
	"strings"

	"qrkiosk/kiosk"
)

// ParsePercent reads a percentage with up to two decimals, "8.5" or "8,5 %", as hundredths. The
// error is [kiosk.Invalid].
func ParsePercent(text string) (int64, error) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, part, dotted := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	wrong := &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallVAT}
	if whole == "" || len(whole) > 3 || len(part) > 2 || (dotted && part == "") || strings.Trim(whole+part, "0123456789") != "" {
		return 0, wrong
	}
	var n int64
	for _, digit := range whole + (part + "00")[:2] {
		n = n*10 + int64(digit-'0')
	}
	if n > kiosk.WholePercent {
		return 0, wrong
	}
	return n, nil
}

// TryTerms has SecPaid look at the terms: a link is made with them, with the account that the stall
// sells with, and deleted at once. What it refuses, or makes otherwise than asked, is [kiosk.Refused];
// nothing is stored either way.
func (sl *Stalls) TryTerms(ctx context.Context, by kiosk.OfficeActor, stall string, terms []kiosk.Share) error {
	if err := by.CheckMayChange(stall); err != nil {
		return err
	}
	if err := kiosk.CheckTerms(terms); err != nil || len(terms) == 0 {
		return err
	}
	owner, err := sl.kernel.Stall(ctx, stall)
	if err != nil {
		return err
	}
	gateway := sl.kernel.Accounts.GatewayOf(ctx, owner.AccountID)
	const amount = 100 * 100 // large enough that no share is cut
	ref := sl.refs.Next(sl.clock())
	kiosk.Crash("before-terms")
	opened, err := gateway.Open(ctx, kiosk.Order{
		Ref: ref, Note: ref, Amount: amount, Parts: (kiosk.Stall{SplitTerms: terms}).Split(amount),
	})
	kiosk.Crash("after-terms")
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return errors.Join(err, deleteTrial(ctx, gateway, ref, err))
	}
	_, err = gateway.Retire(ctx, opened.PayID)
	kiosk.Crash("after-terms-retire")
	if err == nil && opened.Wrong != "" {
		return &kiosk.Error{Code: kiosk.Refused, Key: kiosk.KeyGatewayWrong, Args: []string{opened.Wrong}}
	}
	return err
}

// deleteTrial deletes a link whose making was not answered. It was shown to nobody; should this fail
// too, it stays unpaid.
func deleteTrial(ctx context.Context, gateway kiosk.Gateway, ref string, why error) error {
	if kiosk.CodeOf(why) != kiosk.Unclear {
		return nil
	}
	kiosk.Crash("before-terms-search")
	found, err := gateway.Find(ctx, ref)
	kiosk.Crash("after-terms-search")
	for _, f := range found.Links {
		kiosk.Crash("before-terms-delete")
		_, failed := gateway.Retire(ctx, f.PayID)
		kiosk.Crash("after-terms-delete")
		err = errors.Join(err, failed)
	}
	return err
}
