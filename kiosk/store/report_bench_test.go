package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

const scans = 5 // of everything, for the comparison

var manySales = sized(100_000, 3000)

// BenchmarkReports compares what the office and the screens ask with reading all sales once, on
// the same data in the same run. Every hundredth sale awaits payment, the others are paid.
func BenchmarkReports(b *testing.B) {
	if testing.Short() {
		b.Skip("it fills a hundred thousand sales")
	}
	m := newMarket(b, sqliteConfig(b))
	m.fillReports(b)
	scan := m.scan(b)
	ctx := context.Background()
	day, _ := kiosk.LocalHour("", m.clock.Load())
	takings := func(q kiosk.TakingsQuery) (n int, err error) {
		return n, m.View(ctx, func(r kiosk.Reader) error {
			all, err := r.Takings(q)
			n = len(all)
			return err
		})
	}
	for name, read := range map[string]func(i int) (int, error){
		"takings-day": func(int) (int, error) {
			return takings(kiosk.TakingsQuery{Stall: stallID, First: day, Last: day, By: []kiosk.TakingsBy{kiosk.ByRegister}})
		},
		"takings-30-days": func(int) (int, error) {
			return takings(kiosk.TakingsQuery{Stall: stallID, First: day - 29, Last: day, By: []kiosk.TakingsBy{kiosk.ByDay}})
		},
		"takings-hours": func(int) (int, error) {
			by := []kiosk.TakingsBy{kiosk.ByHour, kiosk.ByStaff}
			return takings(kiosk.TakingsQuery{Stall: stallID, First: day - 29, Last: day, By: by})
		},
		"sold-30-days": func(int) (n int, err error) {
			return n, m.View(ctx, func(r kiosk.Reader) error {
				all, err := r.Sold(kiosk.SoldQuery{Stall: stallID, First: day - 29, Last: day})
				n = len(all)
				return err
			})
		},
		"last-50": func(i int) (n int, err error) {
			return n, m.View(ctx, func(r kiosk.Reader) error {
				all, err := r.LastSales(register(i), 50)
				n = len(all)
				return err
			})
		},
		"watched-100": func(int) (n int, err error) {
			return n, m.View(ctx, func(r kiosk.Reader) error {
				all, err := r.Watched(noon, 100)
				n = len(all)
				return err
			})
		},
		"number": func(i int) (n int, err error) {
			return 1, m.View(ctx, func(r kiosk.Reader) error {
				id := i*7919%manySales + 1
				_, err := r.SaleByNumber(register(id), fmt.Sprintf("N-sale-%06d", id))
				return err
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			var each []time.Duration
			for i := 0; b.Loop(); i++ {
				start := time.Now()
				if n, err := read(i); err != nil || n == 0 {
					b.Fatal(n, err)
				}
				each = append(each, time.Since(start))
			}
			b.ReportMetric(float64(scan)/float64(median(each)), "x-faster-than-scan")
			b.ReportMetric(float64(scan.Microseconds()), "µs-scan")
		})
	}
}

// fillReports stores the sales of thirty days.
func (m *market) fillReports(b *testing.B) {
	const step = 500
	for at := 1; at <= manySales; at += step {
		m.clock.Store(noon + int64(at/(manySales/30))*dayMillis)
		m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for id := at; id < at+step; id++ {
				m.ids.Store(int64(id - 1))
				s := m.take(m.sale(register(id)), m.live(int64(id)), kiosk.Step{Kind: kiosk.StepAside})
				s.Staff = fmt.Sprint("p-", id%3)
				if id%100 == 0 {
					if err := tx.PutSale(s); err != nil {
						return err
					}
					continue
				}
				step := rowStep(fmt.Sprint("tx", id), 1000)
				step.At = m.clock.Load()
				out, err := s.Take(step)
				if err != nil {
					return err
				}
				if err := out.Store(tx, step.At); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if n := m.count(`SELECT COUNT(*) FROM sale`); n != manySales {
		b.Fatalf("%d sales", n)
	}
}

// scan reads the text of every sale, without even understanding it.
func (m *market) scan(b *testing.B) time.Duration {
	var each []time.Duration
	for range scans {
		start := time.Now()
		err := m.view(context.Background(), func(r *reader) error {
			_, err := r.number(`SELECT SUM(LENGTH(doc)) FROM sale`)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		each = append(each, time.Since(start))
	}
	return median(each)
}
