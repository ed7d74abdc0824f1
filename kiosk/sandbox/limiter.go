package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// window counts the calls of one account in one minute, of which sixty are free.
type window struct {
	began time.Time
	calls int
}

// limiter counts the calls of each account, as the vendor's front does. It is no part of the book.
type limiter struct {
	keeper *keeper
	limit  int // [Config.Limit]

	mu      sync.Mutex // guards windows
	windows map[string]*window
}

// defaultLimit is what the vendor allows a minute.
const defaultLimit = 60

// allow counts a call and tells whether the account may make it. The window begins with a call
// and ends a minute later; refused calls are not counted.
func (l *limiter) allow(user string) bool {
	limit := l.limit
	if limit == 0 {
		limit = defaultLimit
	}
	if limit < 0 {
		return true
	}
	now := l.keeper.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[user]
	if w == nil || now.Sub(w.began) >= time.Minute || now.Before(w.began) {
		w = &window{began: now}
		l.windows[user] = w
	}
	if w.calls >= limit {
		return false
	}
	w.calls++
	return true
}

// tooMany is what Kong itself answers, a third shape of error: the vendor's pages name the status alone.
func tooMany() reply {
	return reply{
		status: http.StatusTooManyRequests,
		body:   []byte(`{"message":"API rate limit exceeded"}`),
	}
}
