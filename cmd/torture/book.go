//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// book is what the sandbox has written down about links, payments and webhooks: the truth that the
// program is held against. It is read from the file, with a parser of its own.
type book struct {
	path string

	mu       sync.Mutex
	offset   int64
	links    map[int64]*bookLink
	byAmount map[int64][]*bookLink // in the order of creation
	payments []*bookPayment
	byTx     map[string]*bookPayment
	webhooks []*bookWebhook
	refunds  map[int64][]bookRefund // every state a request of a link was in
}

type bookLink struct {
	ID       int64     `json:"id"`
	Amount   int64     `json:"amount"` // cents
	Note     string    `json:"note"`
	Endpoint string    `json:"endpoint"`
	Created  time.Time `json:"created"`
	Status   string    `json:"status"`
	PaidOn   time.Time `json:"paid_on"`
	Changed  time.Time `json:"changed"`
	Pending  bool      `json:"pending"`
}

// ref is the reference that the program writes first into the note.
func (l *bookLink) ref() string {
	first, _, _ := strings.Cut(l.Note, " ")
	return first
}

type bookPayment struct {
	Link    int64     `json:"link"`
	ID      string    `json:"id"`
	Amount  int64     `json:"amount"` // cents
	Status  string    `json:"status"`
	Dispute bool      `json:"dispute"`
	Refund  bool      `json:"refund"`
	At      time.Time `json:"at"`
}

// good tells whether money came by it.
func (p *bookPayment) good() bool { return p.Status == "Success" && p.Amount > 0 && !p.Refund }

// listed tells whether the list of payments names one of a link.
func (b *book) listed(link int64) bool {
	for _, p := range b.payments {
		if p.Link == link && p.good() {
			return true
		}
	}
	return false
}

// came is what was paid with a link, in cents: more than its amount if somebody paid over.
func (b *book) came(link int64) (cents int64) {
	for _, p := range b.payments {
		if p.Link == link && p.good() {
			cents += p.Amount
		}
	}
	return cents
}

type bookWebhook struct {
	ID       int64     `json:"id"`
	Link     int64     `json:"link"`
	URL      string    `json:"url"`
	Body     string    `json:"body"`
	Due      time.Time `json:"due"`
	Tries    int       `json:"tries"` // at most
	answered []int     // status of each try
	taken    time.Time // of the first 2xx
}

type bookAttempt struct {
	Delivery int64     `json:"delivery"`
	At       time.Time `json:"at"`
	Status   int       `json:"status"`
}

type bookRefund struct {
	Link   int64  `json:"link"`
	Amount int64  `json:"amount"`
	State  string `json:"state"`
}

type bookEntry struct {
	Link     *bookLink    `json:"link"`
	PayIn    *bookPayment `json:"payin"`
	Delivery *bookWebhook `json:"delivery"`
	Attempt  *bookAttempt `json:"attempt"`
	Refund   *bookRefund  `json:"refund"`
}

const bookHeader = "secpaid-sandbox-book 1\n"

func newBook(path string) *book {
	return &book{
		path: path, links: map[int64]*bookLink{}, byAmount: map[int64][]*bookLink{},
		byTx: map[string]*bookPayment{}, refunds: map[int64][]bookRefund{},
	}
}

// follow reads what was added to the file since the last time, as far as its lines are whole.
func (b *book) follow() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, err := os.Open(b.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(b.offset, io.SeekStart); err != nil {
		return err
	}
	raw, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	for {
		line, rest, whole := bytes.Cut(raw, []byte("\n"))
		if !whole {
			return nil
		}
		if err := b.line(line); err != nil {
			return fmt.Errorf("%s at byte %d: %w", b.path, b.offset, err)
		}
		b.offset += int64(len(line)) + 1
		raw = rest
	}
}

func (b *book) line(line []byte) error {
	if b.offset == 0 {
		if string(line)+"\n" != bookHeader {
			return errors.New("this is no book of a sandbox")
		}
		return nil
	}
	if len(line) < 10 {
		return errors.New("a line is too short")
	}
	want, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(want) != crc32.Checksum(line[9:], crc32.MakeTable(crc32.Castagnoli)) {
		return errors.New("a line is damaged")
	}
	var entries []bookEntry
	if err := json.Unmarshal(line[9:], &entries); err != nil {
		return err
	}
	for _, e := range entries {
		b.apply(e)
	}
	return nil
}

func (b *book) apply(e bookEntry) {
	switch {
	case e.Link != nil:
		b.applyLink(e.Link)
	case e.PayIn != nil:
		if old := b.byTx[e.PayIn.ID]; old != nil {
			*old = *e.PayIn
			return
		}
		b.byTx[e.PayIn.ID] = e.PayIn
		b.payments = append(b.payments, e.PayIn)
	case e.Delivery != nil:
		b.webhooks = append(b.webhooks, e.Delivery)
	case e.Attempt != nil:
		w := b.webhooks[e.Attempt.Delivery-1]
		w.answered = append(w.answered, e.Attempt.Status)
		if e.Attempt.Status/100 == 2 && w.taken.IsZero() {
			w.taken = e.Attempt.At
		}
	case e.Refund != nil:
		b.refunds[e.Refund.Link] = append(b.refunds[e.Refund.Link], *e.Refund)
	}
}

func (b *book) applyLink(l *bookLink) {
	if old := b.links[l.ID]; old != nil {
		*old = *l
		return
	}
	b.links[l.ID] = l
	b.byAmount[l.Amount] = append(b.byAmount[l.Amount], l)
}

// ofAmount returns the links of an amount as they are now. Every sale of a run has an amount of
// its own, so that these are the links of one sale.
func (b *book) ofAmount(cents int64) []bookLink {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []bookLink
	for _, l := range b.byAmount[cents] {
		if l.Amount == cents {
			all = append(all, *l)
		}
	}
	return all
}

// anyPayable returns the amount of a link that can be paid, 0 if there is none.
func (b *book) anyPayable() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	for cents, links := range b.byAmount {
		if last := links[len(links)-1]; last.Status == "Unused" && last.Amount == cents {
			return cents
		}
	}
	return 0
}

// answers counts the tries of webhooks by the status they were answered with.
func (b *book) answers() map[int]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := map[int]int{}
	for _, w := range b.webhooks {
		for _, status := range w.answered {
			count[status]++
		}
	}
	return count
}

// waiting tells how many webhooks are still to be sent.
func (b *book) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, w := range b.webhooks {
		if w.taken.IsZero() && len(w.answered) < w.Tries {
			n++
		}
	}
	return n
}
