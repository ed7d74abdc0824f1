package store

import "context"

// Lead implements [kiosk.Store]: where this process is alone, it leads without asking.
func (s *Store) Lead(ctx context.Context, name, holder string, now, until int64) (bool, error) {
	leads := false
	err := s.engine.write(ctx, func(q querier) (bool, error) {
		if leads = q.alone(); leads {
			return false, nil
		}
		n, err := s.reader(context.WithoutCancel(ctx), q).exec(`INSERT INTO lead (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lead.holder = excluded.holder OR lead.until <= $4`, name, holder, until, now)
		leads = n > 0
		return leads, err
	})
	return leads && err == nil, err
}
