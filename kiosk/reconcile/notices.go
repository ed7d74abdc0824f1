package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// maxOdd is how many deliveries that are no proof a webhook address takes before its bodies are no
// longer read, so that nobody can try out bodies often enough to learn from our answers what a right one
// would be. The lists still find the payment.
const maxOdd = 32

// notices takes what the gateway posts at the addresses of links, and remembers where these lead.
type notices struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	gateway   kiosk.Gateway
	clock     func() time.Time
	log       *slog.Logger
	observe   kiosk.Observer
	addresses addresses
}

func (nt *notices) receive(ctx context.Context, token, contentType string, body func() ([]byte, error)) error {
	ctx = kiosk.Urgent(ctx)
	to, err := nt.addressOf(ctx, kiosk.HashSecret(token))
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return nt.receiveTest(ctx, kiosk.HashSecret(token))
	}
	if err != nil {
		return err
	}
	raw, err := body()
	if err != nil {
		return err
	}
	began := nt.clock()
	notice := nt.read(&to.link, contentType, raw)
	sum := sha256.Sum256(raw)
	in := kiosk.Inbox{
		Link: to.link.ID, Sale: to.sale, Sum: hex.EncodeToString(sum[:]),
		ContentType: contentType, Raw: raw, At: began.UnixMilli(), Copies: 1,
	}
	believed := false
	kiosk.Crash("before-notice")
	err = nt.kernel.Change(ctx, to.register, func(tx kiosk.Tx) (err error) {
		if believed, err = nt.apply(tx, in, to.link.N, notice); err != nil || believed {
			return err
		}
		return nt.markOdd(tx, in, to.link.N, notice)
	})
	if err != nil {
		return err
	}
	kiosk.Crash("after-notice")
	nt.noteDelivery(to, notice, believed, nt.clock().Sub(began))
	return nil
}

// address is where a webhook's token leads. It never changes, so that it may be remembered; of the
// link it holds what never changes either: ID, number and seal.
type address struct {
	sale     string
	register string
	link     kiosk.Link
}

// addressesKept bounds how many addresses are remembered; the store knows them all.
const addressesKept = 10_000

func addressTo(sale *kiosk.Sale, n int) address {
	l := sale.Link(n)
	return address{sale.ID, sale.Register, kiosk.Link{ID: l.ID, N: l.N, Sealed: l.Sealed}}
}

// addresses remembers where the tokens of links lead that became known in this process.
type addresses struct {
	mu sync.Mutex
	of map[string]address // by the hash of a token
}

// expect remembers the address of a link that has become known: its payment may come at any moment.
// It may be called before the commit that makes the link live, since the address itself was stored
// with the charge.
func (a *addresses) expect(sale *kiosk.Sale, n int) {
	if sale.Link(n).TokenHash == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) >= addressesKept {
		a.of = map[string]address{}
	}
	a.of[sale.Link(n).TokenHash] = addressTo(sale, n)
}

func (a *addresses) find(hash string) (address, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	to, ok := a.of[hash]
	return to, ok
}

// addressOf finds where a token leads; an unknown one is [kiosk.NotFound].
func (nt *notices) addressOf(ctx context.Context, hash string) (address, error) {
	to, ok := nt.addresses.find(hash)
	if ok {
		return to, nil
	}
	err := nt.store.View(ctx, func(r kiosk.Reader) error {
		sale, n, err := r.SaleByToken(hash)
		if err == nil && sale.Link(n) == nil {
			err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale}
		}
		if err == nil {
			to = addressTo(sale, n)
		}
		return err
	})
	return to, err
}

func (nt *notices) read(l *kiosk.Link, contentType string, raw []byte) kiosk.Notice {
	secrets, err := nt.kernel.Secrets(l)
	if err != nil {
		nt.log.Error("seal of a link does not open", "link", l.ID, "err", err)
		return kiosk.Notice{Flaw: "seal"}
	}
	return nt.gateway.ReadNotice(contentType, raw, secrets.Key)
}

func (nt *notices) apply(tx kiosk.Tx, in kiosk.Inbox, n int, notice kiosk.Notice) (believed bool, err error) {
	sale, err := tx.Sale(in.Sale)
	if err != nil {
		return false, err
	}
	link := sale.Link(n)
	switch {
	case !link.Live:
		return false, nt.keepForLater(tx, in)
	case link.Odd >= maxOdd && link.Odd > link.MarkAnswered:
		return false, nil // a look is under way already
	case link.Odd < maxOdd:
		if err := tx.PutInbox(in); err != nil {
			return false, err
		}
		believed = link.Believes(notice)
	}
	_, err = nt.kernel.Take(tx, sale, kiosk.Step{Kind: noticeStep(believed), Actor: kiosk.ActorGateway, Link: n, At: in.At})
	return believed, err
}

// markOdd keeps for the alarms that a delivery came without the encryption that was ordered, or that
// there were many of them. Test 2 of the nine has refused them already.
func (nt *notices) markOdd(tx kiosk.Tx, in kiosk.Inbox, n int, notice kiosk.Notice) error {
	sale, err := tx.Sale(in.Sale)
	if err != nil {
		return err
	}
	mark := kiosk.Mark{Sale: sale.ID, Register: sale.Register, At: in.At}
	if notice.Flaw == kiosk.FlawPlain && len(sale.Link(n).Sealed) > 0 {
		mark.Kind = kiosk.AlarmPlain
		if err := tx.PutMark(mark); err != nil {
			return err
		}
	}
	if sale.Link(n).Odd == shop.ManyOdd {
		mark.Kind = kiosk.AlarmOdd
		return tx.PutMark(mark)
	}
	return nil
}

// keepForLater keeps a delivery in the inbox until its link is known; beyond maxOdd different bodies it is
// dropped, and the lists have to tell.
func (nt *notices) keepForLater(tx kiosk.Tx, in kiosk.Inbox) error {
	waiting, err := tx.Waiting(in.Link)
	if err != nil || len(waiting) >= maxOdd {
		return err
	}
	return tx.PutInbox(in)
}

func noticeStep(believed bool) kiosk.StepKind {
	if believed {
		return kiosk.StepNotice
	}
	return kiosk.StepOdd
}

func (nt *notices) noteDelivery(to address, notice kiosk.Notice, believed bool, took time.Duration) {
	nt.observe.Noticed(took, believed)
	nt.kernel.Condition.NoteNotice(nt.kernel.Now())
	nt.log.Info("notice stored", "register", to.register, "sale", to.sale, "believed", believed, "flaw", notice.Flaw)
}

// readWaiting tests the notices that came before the link was known (test 9 of the nine). It runs
// in the transaction that made the link live.
func (nt *notices) readWaiting(tx kiosk.Tx, sale *kiosk.Sale, n int) error {
	link := sale.Link(n)
	waiting, err := tx.Waiting(link.ID)
	if err != nil {
		return err
	}
	for _, in := range waiting {
		believed := sale.Link(n).Believes(nt.read(link, in.ContentType, in.Raw))
		out, err := nt.kernel.Take(tx, sale, kiosk.Step{Kind: noticeStep(believed), Actor: kiosk.ActorGateway, Link: n})
		if err != nil {
			return err
		}
		sale = out.Sale
	}
	return nil
}
