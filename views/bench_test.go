package views_test

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"strconv"
	"testing"
	"time"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// longTill is a till with enough sales for a page of 15 KB.
func longTill() (kiosk.TillScreen, counterview.TillExtras) {
	s, x := counterview.SampleTill("ready")
	for i := range 24 {
		s.Last = append(s.Last, paidAt(int64(20+i), counterview.SampleSale(fmt.Sprintf("B2-%04d", 30-i), kiosk.Money(1000+i), confirmed)))
	}
	return s, x
}

// paidAt sets when a sale was paid, which is when it was made.
func paidAt(minutesAgo int64, s *kiosk.Sale) *kiosk.Sale {
	s.Created -= minutesAgo * 60_000
	s.PaidAt = s.Created
	return s
}

// appended writes the bytes of a page the way a person would who writes nothing else: the fixed
// parts as they are, and every sale by append, with English words and German numbers written out.
// BenchmarkPage tells how many times as much templates cost.
func appended(b []byte, sales []*kiosk.Sale, head, tail []byte) []byte {
	b = append(b, head...)
	for _, s := range sales {
		number := template.HTMLEscapeString(s.Number)
		word, style := "cancelled", ""
		if s.State() == kiosk.Paid {
			word, style = "paid", "paid"
		}
		b = append(b, `<li><a href="/till/sale?number=`...)
		b = append(b, number...)
		b = append(b, `"><span class="time">`...)
		b = hour(b, s.Created)
		b = append(b, `</span><span class="number">`...)
		b = append(b, number...)
		b = append(b, `<small>`...)
		if n := s.Lines[0].Qty; n > 1 {
			b = strconv.AppendInt(b, n, 10)
			b = append(b, " items"...)
		}
		b = append(b, `</small></span><span class="sum">`...)
		b = euros(b, s.Total())
		b = append(b, `</span><span class="tone" data-tone="`...)
		b = append(b, style...)
		b = append(b, `">`...)
		b = append(b, word...)
		b = append(b, `</span></a></li>`...)
	}
	return append(b, tail...)
}

func euros(b []byte, m kiosk.Money) []byte {
	b = strconv.AppendInt(b, int64(m/100), 10)
	return append(b, ',', byte('0'+m/10%10), byte('0'+m%10), 0xc2, 0xa0, 0xe2, 0x82, 0xac)
}

func hour(b []byte, ms int64) []byte { return time.UnixMilli(ms).UTC().AppendFormat(b, "15:04") }

// BenchmarkPage draws a till page of about 15 KB and tells how many times longer it takes than
// appending the same page by hand; both alternate, so that drift cancels.
func BenchmarkPage(b *testing.B) {
	p := views.Page{Lang: "en", Zone: time.UTC}
	s, x := longTill()
	var page bytes.Buffer
	if err := counterview.TillPage(p, s, x).Render(context.Background(), &page); err != nil {
		b.Fatal(err)
	}
	first := bytes.Index(page.Bytes(), []byte("<li><a"))
	last := bytes.LastIndex(page.Bytes(), []byte("</ol>"))
	head, tail := bytes.Clone(page.Bytes()[:first]), bytes.Clone(page.Bytes()[last:])
	if got := appended(nil, s.Last, head, tail); !bytes.Equal(got, page.Bytes()) {
		b.Fatalf("the page by hand is another one: %d bytes, %d drawn", len(got), page.Len())
	}
	hand := make([]byte, 0, page.Len())
	var drawn, byHand time.Duration
	for b.Loop() {
		began := time.Now()
		hand = appended(hand[:0], s.Last, head, tail)
		between := time.Now()
		page.Reset()
		if err := counterview.TillPage(p, s, x).Render(context.Background(), &page); err != nil {
			b.Fatal(err)
		}
		byHand += between.Sub(began)
		drawn += time.Since(between)
	}
	b.ReportMetric(float64(page.Len()), "page-bytes")
	b.ReportMetric(float64(drawn)/float64(byHand), "x-of-append")
}

// BenchmarkFragment draws what is pushed at every change of a sale.
func BenchmarkFragment(b *testing.B) {
	p := views.Page{Lang: "en", Zone: time.UTC}
	s, x := counterview.SampleTill("awaiting")
	x.QR, _ = views.QR(counterview.SamplePayURL)
	d := counterview.SampleDisplay("code")
	for name, c := range map[string]templ.Component{
		"till": counterview.TillFragment(p, s, x), "display": counterview.DisplayFragment(p, d, counterview.DisplayExtras{QR: x.QR}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := c.Render(context.Background(), &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
