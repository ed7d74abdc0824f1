package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"
)

// keeper holds the ledger and its book together, and the clock. Who wants to change something decides
// under its lock, and is answered once the disk has it.
type keeper struct {
	clock   func() time.Time // the real one
	book    *book
	firstID int64
	kick    chan struct{} // tells Run that something is due

	mu     sync.Mutex // guards the ledger; held while entries are queued, so their order is one
	ledger *ledger
}

// openKeeper replays the book and then lets the configured accounts take precedence over it.
func openKeeper(cfg Config) (*keeper, error) {
	kp := &keeper{clock: cfg.Now, ledger: newLedger(), kick: make(chan struct{}, 1), firstID: firstLinkID(cfg.Now())}
	var err error
	if kp.book, err = openBook(cfg.Book, cfg.Log, kp.ledger.applyLine); err != nil {
		return nil, err
	}
	if err := kp.begin(cfg.Accounts); err != nil {
		return nil, errors.Join(err, kp.book.close())
	}
	return kp, nil
}

// begin dates a new book and sets the configured accounts, the demo account where there would be none.
func (kp *keeper) begin(accounts []Account) error {
	if kp.ledger.night.IsZero() {
		now := kp.now()
		if err := kp.change(func(*ledger) ([]entry, error) { return []entry{{Night: &now}}, nil }); err != nil {
			return err
		}
	}
	if len(accounts) == 0 && len(kp.ledger.accounts) == 0 {
		accounts = []Account{DemoAccount()}
	}
	for _, a := range accounts {
		if err := kp.setAccount(a); err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
	}
	return nil
}

// firstLinkID lets a book begin where no earlier, forgotten book of the same installation was:
// a client that remembers old ids must not meet them again with another meaning.
func firstLinkID(now time.Time) int64 {
	since := now.Unix() - time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return max(since, 100_001)
}

// setAccount is AddAccount that writes nothing down if nothing changed.
func (kp *keeper) setAccount(a Account) error {
	full, err := a.complete()
	if err == nil {
		if known := kp.ledger.byUser[full.UserID]; known != nil && reflect.DeepEqual(*known, full) {
			return nil
		}
	}
	return kp.addAccount(a)
}

func (kp *keeper) addAccount(a Account) error {
	a, err := a.complete()
	if err != nil {
		return err
	}
	return kp.change(func(l *ledger) ([]entry, error) {
		for _, other := range l.accounts {
			if other.UserID != a.UserID && (other.Key == a.Key || other.RecipientToken == a.RecipientToken) {
				return nil, fmt.Errorf("accounts %q and %q share a key or a recipient token", a.Name, other.Name)
			}
		}
		return []entry{{Account: &a}}, nil
	})
}

func (kp *keeper) accounts() []Account {
	var list []Account
	kp.read(func(l *ledger) {
		for _, a := range l.accounts {
			list = append(list, *a)
		}
	})
	return list
}

// nowLocked is the gateway's clock; the keeper's lock is held.
func (kp *keeper) nowLocked() time.Time {
	return kp.clock().Add(kp.ledger.ahead).UTC()
}

func (kp *keeper) now() time.Time {
	kp.mu.Lock()
	defer kp.mu.Unlock()
	return kp.nowLocked()
}

// change lets decide look at the ledger and name the entries that follow from it. They are applied
// and queued under the lock and on disk when change returns. An error of decide changes nothing.
func (kp *keeper) change(decide func(*ledger) ([]entry, error)) error {
	kp.mu.Lock()
	entries, err := decide(kp.ledger)
	if err == nil {
		err = kp.commitLocked(entries)
	}
	kp.mu.Unlock()
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		kp.wake()
	}
	return kp.book.sync()
}

func (kp *keeper) commitLocked(entries []entry) error {
	if len(entries) == 0 {
		return nil
	}
	encoded, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	for i := range entries {
		if err := kp.ledger.apply(entries[i]); err != nil {
			return err
		}
	}
	kp.book.queue(encoded[1 : len(encoded)-1])
	return nil
}

// read lets look see the ledger. What it saw may not be on disk yet; call settled before
// answering from it.
func (kp *keeper) read(look func(*ledger)) {
	kp.mu.Lock()
	defer kp.mu.Unlock()
	look(kp.ledger)
}

// wake tells Run to look for work.
func (kp *keeper) wake() {
	select {
	case kp.kick <- struct{}{}:
	default:
	}
}

// rest waits until something is due, somebody wakes it, or ctx ends.
func (kp *keeper) rest(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-kp.kick:
	case <-t.C:
	}
}
