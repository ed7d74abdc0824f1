package store

import (
	"database/sql"
	"encoding/json"

	"qrkiosk/kiosk"
)

// EachSale implements [kiosk.ExportReader]. IDs begin with the time they were made, so that the
// primary key gives the range in order.
func (r *reader) EachSale(from, before int64, each func(*kiosk.Sale) error) error {
	return r.each(func(rows *sql.Rows) error {
		var c scannedSale
		if err := rows.Scan(c.dest()...); err != nil {
			return err
		}
		s := &kiosk.Sale{} // read past the memory, which is for the sales of the moment
		if err := json.Unmarshal(c.doc, s); err != nil {
			return err
		}
		return each(s)
	}, `SELECT `+saleColumns+` FROM sale s WHERE s.id >= $1 AND s.id < $2 ORDER BY s.id`,
		kiosk.IDFrom(from), kiosk.IDFrom(before))
}

// CountSales implements [kiosk.ExportReader].
func (r *reader) CountSales(from, before int64) (int64, error) {
	return r.number(`SELECT COUNT(*) FROM sale WHERE id >= $1 AND id < $2`, kiosk.IDFrom(from), kiosk.IDFrom(before))
}

// EachEvent implements [kiosk.ExportReader].
func (r *reader) EachEvent(each func(kiosk.Event) error) error {
	return r.each(func(rows *sql.Rows) error {
		e, err := scanEvent(rows)
		if err != nil {
			return err
		}
		return each(e)
	}, `SELECT `+eventColumns+` FROM event ORDER BY stream, seq`)
}

// CountEvents implements [kiosk.ExportReader]: the streams know how many they have.
func (r *reader) CountEvents() (int64, error) {
	return r.number(`SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM stream`)
}

// ReportsClosed implements [kiosk.ExportReader].
func (r *reader) ReportsClosed(from, before int64) ([]kiosk.Report, error) {
	return docs[kiosk.Report](r, `SELECT doc FROM zreport WHERE closed >= $1 AND closed < $2 ORDER BY closed, shift`, from, before)
}
