package store

import (
	"cmp"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// sumRow is what a row of sums grows by; which of its keys count depends on the table.
type sumRow struct {
	stall    string
	register string
	shift    string
	staff    string
	day      int64
	hour     int64
	figures  kiosk.Figures
}

// Post implements [kiosk.Tx].
func (t *tx) Post(b kiosk.NewPosting) error {
	t.posted = append(t.posted, sumRow{
		stall: b.Stall, register: b.Register, shift: b.Shift, staff: b.Staff, day: b.Day, hour: b.Hour,
		figures: b.Figures,
	})
	t.sold = append(t.sold, b.Sold...)
	t.payIns = append(t.payIns, b.PayIns...)
	return t.err
}

// figureNames are the columns of the figures, in the order of [kiosk.Figures.Each].
var figureNames = func() (names []string) {
	for _, f := range new(kiosk.Figures).Each() {
		names = append(names, f.Name)
	}
	return names
}()

// figureSums reads the figures of many rows as one.
var figureSums = `CAST(COALESCE(SUM(` + strings.Join(figureNames, `), 0) AS BIGINT), CAST(COALESCE(SUM(`) + `), 0) AS BIGINT)`

// sums is a table whose rows only ever grow.
type sums struct {
	put  *multi
	keys func(args []any, r *sumRow) []any
	same func(r sumRow) sumRow // what its rows do not tell apart left out
}

func newSums(table string, keys []string, args func([]any, *sumRow) []any, same func(sumRow) sumRow) *sums {
	grow := make([]string, len(figureNames))
	for i, name := range figureNames {
		grow[i] = name + ` = ` + table + `.` + name + ` + excluded.` + name
	}
	columns := slices.Concat(keys, figureNames)
	return &sums{
		put: newMulti(`INSERT INTO `+table+` (`+strings.Join(columns, `, `)+`) VALUES `, len(columns),
			` ON CONFLICT (`+strings.Join(keys, `, `)+`) DO UPDATE SET `+strings.Join(grow, `, `)),
		keys: args, same: same,
	}
}

var (
	totals = newSums(`totals`, []string{"register", "shift"},
		func(args []any, r *sumRow) []any { return append(args, r.register, r.shift) },
		func(r sumRow) sumRow { return sumRow{register: r.register, shift: r.shift} })
	dayTakings = newSums(`takings_day`, []string{"stall", "day", "register"},
		func(args []any, r *sumRow) []any { return append(args, r.stall, r.day, r.register) },
		func(r sumRow) sumRow { return sumRow{stall: r.stall, day: r.day, register: r.register} })
	hourTakings = newSums(`takings_hour`, []string{"stall", "day", "register", "hour", "staff"},
		func(args []any, r *sumRow) []any {
			return append(args, r.stall, r.day, r.register, r.hour, r.staff)
		},
		func(r sumRow) sumRow { r.shift, r.figures = "", kiosk.Figures{}; return r })
	addSold = newMulti(`INSERT INTO sold (stall, day, register, item, vat, name, qty, cents) VALUES `, 8,
		` ON CONFLICT (stall, day, register, item, vat) DO UPDATE
		SET name = excluded.name, qty = sold.qty + excluded.qty, cents = sold.cents + excluded.cents`)
)

// statements writes what a table grows by.
func (s *sums) statements(all []statement, rows []sumRow) []statement {
	grown := s.merged(rows)
	return s.put.statements(all, len(grown), func(args []any, i int) []any {
		args = s.keys(args, &grown[i])
		for _, f := range grown[i].figures.Each() {
			args = append(args, *f.Value)
		}
		return args
	})
}

// merged adds up what goes to the same row, which a statement may touch only once. The order is
// that of the keys, so that no two transactions wait for each other.
func (s *sums) merged(rows []sumRow) []sumRow {
	grown := map[sumRow]kiosk.Figures{}
	for _, r := range rows {
		key := s.same(r)
		grown[key] = grown[key].Plus(r.figures)
	}
	all := make([]sumRow, 0, len(grown))
	for key, figures := range grown {
		if figures != (kiosk.Figures{}) {
			key.figures = figures
			all = append(all, key)
		}
	}
	slices.SortFunc(all, func(a, b sumRow) int {
		return cmp.Or(cmp.Compare(a.stall, b.stall), cmp.Compare(a.register, b.register),
			cmp.Compare(a.shift, b.shift), cmp.Compare(a.day, b.day), cmp.Compare(a.hour, b.hour),
			cmp.Compare(a.staff, b.staff))
	})
	return all
}

// overall adds to each row of a shift the row of its register.
func overall(rows []sumRow) []sumRow {
	all := slices.Clone(rows)
	for _, r := range rows {
		r.shift = ""
		all = append(all, r)
	}
	return all
}

// mergedSold adds up what goes to the same row; the last name stays.
func mergedSold(rows []kiosk.Sold) []kiosk.Sold {
	slices.SortStableFunc(rows, func(a, b kiosk.Sold) int {
		return cmp.Or(cmp.Compare(a.Stall, b.Stall), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Register, b.Register),
			cmp.Compare(a.Item, b.Item), cmp.Compare(a.VAT, b.VAT))
	})
	all := rows[:0]
	for _, r := range rows {
		last := len(all) - 1
		if last < 0 || !sameSold(all[last], r) {
			all = append(all, r)
			continue
		}
		all[last].Qty += r.Qty
		all[last].Amount += r.Amount
		all[last].Name = r.Name
	}
	return slices.DeleteFunc(all, func(r kiosk.Sold) bool { return r.Qty == 0 && r.Amount == 0 })
}

func sameSold(a, b kiosk.Sold) bool {
	return a.Stall == b.Stall && a.Register == b.Register && a.Day == b.Day && a.Item == b.Item && a.VAT == b.VAT
}

// postingStatements writes the sums of a transaction.
func postingStatements(all []statement, e *entries) []statement {
	all = totals.statements(all, overall(e.posted))
	all = dayTakings.statements(all, e.posted)
	all = hourTakings.statements(all, e.posted)
	sold := mergedSold(e.sold)
	all = addSold.statements(all, len(sold), func(args []any, i int) []any {
		s := &sold[i]
		return append(args, s.Stall, s.Day, s.Register, s.Item, s.VAT, s.Name, s.Qty, int64(s.Amount))
	})
	return payInSumStatements(all, e.payIns)
}

// figureDest takes the figures of a row.
func figureDest(dest []any, f *kiosk.Figures) []any {
	for _, v := range f.Each() {
		dest = append(dest, v.Value)
	}
	return dest
}

// Totals implements [kiosk.TakingsReader]; what was never booked is zero.
func (r *reader) Totals(register, shift string) (kiosk.Figures, error) {
	var f kiosk.Figures
	err := r.one(figureDest(nil, &f), `SELECT `+figureSums+` FROM totals WHERE register = $1 AND shift = $2`,
		register, shift)
	return f, err
}

// ListedMethods implements [kiosk.TakingsReader].
func (r *reader) ListedMethods(register string, since int64) ([]kiosk.MethodSum, error) {
	all := []kiosk.MethodSum{}
	err := r.each(func(rows *sql.Rows) error {
		var m kiosk.MethodSum
		err := rows.Scan(&m.Method, &m.Amount)
		all = append(all, m)
		return err
	}, `SELECT p.method, CAST(SUM(p.cents) AS BIGINT) FROM payin p JOIN sale s ON s.id = p.sale
		WHERE p.seen > $2 AND p.method <> '' AND NOT p.withdrawn AND s.register = $1
		GROUP BY p.method ORDER BY p.method`, register, since)
	return all, err
}

// Takings implements [kiosk.TakingsReader]. Rows are ordered by what they are asked by.
func (r *reader) Takings(q kiosk.TakingsQuery) ([]kiosk.Takings, error) {
	var all []kiosk.Takings
	query, args := takingsQuery(q)
	err := r.each(func(rows *sql.Rows) error {
		var t kiosk.Takings
		err := rows.Scan(figureDest(keyDest(q.By, &t), &t.Figures)...)
		all = append(all, t)
		return err
	}, query, args...)
	return all, err
}

// takingsQuery chooses the smallest table that can answer.
func takingsQuery(q kiosk.TakingsQuery) (query string, args []any) {
	var b strings.Builder
	keys := strings.Join(keyColumns(q.By), `, `)
	b.WriteString(`SELECT `)
	if keys != "" {
		b.WriteString(keys + `, `)
	}
	b.WriteString(figureSums + ` FROM `)
	if q.Staff != "" || slices.Contains(q.By, kiosk.ByHour) || slices.Contains(q.By, kiosk.ByStaff) {
		b.WriteString(`takings_hour`)
	} else {
		b.WriteString(`takings_day`)
	}
	args = []any{q.First, q.Last, q.Stall}
	// The list of stalls makes a range of the key for each.
	b.WriteString(` WHERE stall IN (SELECT id FROM stall WHERE id = $3 OR $3 = '') AND day BETWEEN $1 AND $2`)
	filter := func(column, value string) {
		if value != "" {
			args = append(args, value)
			b.WriteString(` AND ` + column + ` = $` + strconv.Itoa(len(args)))
		}
	}
	filter(`register`, q.Register)
	filter(`staff`, q.Staff)
	if keys != "" {
		b.WriteString(` GROUP BY ` + keys + ` ORDER BY ` + keys)
	}
	return b.String(), args
}

// keyColumns names columns by what callers ask for; nothing else can get into a query.
func keyColumns(by []kiosk.TakingsBy) []string {
	var columns []string
	for _, k := range by {
		switch k {
		case kiosk.ByStall, kiosk.ByRegister, kiosk.ByDay, kiosk.ByHour, kiosk.ByStaff:
			columns = append(columns, string(k))
		default: // not what sums are kept by
		}
	}
	return columns
}

func keyDest(by []kiosk.TakingsBy, t *kiosk.Takings) []any {
	var dest []any
	for _, k := range by {
		switch k {
		case kiosk.ByStall:
			dest = append(dest, &t.Stall)
		case kiosk.ByRegister:
			dest = append(dest, &t.Register)
		case kiosk.ByDay:
			dest = append(dest, &t.Day)
		case kiosk.ByHour:
			dest = append(dest, &t.Hour)
		case kiosk.ByStaff:
			dest = append(dest, &t.Staff)
		default:
		}
	}
	return dest
}

// Sold implements [kiosk.TakingsReader].
func (r *reader) Sold(q kiosk.SoldQuery) ([]kiosk.Sold, error) {
	const rows = ` FROM sold WHERE stall IN (SELECT id FROM stall WHERE id = $3 OR $3 = '') AND day BETWEEN $1 AND $2
		AND (register = $4 OR $4 = '')`
	query := `SELECT item, MAX(name), vat, CAST(SUM(qty) AS BIGINT), CAST(SUM(cents) AS BIGINT)` + rows + ` GROUP BY item, vat ORDER BY item, vat`
	if q.ByVAT {
		query = `SELECT CASE WHEN item LIKE '+%' THEN item ELSE '' END AS kind, '', vat, CAST(SUM(qty) AS BIGINT), CAST(SUM(cents) AS BIGINT)` + rows +
			` GROUP BY kind, vat ORDER BY kind, vat`
	}
	var all []kiosk.Sold
	err := r.each(func(rows *sql.Rows) error {
		var s kiosk.Sold
		err := rows.Scan(&s.Item, &s.Name, &s.VAT, &s.Qty, &s.Amount)
		all = append(all, s)
		return err
	}, query, q.First, q.Last, q.Stall, q.Register)
	return all, err
}

// Report implements [kiosk.TakingsReader].
func (r *reader) Report(shift string) (kiosk.Report, error) {
	return doc[kiosk.Report](r, `SELECT doc FROM zreport WHERE shift = $1`, shift)
}

// Reports implements [kiosk.TakingsReader].
func (r *reader) Reports(register string, before int64, n int) ([]kiosk.Report, error) {
	return docs[kiosk.Report](r, `SELECT doc FROM zreport WHERE register = $1 AND (no < $2 OR $2 = 0)
		ORDER BY no DESC LIMIT $3`, register, before, n)
}

// PutReport implements [kiosk.Tx]: a shift has one report, and there is no way to change it.
func (t *tx) PutReport(z kiosk.Report) error {
	return t.writeDoc(kiosk.KeyShiftClosed, `INSERT INTO zreport (doc, shift, register, no, closed)
		VALUES ($1, $2, $3, $4, $5)`, z, z.Shift, z.Register, z.No, z.Closed)
}

// Totals implements [kiosk.TakingsReader]; it sees what this transaction has booked.
func (t *tx) Totals(register, shift string) (kiosk.Figures, error) {
	if err := t.flush(); err != nil {
		return kiosk.Figures{}, err
	}
	return t.reader.Totals(register, shift)
}

// ListedMethods implements [kiosk.TakingsReader]; it sees what this transaction has stored.
func (t *tx) ListedMethods(register string, since int64) ([]kiosk.MethodSum, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.ListedMethods(register, since)
}

// Takings implements [kiosk.TakingsReader].
func (t *tx) Takings(q kiosk.TakingsQuery) ([]kiosk.Takings, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.Takings(q)
}

// Sold implements [kiosk.TakingsReader].
func (t *tx) Sold(q kiosk.SoldQuery) ([]kiosk.Sold, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.Sold(q)
}
