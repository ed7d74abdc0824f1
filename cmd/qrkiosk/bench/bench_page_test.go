//go:build linux

package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/a-h/templ"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

const payURL = "https://app.secpaid.com/payment?link_id=OTkyOTA="

// waiting is a till, or its display, with a code on show and a history behind it.
func waiting() (kiosk.TillScreen, kiosk.DisplayScreen) {
	noon := time.Date(2026, 11, 20, 14, 33, 2, 0, time.UTC).UnixMilli()
	stall, register := assembly.Bakery().Stall, kiosk.Register{ID: "r2", Name: "Register 2", Prefix: "B2"}
	sale := func(no int, rows ...kiosk.Row) *kiosk.Sale {
		const cents = 1250
		return &kiosk.Sale{
			ID: fmt.Sprint("sale-", no), Register: register.ID, Number: fmt.Sprintf("B2-%04d", no), Goods: cents, Staff: "ada",
			Match: kiosk.Match{Colour: "amber", Animal: "fox"}, Created: noon - 14_000, Expires: noon + 586_000,
			Lines: []kiosk.Line{{Qty: 1, Unit: cents, VAT: 700}},
			Links: []kiosk.Link{{ID: fmt.Sprint("link-", no), N: 1, Amount: cents, URL: payURL, Live: true, PayID: int64(no), Rows: rows}},
		}
	}
	t := kiosk.TillScreen{
		Epoch: "e", Version: 7, Now: noon, Mode: kiosk.Live, Stall: stall, Register: register, PayURL: payURL,
		Shift: &kiosk.Shift{No: 3, Opened: noon - 3*3_600_000}, Current: sale(42),
		Health: kiosk.Health{Webhooks: true, LastNotice: noon - 60_000},
	}
	for no := 41; no > 34; no-- {
		paid := sale(no, kiosk.Row{Key: "row", Kind: kiosk.RowPayment, Amount: 1250})
		paid.PaidAt, paid.Released = paid.Created, true
		t.Last = append(t.Last, paid)
	}
	return t, kiosk.DisplayScreen{
		Epoch: "e", Version: 7, Now: noon, Mode: kiosk.Live, Stall: stall, Register: register,
		Shows: kiosk.ShowsCode, Sale: t.Current, PayURL: payURL,
	}
}

// BenchmarkPage draws a page, and has the same bytes written by hand and by html/template. Both are
// spared what the page does beside writing: sums, times and states are texts already.
func BenchmarkPage(b *testing.B) {
	t, d := waiting()
	code, err := views.QR(payURL)
	must(b, err)
	page := views.Page{Lang: "en"}
	extras := counterview.TillExtras{Staff: kiosk.Staff{ID: "ada", Name: "Ada", Role: kiosk.Cashier}, Key: "k-0123456789abcdef", Displays: 1, QR: code}
	b.Run("till", func(b *testing.B) { benchPage(b, "till", counterview.TillPage(page, t, extras)) })
	b.Run("display", func(b *testing.B) {
		benchPage(b, "display", counterview.DisplayPage(page, d, counterview.DisplayExtras{QR: code}))
	})
}

func benchPage(b *testing.B, name string, page templ.Component) {
	var drawn bytes.Buffer
	must(b, page.Render(context.Background(), &drawn))
	parts := cut(drawn.String())
	words := wordsOf(parts)
	if got := byHand(nil, parts, words); !bytes.Equal(got, drawn.Bytes()) {
		b.Fatalf("what is written by hand differs:\n%s", got)
	}
	idle := byTemplate(b, parts)
	var ours, hand, library sample
	var buf bytes.Buffer
	out := make([]byte, 0, drawn.Len())
	for b.Loop() {
		for range 300 {
			ours.add(timed(func() {
				buf.Reset()
				must(b, page.Render(context.Background(), &buf))
			}))
			hand.add(timed(func() { out = byHand(out[:0], parts, words) }))
			library.add(timed(idle))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(drawn.Len()), "bytes")
	report(b, "templ", ours)
	b.ReportMetric(micros(hand.p50()), "µs-hand")
	b.ReportMetric(ratio(ours.p50(), hand.p50()), "x-hand")
	b.ReportMetric(ratio(library.p50(), ours.p50()), "x-faster-than-html/template")
	found(13, fmt.Sprintf("%s page of %d bytes, of the same written by hand", name, drawn.Len()), "<= 3.5 and >= 8 times html/template",
		"%.1f (%.0f µs) and %.1f", ratio(ours.p50(), hand.p50()), micros(ours.p50()), ratio(library.p50(), ours.p50()))
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// part is markup that is always the same, and a text or value behind it that is not.
type part struct{ markup, text string }

var dynamic = regexp.MustCompile(`>([^<>]+)<|="([^"]*)"`)

// cut takes a page apart at its texts and the values of its attributes.
func cut(page string) []part {
	var parts []part
	at := 0
	for _, m := range dynamic.FindAllStringSubmatchIndex(page, -1) {
		from, to := max(m[2], m[4]), max(m[3], m[5])
		text := html.UnescapeString(page[from:to])
		if html.EscapeString(text) != page[from:to] {
			continue // a script or a style, which nobody escapes
		}
		parts = append(parts, part{page[at:from], text})
		at = to
	}
	return append(parts, part{page[at:], ""})
}

// wordsOf is a dictionary: in a page of several languages nearly every text is looked up.
func wordsOf(parts []part) map[string]string {
	words := map[string]string{}
	for _, p := range parts {
		words[p.text] = p.text
	}
	return words
}

// byHand is how somebody would write the page who has nothing but append: every text looked up and
// escaped.
func byHand(out []byte, parts []part, words map[string]string) []byte {
	for _, p := range parts {
		out = append(out, p.markup...)
		out = append(out, html.EscapeString(words[p.text])...)
	}
	return out
}

// byTemplate writes it as html/template does.
func byTemplate(b *testing.B, parts []part) (draw func()) {
	var text bytes.Buffer
	words := make([]string, len(parts))
	for i, p := range parts {
		fmt.Fprintf(&text, "%s{{index . %d}}", p.markup, i)
		words[i] = p.text
	}
	t, err := template.New("page").Parse(text.String())
	must(b, err)
	var buf bytes.Buffer
	return func() {
		buf.Reset()
		must(b, t.Execute(&buf, words))
	}
}

// bitmapProgram draws codes with the encoder alone, in a process of its own because only one room
// of ours may use it.
const bitmapProgram = `package main

import (
	"bufio"
	"encoding/json"
	"os"
	"time"

	qrcode "github.com/skip2/go-qrcode"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var took []time.Duration
		for range 20 {
			start := time.Now()
			q, err := qrcode.New(in.Text(), qrcode.Medium)
			if err != nil {
				panic(err)
			}
			q.Bitmap()
			took = append(took, time.Since(start))
		}
		if err := out.Encode(took); err != nil {
			panic(err)
		}
	}
}
`

// BenchmarkCode compares a code ready to be drawn with the encoder's bitmap alone.
func BenchmarkCode(b *testing.B) {
	code, err := views.QR(payURL)
	must(b, err)
	draw := bitmaps(b)
	var ours, bare sample
	for b.Loop() {
		for range 10 {
			bare = append(bare, draw()...)
			for range 20 {
				ours.add(timed(func() { code, err = views.QR(payURL) }))
			}
		}
	}
	must(b, err)
	_, d := waiting()
	var drawn bytes.Buffer
	must(b, counterview.DisplayFragment(views.Page{Lang: "en"}, d, counterview.DisplayExtras{QR: code}).Render(context.Background(), &drawn))
	svg := regexp.MustCompile(`(?s)<svg[^>]*>\s*<path.*?</svg>`).FindAll(drawn.Bytes(), -1)
	size := 0
	for _, s := range svg {
		if bytes.Contains(s, []byte(code.Path)) {
			size = len(s)
		}
	}
	b.ReportMetric(0, "ns/op")
	report(b, "code", ours)
	report(b, "bitmap", bare)
	b.ReportMetric(ratio(ours.p50(), bare.p50()), "x-bitmap")
	b.ReportMetric(float64(size), "bytes-svg")
	found(11, "code as SVG, of the encoder's bitmap alone", "<= 1.1 and <= 2000 bytes", "%.2f (%.0f µs) and %d bytes",
		ratio(ours.p50(), bare.p50()), micros(ours.p50()), size)
}

// bitmaps builds the program and returns what has it draw twenty codes.
func bitmaps(b *testing.B) (draw func() sample) {
	dir := b.TempDir()
	must(b, os.WriteFile(filepath.Join(dir, "main.go"), []byte(bitmapProgram), 0o600))
	for _, name := range []string{"go.mod", "go.sum"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		must(b, err)
		must(b, os.WriteFile(filepath.Join(dir, name), raw, 0o600))
	}
	compile(b, dir, "bitmaps", ".")
	cmd := exec.CommandContext(b.Context(), filepath.Join(dir, "bitmaps"))
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	answers := json.NewDecoder(bufio.NewReader(out))
	return func() (s sample) {
		_, err := io.WriteString(in, payURL+"\n")
		must(b, err)
		must(b, answers.Decode(&s))
		return s
	}
}

// compile builds a program as a release is built, into the folder it is built in. The small run builds
// it as this test was built, from what is compiled already.
func compile(b *testing.B, dir, name, what string) {
	b.Helper()
	release := []string{"-trimpath", "-ldflags", "-s -w"}[:sized(3, 0)]
	cmd := exec.CommandContext(b.Context(), "go", slices.Concat([]string{"build"}, release, []string{"-o", name, what})...)
	cmd.Dir = dir
	if len(release) > 0 {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
}
