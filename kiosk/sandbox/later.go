package sandbox

import (
	"time"

	"qrkiosk/kiosk"
)

type refund struct {
	Link   int64       `json:"link"`
	Amount kiosk.Money `json:"amount"`
	Full   bool        `json:"full,omitempty"`
	State  string      `json:"state"` // Pending, Approved, Rejected
	Reason string      `json:"reason,omitempty"`
	At     time.Time   `json:"at"`
}

type dispute struct {
	Link  int64     `json:"link"`
	State string    `json:"state"` // open, won, lost
	At    time.Time `json:"at"`
}

type payOut struct {
	ID int64 `json:"id"`
}

type invoice struct {
	ID int64 `json:"id"`
}

func (l *ledger) setPayOut(p *payOut) { l.payOuts = append(l.payOuts, p) }

func (s *Server) chores() error { return nil }

func (s *Server) nextChore(now time.Time) time.Time { return now.Add(longest) }
