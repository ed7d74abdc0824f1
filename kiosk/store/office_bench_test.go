package store

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/kiosk"
)

const (
	officeStalls    = 20
	officeRegisters = 500
	officeDays      = 30
)

var (
	officeSeed = sized(20_000, 2000) // sales stored by the way every sale takes, over officeDays
	trailSeed  = sized(20_000, 1000) // entries of the office's journal
)

// officeSales is how many sales the office's questions are asked beside.
func officeSales() int {
	if n, err := strconv.Atoi(os.Getenv("QRKIOSK_OFFICE_SALES")); err == nil {
		return max(n, officeSeed)
	}
	return sized(1_000_000, 2*officeSeed)
}

// BenchmarkOffice asks everything the office asks, at a million sales, beside reading all of them
// once in the same run. The sales of thirty days are stored by the way every sale takes; the months
// before are copies of them, made in the database.
func BenchmarkOffice(b *testing.B) {
	if testing.Short() {
		b.Skip("it fills a million sales")
	}
	m := &market{house: newHouse(b, sqliteConfig(b))}
	m.fillOffice(b)
	shop, err := Wire(context.Background(), m.Store, m.cfg.Now)
	if err != nil {
		b.Fatal(err)
	}
	scan := m.scan(b)
	for name, ask := range m.officeQuestions(shop) {
		b.Run(name, func(b *testing.B) {
			var each []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				n, err := ask(i)
				each = append(each, time.Since(start))
				if err != nil || n == 0 {
					b.Fatal(n, err)
				}
			}
			took := median(each)
			b.ReportMetric(float64(took.Microseconds()), "µs/median")
			b.ReportMetric(float64(scan)/float64(took), "x-faster-than-scan")
		})
	}
	b.Logf("scan of %d sales: %v", m.count(`SELECT COUNT(*) FROM sale`), scan)
}

func officeStall(i int) string    { return fmt.Sprintf("stall-%02d", i%officeStalls) }
func officeRegister(i int) string { return fmt.Sprintf("till-%03d", i%officeRegisters) }

func (m *market) officeQuestions(shop *front.Rooms) map[string]func(int) (int, error) {
	ctx, clerk := context.Background(), kiosk.OfficeActor{User: "o", Role: kiosk.Organizer}
	today, _ := kiosk.LocalHour("", m.clock.Load())
	book := func(stall string, days int64, by kiosk.TakingsBy) (int, error) {
		b, err := shop.Reports.TakingsTable(ctx, clerk, kiosk.TakingsTableQuery{Stall: stall, First: today - days + 1, Last: today, By: by})
		return len(b.Rows) + len(b.Sold), err
	}
	all := map[string]func(int) (int, error){
		"statement-30-days": func(i int) (int, error) {
			st, err := shop.Reports.Statement(ctx, officeStall(i), today-29, today)
			return len(st.Days) * len(st.Registers), err
		},
		"payouts-14-days": func(int) (int, error) {
			p, err := shop.Reconciler.Payouts(ctx, kiosk.DayName(today-13), kiosk.DayName(today+1))
			return len(p), err
		},
		"z-reports-of-a-day": func(int) (int, error) {
			z, err := shop.Reports.ShiftsOf(ctx, clerk, "", today, today)
			return len(z.Names), err
		},
		"unmatched": func(int) (int, error) { _, err := shop.Kernel.Unmatched(ctx, true, 200); return 1, err },
		"audits":    func(int) (int, error) { _, err := shop.Reconciler.AuditDays(ctx, 35); return 1, err },
		"alarms":    func(int) (int, error) { _, err := shop.Kernel.Alarms.All(ctx); return 1, err },
		"stalls": func(int) (int, error) {
			stalls, _, err := shop.Office.Stalls.Of(ctx, clerk)
			return len(stalls), err
		},
		"trail": func(int) (int, error) {
			events, _, err := shop.Office.Trail.Search(ctx, clerk, kiosk.TrailQuery{})
			return len(events), err
		},
		"trail-one-word-of-20000": func(i int) (int, error) {
			events, _, err := shop.Office.Trail.Search(ctx, clerk, kiosk.TrailQuery{Text: fmt.Sprintf("bench-%05d", i%trailSeed)})
			return len(events), err
		},
		"sale-by-number": func(int) (int, error) {
			_, err := shop.Till.SaleByNumber(ctx, m.known.Register, m.known.Number)
			return 1, err
		},
		"people-of-a-register": func(i int) (int, error) {
			_, err := shop.Till.StaffOfRegister(ctx, officeRegister(i))
			return 1, err
		},
		"a-stall": func(i int) (int, error) {
			_, registers, _, err := shop.Office.Registers.StallOverview(ctx, clerk, officeStall(i))
			return len(registers), err
		},
		"wall-500-registers": func(int) (int, error) {
			tiles, err := shop.Office.Wall.Tiles(ctx, nil, func(kiosk.DeviceHealth) bool { return true })
			return len(tiles), err
		},
		"wall-one-register": func(i int) (int, error) {
			tiles, err := shop.Office.Wall.Tiles(ctx, []string{officeRegister(i)}, func(kiosk.DeviceHealth) bool { return true })
			return len(tiles), err
		},
	}
	for _, by := range []kiosk.TakingsBy{kiosk.ByDay, kiosk.ByHour, kiosk.ByStall, kiosk.ByRegister, kiosk.ByStaff, kiosk.ByItem, kiosk.ByVAT} {
		all["takings-day-by-"+string(by)] = func(int) (int, error) { return book("", 1, by) }
		all["takings-month-of-stall-by-"+string(by)] = func(i int) (int, error) { return book(officeStall(i), 30, by) }
	}
	return all
}

func (m *market) fillOffice(b *testing.B) {
	b.Helper()
	m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for i := range officeStalls {
			if err := tx.PutStall(kiosk.Stall{ID: officeStall(i), Name: "Stall " + strconv.Itoa(i)}); err != nil {
				return err
			}
		}
		for i := range officeRegisters {
			g := kiosk.Register{ID: officeRegister(i), Stall: officeStall(i), Name: "Till", Prefix: "T"}
			if err := tx.PutRegister(g); err != nil {
				return err
			}
		}
		return nil
	})
	const step = 500
	for at := 0; at < officeSeed; at += step {
		m.clock.Store(noon + int64(at/(officeSeed/officeDays))*dayMillis)
		m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for i := at; i < at+step; i++ {
				if err := m.officeSale(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	m.copyMonths(b, officeSales()/officeSeed-1)
	for at := 0; at < trailSeed; at += step {
		m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for i := at; i < at+step; i++ {
				if err := tx.Append(kiosk.Event{Stream: kiosk.OfficeStream, Kind: "bench", Subject: fmt.Sprintf("bench-%05d", i), At: noon}); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// officeSale stores a paid sale; every thousandth still waits for its row.
func (m *market) officeSale(tx kiosk.Tx, i int) error {
	at := m.clock.Load()
	s := m.sale(officeRegister(i))
	s.ID, s.Stall, s.Staff = kiosk.IDFrom(at)+s.ID, officeStall(i), fmt.Sprint("p-", i%60)
	s.Lines[0].Item = fmt.Sprint("item-", i%40)
	s = m.take(s, m.live(int64(i+1)), kiosk.Step{Kind: kiosk.StepAside})
	proof := rowStep(fmt.Sprint("tx", i), 1000)
	proof.Row.At, proof.Row.Net = kiosk.DayName(at/dayMillis)+" 12:00:00", 960
	if i%1000 == 0 {
		proof = kiosk.Step{Kind: kiosk.StepNotice, Link: 1}
	}
	proof.At = at
	out, err := s.Take(proof)
	if err != nil {
		return err
	}
	m.known = out.Sale
	return out.Store(tx, at)
}

// copyMonths repeats the thirty days so many times before themselves: sales under other names, and
// the sums of their days.
func (m *market) copyMonths(b *testing.B, months int) {
	b.Helper()
	db := m.raw()
	since, _ := kiosk.LocalHour("", noon)
	run := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			b.Fatal(err)
		}
	}
	for k := 1; k <= months; k++ {
		name := fmt.Sprintf("-%03d-", k)
		run(`INSERT INTO sale (id, register, number, is_current, watched, ended, doc)
			SELECT $1 || id, register, $1 || number, is_current, FALSE, NULL, doc FROM sale WHERE id >= '0'`, name)
		run(sumCopy("takings_day", "stall", "register"), k*officeDays, since)
		run(sumCopy("takings_hour", "stall", "register", "hour", "staff"), k*officeDays, since)
		run(`INSERT INTO sold (stall, day, register, item, vat, name, qty, cents)
			SELECT stall, day - $1, register, item, vat, name, qty, cents FROM sold WHERE day >= $2`, k*officeDays, since)
	}
}

// sumCopy repeats the rows of a table of sums some days earlier.
func sumCopy(table string, keys ...string) string {
	columns := strings.Join(append(keys, figureNames...), ", ")
	return `INSERT INTO ` + table + ` (day, ` + columns + `) SELECT day - $1, ` + columns + ` FROM ` + table + ` WHERE day >= $2`
}
