package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
)

// TestBook_restart: a second sandbox on the same book knows everything the first one answered.
func TestBook_restart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	with := func(c *Config) { c.Book, c.URL = path, "http://127.0.0.1:8091" }
	one := newRig(t, with)
	paid, _ := one.makeLink(`{"amount":5,"payment_endpoint":"http://127.0.0.1:9/x","recipient_note":"ü"}`)
	gone, _ := one.makeLink(`{"amount":6}`)
	one.makeLink(`{"amount":100,"recipients":[{"token":"recipient_a","share":4.9}]}`)
	if err := one.Pay(paid); err != nil {
		t.Fatal(err)
	}
	one.call("deleteLink", fmt.Sprintf(`{"link_id":%d}`, gone))
	before := one.call("getPayInTransactions", `{}`).body
	links, hooks := one.Links(), one.Webhooks()
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if a := one.call("createLink", `{"amount":1}`); a.status != 500 {
		t.Errorf("after Close: %d %s", a.status, a.body)
	}

	two := newRig(t, with)
	if got := two.Links(); !reflect.DeepEqual(got, links) {
		t.Errorf("links\n%+v\nnot\n%+v", got, links)
	}
	if got := two.Webhooks(); !reflect.DeepEqual(got, hooks) || len(got) != 1 || got[0].State != stateWaiting {
		t.Errorf("webhooks\n%+v\nnot\n%+v", got, hooks)
	}
	if got := two.call("getPayInTransactions", `{}`).body; got != before {
		t.Errorf("pay-ins\n%s\nnot\n%s", got, before)
	}
	if id, _ := two.makeLink(`{"amount":1}`); id != gone+2 {
		t.Errorf("next id %d after %d", id, gone+1)
	}
}

// writtenBook returns the bytes of a book with a few links, and where its lines begin.
func writtenBook(t *testing.T) (raw []byte, lines []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book")
	r := newRig(t, func(c *Config) { c.Book = path })
	for range 3 {
		r.makeLink(`{"amount":5}`)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		if i > 0 && raw[i-1] == '\n' {
			lines = append(lines, i)
		}
	}
	return raw, lines
}

func reopen(t *testing.T, raw []byte) (*Server, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Accounts: merchants(), Book: path})
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, path, err
}

// linksIn replays bytes without a file.
func linksIn(raw []byte) (links, good int, err error) {
	l := newLedger()
	good, err = replay(raw, l.applyLine)
	return len(l.order), good, err
}

// wholeLinks counts the links in the lines that are complete.
func wholeLinks(raw []byte) int {
	return bytes.Count(raw[:bytes.LastIndexByte(raw, '\n')+1], []byte(`[{"link":`))
}

// TestBook_torn: cut at every byte, the book holds the records that are whole; a sandbox opens it
// and what it writes then is found by the next one.
func TestBook_torn(t *testing.T) {
	raw, lines := writtenBook(t)
	if len(lines) < 4 {
		t.Fatalf("%d records", len(lines))
	}
	for cut := range len(raw) {
		if got, _, err := linksIn(raw[:cut]); err != nil || got != wholeLinks(raw[:cut]) {
			t.Fatalf("cut at %d: %d links, %v", cut, got, err)
		}
	}
	for _, cut := range []int{0, 5, lines[1] + 3, lines[2] - 1, lines[3], len(raw) - 1} {
		s, path, err := reopen(t, raw[:cut])
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		before := len(s.Links())
		s.api.createLink(s.keeper.ledger.accounts[0], value{kind: object, keys: []string{"amount"}, items: []value{{kind: number, text: "5"}}})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := New(Config{Accounts: merchants(), Book: path})
		if err != nil {
			t.Fatalf("cut at %d, opened again: %v", cut, err)
		}
		if got := len(again.Links()); got != before+1 || before != wholeLinks(raw[:cut]) {
			t.Errorf("cut at %d: %d links, then %d", cut, before, got)
		}
		again.Close()
	}
}

// TestBook_damaged: a flipped bit anywhere before the last record refuses the start; in the last
// record it costs that record only. The newline before the last record is the one byte that belongs
// to both.
func TestBook_damaged(t *testing.T) {
	raw, lines := writtenBook(t)
	last := lines[len(lines)-1]
	for at := range len(raw) - 1 {
		bad := bytes.Clone(raw)
		bad[at] ^= 0x04
		_, _, err := linksIn(bad)
		if at < last-1 && err == nil {
			t.Fatalf("flipped at %d of %d: taken", at, len(raw))
		}
		if at >= last && err != nil {
			t.Fatalf("flipped at %d in the last record: %v", at, err)
		}
	}
	raw[lines[2]+20] ^= 0x04
	if _, _, err := reopen(t, raw); !errors.Is(err, ErrBook) {
		t.Errorf("a damaged file: %v", err)
	}
}

// TestBook_twoWriters: one book belongs to one process.
func TestBook_twoWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	newRig(t, func(c *Config) { c.Book = path })
	if _, err := New(Config{Book: path}); !errors.Is(err, ErrBook) {
		t.Errorf("the second one got in: %v", err)
	}
}

// TestBook_parallel: links made at the same time get different numbers and all reach the disk.
func TestBook_parallel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	r := newRig(t, func(c *Config) { c.Book = path })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				r.call("createLink", `{"amount":5}`)
			}
		})
	}
	wg.Wait()
	ids := map[int64]bool{}
	for _, v := range r.Links() {
		ids[v.ID] = true
	}
	if err := r.Close(); err != nil || len(ids) != 200 {
		t.Fatalf("%d links, %v", len(ids), err)
	}
	two := newRig(t, func(c *Config) { c.Book = path })
	if n := len(two.Links()); n != 200 {
		t.Errorf("%d links after the restart", n)
	}
}
