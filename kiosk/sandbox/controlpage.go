package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// shownRows is how many links and webhooks the page shows; the JSON lists have all of them.
const shownRows = 40

// controlView is what the page /control shows.
type controlView struct {
	Now      string
	Wire     string
	Accounts []Account
	Money    []MoneyView
	Links    []linkRow
	Hooks    []hookRow
	Faults   []FaultInfo
	Calls    []string
	Examples []Example
}

// linkRow is one link with the buttons that make sense in its state.
type linkRow struct {
	LinkView
	Sum  string
	Age  string
	Acts []linkAct
}

// linkAct is one button: what it says, where it posts to, and one more field.
type linkAct struct{ Word, Path, Name, Value string }

// hookRow is one webhook with what it met.
type hookRow struct {
	WebhookView
	Age   string
	Tries []string
}

func (c *control) page(w http.ResponseWriter, r *http.Request) {
	now := c.gateway.Now()
	v := controlView{
		Now: now.Format("Mon 2 Jan 2006 15:04:05"), Wire: c.wire.String(),
		Accounts: c.gateway.Accounts(), Money: c.gateway.Money(), Faults: c.gateway.Faults(), Calls: c.callLines(),
	}
	v.Examples = c.examples(v.Accounts)
	for _, k := range lastOf(c.gateway.Links()) {
		v.Links = append(v.Links, linkRow{k, k.Amount.String(), age(now.Sub(k.Created)), c.acts(k)})
	}
	for _, h := range lastOf(c.gateway.Webhooks()) {
		v.Hooks = append(v.Hooks, hookRow{h, age(now.Sub(h.Made)), tryLines(h)})
	}
	show(c.log, w, r, http.StatusOK, controlPageView(v))
}

// examples are calls of the first account; the second one gets the shares.
func (c *control) examples(accounts []Account) []Example {
	key, token := "KEY", "TOKEN"
	if len(accounts) > 0 {
		key = accounts[0].Key
	}
	if len(accounts) > 1 {
		token = accounts[1].RecipientToken
	}
	return Examples(c.gateway.address.url(), key, token)
}

// lastOf is the end of a list, newest first.
func lastOf[T any](list []T) []T {
	list = slices.Clone(list[max(0, len(list)-shownRows):])
	slices.Reverse(list)
	return list
}

func (c *control) callLines() (lines []string) {
	counts := c.gateway.Counts()
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, name+" "+strconv.Itoa(counts[name]))
	}
	return lines
}

func tryLines(h WebhookView) (lines []string) {
	for _, a := range h.Attempts {
		line := a.At.Format(time.TimeOnly) + " "
		if a.Status != 0 {
			line += strconv.Itoa(a.Status) + " " + http.StatusText(a.Status)
		}
		if a.Error != "" {
			line += " " + a.Error
		}
		if a.Answer != "" {
			line += ": " + a.Answer
		}
		lines = append(lines, line)
	}
	return lines
}

// acts are the buttons of a link.
func (c *control) acts(k LinkView) (acts []linkAct) {
	switch {
	case k.Pending:
		return []linkAct{{"Money arrives", "funds", "", ""}}
	case k.Status == Unused:
		acts = []linkAct{{"Pay", "pay", "", ""}, {"Decline", "decline", "", ""}}
		if k.Bank {
			acts = append(acts, linkAct{"Bank transfer", "transfer", "", ""})
		}
		if k.Cancellable {
			acts = append(acts, linkAct{"Cancel", "cancel", "", ""})
		}
	case k.Status == Used:
		acts = c.paidActs(k.ID)
	}
	return acts
}

func (c *control) paidActs(id int64) (acts []linkAct) {
	c.gateway.keeper.read(func(l *ledger) {
		if r := l.refunds[id]; r != nil && r.State == refundPending {
			acts = append(acts, linkAct{"Approve refund", "refund", "approve", "true"}, linkAct{"Reject refund", "refund", "approve", "false"})
		}
		switch d := l.disputes[id]; {
		case d == nil && l.paid(l.links[id]) > 0:
			acts = append(acts, linkAct{"Dispute", "dispute", "", ""})
		case d != nil && d.State == disputeOpen:
			acts = append(acts, linkAct{"Dispute won", "dispute-end", "won", "true"}, linkAct{"Dispute lost", "dispute-end", "won", "false"})
		}
	})
	return acts
}

func tagOf(k linkRow) string {
	if k.Pending {
		return "transfer promised"
	}
	return string(k.Status)
}

func leftWord(n int) string {
	if n < 0 {
		return "until cleared"
	}
	return strconv.Itoa(n) + " more times"
}
