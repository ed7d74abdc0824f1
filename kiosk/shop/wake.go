package shop

// Whoever works in the background sleeps until something falls due, and is woken when something new
// has begun. What wakes them carries no truth: they read what is stored.

// WakeErrands has the workers look for errands.
func (s *Kernel) WakeErrands() { nudge(s.workWake) }

// WakeLooks has the reader of the gateway's lists plan anew.
func (s *Kernel) WakeLooks() { nudge(s.pollWake) }

// ErrandsBegun tells that an errand was begun, to one listener.
func (s *Kernel) ErrandsBegun() <-chan struct{} { return s.workWake }

// LooksBegun tells that the lists may have to be read sooner, to one listener.
func (s *Kernel) LooksBegun() <-chan struct{} { return s.pollWake }

// hintMillis is how often a browser's return may ask for a look at one sale.
const hintMillis = 10 * 1000

// LookAsked says that a customer's browser came back to the receipt page. It proves nothing and changes
// nothing: at most it makes the gateway's lists be read sooner.
func (s *Kernel) LookAsked(receipt string) {
	now := s.Now()
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
	s.lookAsked = true
	s.WakeLooks()
}

// LookWanted tells whether a browser's return, or a cashier, asked for a look.
func (s *Kernel) LookWanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lookAsked
}

// LookBegins forgets that a look was asked for: it is made now, not only planned.
func (s *Kernel) LookBegins() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookAsked = false
}

// ForgetTimes forgets every time that was reckoned by a clock that was ahead.
func (s *Kernel) ForgetTimes() {
	s.mu.Lock()
	clear(s.hinted)
	s.mu.Unlock()
	s.Condition.forgetTimes()
}
