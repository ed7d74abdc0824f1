package kiosk

// Whoever works in the background sleeps until something falls due, and is woken when something new
// has begun. What wakes them carries no truth: they read what is stored.

// wakeErrands has the workers look for errands.
func (s *Shop) wakeErrands() { nudge(s.workers) }

// wakeLooks has the reader of the gateway's lists plan anew.
func (s *Shop) wakeLooks() { nudge(s.watcher) }

// errandsBegun tells that an errand was begun, to one listener.
func (s *Shop) errandsBegun() <-chan struct{} { return s.workers }

// looksBegun tells that the lists may have to be read sooner, to one listener.
func (s *Shop) looksBegun() <-chan struct{} { return s.watcher }

// hintMillis is how often a browser's return may ask for a look at one sale.
const hintMillis = 10 * 1000

// Hint says that a customer's browser came back to the receipt page. It proves nothing and changes
// nothing: at most it makes the gateway's lists be read sooner.
func (s *Shop) Hint(receipt string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if since := now - s.hinted[receipt]; since >= 0 && since < hintMillis { // negative: the clock was set back
		return
	}
	for k, at := range s.hinted {
		if now-at >= hintMillis {
			delete(s.hinted, k)
		}
	}
	s.hinted[receipt] = now
	s.hint = true
	s.wakeLooks()
}

// lookWanted tells whether a browser's return, or a cashier, asked for a look.
func (s *Shop) lookWanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hint
}

// lookBegins forgets that a look was asked for: it is made now, not only planned.
func (s *Shop) lookBegins() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hint = false
}

// noteSweep notes when a reading of the lists began that came to its end.
func (s *Shop) noteSweep(at int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health.LastSweep = at
}

// noteNotice notes when a webhook came.
func (s *Shop) noteNotice(at int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.health.LastNotice = at
}

// forgetTimes forgets every time that was reckoned by a clock that was ahead.
func (s *Shop) forgetTimes() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hinted)
	s.health.Held = 0
	for _, h := range s.heards {
		h.Held = 0
	}
}
