package kiosk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// maxOdd is how many deliveries that are no proof a webhook address takes before its bodies are no
// longer read, so that nobody can try out bodies often enough to learn from our answers what a right one
// would be. The lists still find the payment.
const maxOdd = 32

// Notice takes a delivery at the webhook address with the given token: body and, if it is proof,
// the fact are stored in one transaction; nil means that they are. An unknown token is [NotFound];
// whatever the body says, nothing else distinguishes the answers. If the store cannot commit, the
// error is [Unavailable] and the gateway should try again. body is called only for a known token;
// its error is returned as it is, with nothing stored.
func (s *Shop) Notice(ctx context.Context, token, contentType string, body func() ([]byte, error)) error {
	ctx = Urgent(ctx)
	to, err := s.addressOf(ctx, HashSecret(token))
	if CodeOf(err) == NotFound {
		return s.testNotice(ctx, HashSecret(token))
	}
	if err != nil {
		return err
	}
	raw, err := body()
	if err != nil {
		return err
	}
	began := s.clock()
	notice := s.readNotice(&to.link, contentType, raw)
	sum := sha256.Sum256(raw)
	in := Inbox{
		Link: to.link.ID, Sale: to.sale, Sum: hex.EncodeToString(sum[:]),
		ContentType: contentType, Raw: raw, At: began.UnixMilli(), Copies: 1,
	}
	believed := false
	Crash("before-notice")
	err = s.change(ctx, to.register, func(tx Tx) (err error) {
		if believed, err = s.deliver(tx, in, to.link.N, notice); err != nil || believed {
			return err
		}
		return s.markOdd(tx, in, to.link.N, notice)
	})
	if err != nil {
		return err
	}
	Crash("after-notice")
	s.delivered(to, notice, believed, s.clock().Sub(began))
	return nil
}

// address is where a webhook's token leads. It never changes, so that it may be remembered; of the
// link it holds what never changes either: ID, number and seal.
type address struct {
	sale     string
	register string
	link     Link
}

// addressesKept bounds how many addresses are remembered; the store knows them all.
const addressesKept = 10_000

func addressTo(sale *Sale, n int) address {
	l := sale.Link(n)
	return address{sale.ID, sale.Register, Link{ID: l.ID, N: l.N, Sealed: l.Sealed}}
}

// addresses remembers where the tokens of links lead that became known in this process.
type addresses struct {
	mu sync.Mutex
	of map[string]address // by the hash of a token
}

// expect remembers the address of a link that has become known: its payment may come at any moment.
// It may be called before the commit that makes the link live, since the address itself was stored
// with the charge.
func (a *addresses) expect(sale *Sale, n int) {
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

// addressOf finds where a token leads; an unknown one is [NotFound].
func (s *Shop) addressOf(ctx context.Context, hash string) (address, error) {
	to, ok := s.addresses.find(hash)
	if ok {
		return to, nil
	}
	err := s.store.View(ctx, func(r Reader) error {
		sale, n, err := r.SaleByToken(hash)
		if err == nil && sale.Link(n) == nil {
			err = &Error{Code: NotFound, Key: KeyNoSuchSale}
		}
		if err == nil {
			to = addressTo(sale, n)
		}
		return err
	})
	return to, err
}

func (s *Shop) readNotice(l *Link, contentType string, raw []byte) Notice {
	secrets, err := s.secrets(l)
	if err != nil {
		s.log.Error("seal of a link does not open", "link", l.ID, "err", err)
		return Notice{Flaw: "seal"}
	}
	return s.gateway.ReadNotice(contentType, raw, secrets.Key)
}

func (s *Shop) deliver(tx Tx, in Inbox, n int, notice Notice) (believed bool, err error) {
	sale, err := tx.Sale(in.Sale)
	if err != nil {
		return false, err
	}
	link := sale.Link(n)
	switch {
	case !link.Live:
		return false, s.wait(tx, in)
	case link.Odd >= maxOdd && link.Odd > link.Answered:
		return false, nil // a look is under way already
	case link.Odd < maxOdd:
		if err := tx.PutInbox(in); err != nil {
			return false, err
		}
		believed = link.Believes(notice)
	}
	_, err = s.take(tx, sale, Step{Kind: noticeStep(believed), Actor: ActorGateway, Link: n, At: in.At})
	return believed, err
}

// markOdd keeps for the alarms that a delivery came without the encryption that was ordered, or that
// there were many of them. Test 2 of the nine has refused them already.
func (s *Shop) markOdd(tx Tx, in Inbox, n int, notice Notice) error {
	sale, err := tx.Sale(in.Sale)
	if err != nil {
		return err
	}
	mark := Mark{Sale: sale.ID, Register: sale.Register, At: in.At}
	if notice.Flaw == FlawPlain && len(sale.Link(n).Sealed) > 0 {
		mark.Kind = AlarmPlain
		if err := tx.PutMark(mark); err != nil {
			return err
		}
	}
	if sale.Link(n).Odd == manyOdd {
		mark.Kind = AlarmOdd
		return tx.PutMark(mark)
	}
	return nil
}

// wait keeps a delivery in the inbox until its link is known; beyond maxOdd different bodies it is
// dropped, and the lists have to tell.
func (s *Shop) wait(tx Tx, in Inbox) error {
	waiting, err := tx.Waiting(in.Link)
	if err != nil || len(waiting) >= maxOdd {
		return err
	}
	return tx.PutInbox(in)
}

func noticeStep(believed bool) StepKind {
	if believed {
		return StepNotice
	}
	return StepOdd
}

func (s *Shop) delivered(to address, notice Notice, believed bool, took time.Duration) {
	s.observe.Noticed(took, believed)
	s.noteNotice(s.now())
	s.log.Info("notice stored", "register", to.register, "sale", to.sale, "believed", believed, "flaw", notice.Flaw)
}

// readWaiting tests the notices that came before the link was known (test 9 of the nine). It runs
// in the transaction that made the link live.
func (s *Shop) readWaiting(tx Tx, sale *Sale, n int) error {
	link := sale.Link(n)
	waiting, err := tx.Waiting(link.ID)
	if err != nil {
		return err
	}
	for _, in := range waiting {
		believed := sale.Link(n).Believes(s.readNotice(link, in.ContentType, in.Raw))
		out, err := s.take(tx, sale, Step{Kind: noticeStep(believed), Actor: ActorGateway, Link: n})
		if err != nil {
			return err
		}
		sale = out.Sale
	}
	return nil
}
