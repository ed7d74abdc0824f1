package store

import (
	"slices"

	"qrkiosk/kiosk"
)

// mostPlaces is how many registers are asked for by name; more of them are picked out of all.
const mostPlaces = 64

// wallRows gathers rows by register.
type wallRows struct {
	order []string
	rows  map[string]*kiosk.WallRow
}

// Wall implements [kiosk.WallReader]: six statements, however many registers there are.
func (r *reader) Wall(registers []string) ([]kiosk.WallRow, error) {
	w := wallRows{rows: map[string]*kiosk.WallRow{}}
	in, args := ``, []any(nil)
	if n := len(registers); n > 0 && n <= mostPlaces {
		args = make([]any, places(n))
		copyPadded(args, registers)
		in = ` IN ` + placeholders(1, len(args))
	}
	for _, read := range []func(*reader, *wallRows, string, []any) error{
		wallRegisters, wallShifts, wallLast, wallWatched, wallDevices, wallHealth,
	} {
		if err := read(r, &w, in, args); err != nil {
			return nil, err
		}
	}
	var all []kiosk.WallRow
	for _, id := range w.order {
		if in != `` || len(registers) == 0 || slices.Contains(registers, id) {
			all = append(all, *w.rows[id])
		}
	}
	return all, nil
}

// only writes a condition on a column, unless all registers are wanted.
func only(prefix, column, in string) string {
	if in == "" {
		return ""
	}
	return prefix + column + in
}

func wallRegisters(r *reader, w *wallRows, in string, args []any) error {
	all, err := docs[kiosk.Register](r, `SELECT doc FROM register`+only(` WHERE `, `id`, in)+` ORDER BY id`, args...)
	for _, g := range all {
		w.order = append(w.order, g.ID)
		w.rows[g.ID] = &kiosk.WallRow{Register: g}
	}
	return err
}

func wallShifts(r *reader, w *wallRows, in string, args []any) error {
	all, err := docs[kiosk.Shift](r, `SELECT doc FROM shift WHERE is_open`+only(` AND `, `register`, in), args...)
	for i := range all {
		if row := w.rows[all[i].Register]; row != nil {
			row.Shift = &all[i]
		}
	}
	return err
}

// wallLast asks for the newest sale of each register through its index; a search over all sales
// would read them all.
func wallLast(r *reader, w *wallRows, in string, args []any) error {
	all, err := r.manySales(`SELECT `+saleColumns+` FROM register g JOIN sale s
		ON s.id = (SELECT x.id FROM sale x WHERE x.register = g.id ORDER BY x.id DESC LIMIT 1)`+only(` WHERE `, `g.id`, in), args...)
	for _, s := range all {
		if row := w.rows[s.Register]; row != nil {
			row.Last = s
		}
	}
	return err
}

func wallWatched(r *reader, w *wallRows, in string, args []any) error {
	all, err := r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.watched`+only(` AND `, `s.register`, in)+` ORDER BY s.id`, args...)
	for _, s := range all {
		if row := w.rows[s.Register]; row != nil {
			if row.Last != nil && row.Last.ID == s.ID {
				s = row.Last
			}
			row.Watched = append(row.Watched, s)
		}
	}
	return err
}

func wallDevices(r *reader, w *wallRows, in string, args []any) error {
	all, err := docs[kiosk.Device](r, `SELECT doc FROM device`+only(` WHERE `, `register`, in)+` ORDER BY id`, args...)
	for _, d := range all {
		if row := w.rows[d.Register]; row != nil && d.Revoked == 0 {
			row.Devices = append(row.Devices, d)
		}
	}
	return err
}

func wallHealth(r *reader, w *wallRows, in string, args []any) error {
	all, err := docs[kiosk.DeviceHealth](r, `SELECT doc FROM health`+only(` WHERE `, `register`, in)+` ORDER BY device`, args...)
	for _, h := range all {
		if row := w.rows[h.Register]; row != nil {
			row.Health = append(row.Health, h)
		}
	}
	return err
}
