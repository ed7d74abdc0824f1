package store

import (
	"cmp"
	"database/sql"
	"slices"

	"qrkiosk/kiosk"
)

var addPayInSums = newMulti(`INSERT INTO listed
	(stall, day, register, holder, pieces, cents, fee, fee_psp, net, unpaid) VALUES `, 10,
	` ON CONFLICT (stall, day, register, holder) DO UPDATE
	SET pieces = listed.pieces + excluded.pieces, cents = listed.cents + excluded.cents,
	fee = listed.fee + excluded.fee, fee_psp = listed.fee_psp + excluded.fee_psp,
	net = listed.net + excluded.net, unpaid = listed.unpaid + excluded.unpaid`)

// payInSumStatements writes what the gateway's list has grown by.
func payInSumStatements(all []statement, rows []kiosk.PayInSum) []statement {
	grown := mergedPayInSums(rows)
	return addPayInSums.statements(all, len(grown), func(args []any, i int) []any {
		l := &grown[i]
		return append(args, l.Stall, l.Day, l.Register, l.AccountID, l.Rows, int64(l.Amount), int64(l.Fee),
			int64(l.FeePSP), int64(l.Net), int64(l.Open))
	})
}

// mergedPayInSums adds up what goes to the same row, in the order of the keys.
func mergedPayInSums(rows []kiosk.PayInSum) []kiosk.PayInSum {
	grown := map[kiosk.PayInSum]kiosk.PayInSum{}
	for _, l := range rows {
		grown[l.Key()] = l.Plus(grown[l.Key()])
	}
	all := make([]kiosk.PayInSum, 0, len(grown))
	for key, l := range grown {
		if l != key {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b kiosk.PayInSum) int {
		return cmp.Or(cmp.Compare(a.Stall, b.Stall), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Register, b.Register),
			cmp.Compare(a.AccountID, b.AccountID))
	})
	return all
}

// PayInSums implements [kiosk.StatementReader]: one row a day and account, oldest first.
func (r *reader) PayInSums(q kiosk.PayInSumQuery) ([]kiosk.PayInSum, error) {
	var all []kiosk.PayInSum
	err := r.each(func(rows *sql.Rows) error {
		l := kiosk.PayInSum{Stall: q.Stall}
		err := rows.Scan(&l.Day, &l.AccountID, &l.Rows, &l.Amount, &l.Fee, &l.FeePSP, &l.Net, &l.Open)
		all = append(all, l)
		return err
	}, `SELECT day, holder, CAST(SUM(pieces) AS BIGINT), CAST(SUM(cents) AS BIGINT), CAST(SUM(fee) AS BIGINT),
			CAST(SUM(fee_psp) AS BIGINT), CAST(SUM(net) AS BIGINT), CAST(SUM(unpaid) AS BIGINT)
		FROM listed WHERE stall IN (SELECT id FROM stall WHERE id = $1 OR $1 = '') AND day BETWEEN $2 AND $3
		GROUP BY day, holder ORDER BY day, holder`, q.Stall, q.First, q.Last)
	return all, err
}

// Payouts implements [kiosk.StatementReader].
func (r *reader) Payouts(first, last string) ([]kiosk.Payout, error) {
	return docs[kiosk.Payout](r, `SELECT doc FROM payout WHERE day BETWEEN $1 AND $2 ORDER BY day, id`, first, last)
}

// FeeInvoices implements [kiosk.StatementReader].
func (r *reader) FeeInvoices(n int) ([]kiosk.FeeInvoice, error) {
	return docs[kiosk.FeeInvoice](r, `SELECT doc FROM fee_invoice ORDER BY id DESC LIMIT $1`, n)
}

// OwnerKey implements [kiosk.StatementReader].
func (r *reader) OwnerKey(hash string) (string, error) {
	var stall string
	err := r.one([]any{&stall}, `SELECT stall FROM owner_key WHERE hash = $1`, hash)
	return stall, err
}

// PutPayout implements [kiosk.StatementWriter]: what the gateway says last of a payout counts.
func (t *tx) PutPayout(p kiosk.Payout) error {
	return t.writeDoc("", `INSERT INTO payout (doc, account, id, day) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, id) DO UPDATE SET doc = excluded.doc, day = excluded.day`,
		p, p.Account, p.Key(), p.Day)
}

// PutFeeInvoice implements [kiosk.StatementWriter].
func (t *tx) PutFeeInvoice(v kiosk.FeeInvoice) error {
	return t.writeDoc("", `INSERT INTO fee_invoice (doc, account, id, month) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, id) DO UPDATE SET doc = excluded.doc, month = excluded.month`,
		v, v.Account, v.Key(), v.Month)
}

// PutOwnerKey implements [kiosk.StatementWriter]; an empty hash ends the link.
func (t *tx) PutOwnerKey(stall, hash string, made int64) error {
	if hash == "" {
		return t.write("", `DELETE FROM owner_key WHERE stall = $1`, stall)
	}
	return t.write("", `INSERT INTO owner_key (stall, hash, made) VALUES ($1, $2, $3)
		ON CONFLICT (stall) DO UPDATE SET hash = excluded.hash, made = excluded.made`, stall, hash, made)
}

// PayInSums implements [kiosk.StatementReader]; it sees what this transaction has booked.
func (t *tx) PayInSums(q kiosk.PayInSumQuery) ([]kiosk.PayInSum, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.PayInSums(q)
}
