package kiosk

import "context"

type urgentKey struct{}

// Urgent marks work that a store serves before all other: it keeps a few connections for it, so
// that a webhook can be stored while everybody else waits for a session that hangs.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

// IsUrgent tells whether ctx was marked by [Urgent].
func IsUrgent(ctx context.Context) bool { return ctx.Value(urgentKey{}) != nil }
