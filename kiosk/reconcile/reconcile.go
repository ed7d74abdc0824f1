package reconcile

import (
	"context"
	"log/slog"
	"sync"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Reconciler is the door of the room: it owns those who do the errands, take notices and read the
// gateway's lists, and lets them work. All methods may be called concurrently.
type Reconciler struct {
	kernel  *shop.Kernel
	store   kiosk.Store
	log     *slog.Logger
	notices *notices
	errands *errands
	lists   *lists
	rounds  *rounds
	auditor *auditor
	payouts *payouts
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Reconciler {
	kit := k.Kit()
	nt := &notices{kernel: k, store: kit.Store, gateway: kit.Gateway, clock: kit.Clock, log: kit.Log, observe: kit.Observe}
	er := &errands{
		kernel: k, store: kit.Store, clock: kit.Clock, log: kit.Log, observe: kit.Observe, notices: nt,
		publicURL: kit.PublicURL, hookPath: kit.HookPath,
	}
	rs := &rows{kernel: k, store: kit.Store, installation: kit.Settings, gatewayName: kit.GatewayName}
	cl := &clocks{kernel: k}
	ps := &payouts{kernel: k, store: kit.Store, clock: kit.Clock}
	au := &auditor{
		kernel: k, store: kit.Store, log: kit.Log, installation: kit.Settings, gatewayName: kit.GatewayName,
		rows: rs, clocks: cl, payouts: ps,
	}
	return &Reconciler{
		kernel: k, store: kit.Store, log: kit.Log, notices: nt, errands: er, auditor: au, payouts: ps,
		lists: &lists{
			kernel: k, store: kit.Store, random: kit.Random, log: kit.Log, observe: kit.Observe,
			rows: rs, clocks: cl, looks: &looks{kernel: k, errands: er},
		},
		rounds: &rounds{
			kernel: k, store: kit.Store, bus: kit.Bus, random: kit.Random, log: kit.Log, installation: kit.Settings,
			rows: rs, auditor: au,
			census: &census{kernel: k, store: kit.Store, log: kit.Log, installation: kit.Settings, rows: rs, errands: er},
		},
	}
}

// Run does the errands and watches the gateway's lists until ctx ends; then it waits for what is
// under way and returns. One call per process.
func (rc *Reconciler) Run(ctx context.Context) {
	if err := rc.store.Abandon(ctx); err != nil {
		rc.kernel.Complain(ctx, "errands of before cannot be taken over", err) // their leases end by themselves
	}
	for ctx.Err() == nil {
		rc.round(ctx)
		if ctx.Err() == nil {
			rc.setBack(ctx)
		}
	}
}

// round lets everybody work until ctx ends or the clock is set back: then all that was planned by
// it lies too far ahead.
func (rc *Reconciler) round(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	wg.Go(func() { rc.mindClock(ctx, end) })
	for name, work := range map[string]func(context.Context){
		"errands": rc.errands.work, "lists": rc.lists.run, "patrol": rc.rounds.run,
	} {
		wg.Go(func() { rc.kernel.Supervise(ctx, name, work) })
	}
	wg.Wait()
}

const backSlack = 2 * kiosk.SecondMillis // a clock may go back by this much without a word

func (rc *Reconciler) mindClock(ctx context.Context, end func()) {
	for last := rc.kernel.Now(); ctx.Err() == nil; last = max(last, rc.kernel.Now()) {
		rc.kernel.Sleep(ctx, nil, 5*kiosk.SecondMillis)
		if rc.kernel.Now() < last-backSlack {
			rc.log.Warn("the clock was set back", "seconds", (last-rc.kernel.Now())/kiosk.SecondMillis)
			end()
		}
	}
}

// setBack plans anew what was planned by a clock that was ahead.
func (rc *Reconciler) setBack(ctx context.Context) {
	rc.kernel.ForgetTimes()
	if err := rc.store.Hasten(ctx, rc.kernel.Now()); err != nil {
		rc.kernel.Complain(ctx, "errands cannot be planned anew", err)
	}
}

// NoteCall says that another process changed a register, so that the lists may have to be read
// sooner. The bus calls it.
func (rc *Reconciler) NoteCall(string, int64) { rc.kernel.WakeLooks() }

// ReceiveNotice takes a delivery at the webhook address with the given token: body and, if it is proof,
// the fact are stored in one transaction; nil means that they are. An unknown token is [kiosk.NotFound];
// whatever the body says, nothing else distinguishes the answers. If the store cannot commit, the
// error is [kiosk.Unavailable] and the gateway should try again. body is called only for a known token;
// its error is returned as it is, with nothing stored.
func (rc *Reconciler) ReceiveNotice(ctx context.Context, token, contentType string, body func() ([]byte, error)) error {
	return rc.notices.receive(ctx, token, contentType, body)
}

// Audit compares the gateway's rows of the last 35 days with ours, lets sales take what they have
// not heard of, asks a second time for rows that vanished, and stores what it found for each day
// that is over: for the house's account, and for each of the stalls' own. One that cannot be read keeps
// none of the others from being audited; the error is that of the first. It is made every night; calling
// it by hand does no harm.
func (rc *Reconciler) Audit(ctx context.Context) error { return rc.auditor.audit(ctx) }

// AuditAccounts audits the gateway's books and reads its payouts and invoices, of the account first that
// was audited longest ago: the calls of a minute may not reach for all of them. The error is that of
// the first account that could not be read.
func (rc *Reconciler) AuditAccounts(ctx context.Context) error { return rc.auditor.allAccounts(ctx) }

// AuditDays lists what the nightly audit has said about the newest days.
func (rc *Reconciler) AuditDays(ctx context.Context, n int) ([]kiosk.AuditDay, error) {
	return rc.auditor.days(ctx, n)
}

// Payouts matches the gateway's payouts for its days from first to last ("2026-05-01") with our
// rows, account by account, newest first. Whoever may see all stalls may call it.
func (rc *Reconciler) Payouts(ctx context.Context, first, last string) ([]kiosk.PayoutComparison, error) {
	return rc.payouts.between(ctx, first, last)
}

// FeeInvoices lists up to n of the gateway's invoices, newest first.
func (rc *Reconciler) FeeInvoices(ctx context.Context, n int) ([]kiosk.FeeInvoice, error) {
	return rc.payouts.invoices(ctx, n)
}
