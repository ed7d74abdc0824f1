package store

import (
	"context"
	"database/sql"
	"time"

	"qrkiosk/kiosk"
)

// Sessions keeps the sessions of people in the same store. It has the methods that the session
// manager asks of its store, with and without a context. Tokens are kept as they come: the
// manager must be told to hash them. Errors are Unavailable.
type Sessions struct{ store *Store }

// Sessions returns the sessions of this store.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx returns the data of a session; one that is unknown or over is not found.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.store.view(ctx, func(r *reader) error {
		return r.one([]any{&data}, `SELECT data FROM session WHERE token = $1 AND expires > $2`, token, r.now())
	})
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx stores a session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.store.write(ctx, func(r *reader) error {
		_, err := r.exec(`INSERT INTO session (token, data, expires) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`,
			token, bytesOf(data), expiry.UnixMilli())
		return err
	})
}

// DeleteCtx forgets a session; one that is unknown is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.store.write(ctx, func(r *reader) error {
		_, err := r.exec(`DELETE FROM session WHERE token = $1`, token)
		return err
	})
}

// AllCtx returns the data of every session that is not over, by token.
func (s *Sessions) AllCtx(ctx context.Context) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := s.store.view(ctx, func(r *reader) error {
		return r.each(func(rows *sql.Rows) error {
			var token string
			var data []byte
			err := rows.Scan(&token, &data)
			all[token] = data
			return err
		}, `SELECT token, data FROM session WHERE expires > $1`, r.now())
	})
	return all, err
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// All is AllCtx without a context.
func (s *Sessions) All() (map[string][]byte, error) { return s.AllCtx(context.Background()) }

// Purge forgets what is over: sessions and webhook tokens at once, tickets, pairings and codes a day
// later, so that a late guest hears "expired" and not "unknown". It returns how many rows went.
// Call it now and then; nothing depends on it but the size of the store.
func (s *Store) Purge(ctx context.Context) (int64, error) {
	var gone int64
	err := s.engine.write(ctx, func(q querier) (bool, error) {
		r := s.reader(context.WithoutCancel(ctx), q)
		gone = 0
		for _, query := range []string{
			`DELETE FROM session WHERE expires <= $1`,
			`DELETE FROM live_token WHERE until <= $1`,
			`DELETE FROM draft WHERE expires <= $1`,
			`DELETE FROM ticket WHERE expires <= CAST($1 AS BIGINT) - 86400000`,
			`DELETE FROM pairing WHERE expires <= CAST($1 AS BIGINT) - 86400000`,
			`DELETE FROM once WHERE expires <= CAST($1 AS BIGINT) - 86400000`,
			`DELETE FROM office_tries WHERE at <= CAST($1 AS BIGINT) - 172800000`,
		} {
			n, err := r.exec(query, r.now())
			if err != nil {
				return false, err
			}
			gone += n
		}
		return gone > 0, nil
	})
	return gone, err
}
