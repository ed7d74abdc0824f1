package front

import (
	"sync"
	"time"
)

const (
	limitTries  = 10
	limitWindow = time.Minute
	limitNames  = 10_000 // names remembered; beyond them the memory starts anew
)

// Limiter counts tries by name within a minute.
type Limiter struct {
	mu    sync.Mutex
	tries map[string][]time.Time
}

func newLimiter() *Limiter { return &Limiter{tries: map[string][]time.Time{}} }

// Wait counts a try. It returns 0 if it may be made, else how many milliseconds to wait.
func (l *Limiter) Wait(name string, now time.Time) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tries) > limitNames {
		clear(l.tries)
	}
	recent := l.tries[name][:0]
	for _, at := range l.tries[name] {
		if now.Sub(at) < limitWindow {
			recent = append(recent, at)
		}
	}
	if len(recent) >= limitTries {
		l.tries[name] = recent
		return limitWindow.Milliseconds() - now.Sub(recent[0]).Milliseconds()
	}
	l.tries[name] = append(recent, now)
	return 0
}
