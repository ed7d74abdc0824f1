package views

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"
	qrcode "github.com/skip2/go-qrcode"
)

const payURL = "https://app.secpaid.com/pay/link/1048577-c0ffee41"

var strokeForm = regexp.MustCompile(`^M\d+ \d+\.5h\d+(?:m-?\d+ -?\d+h\d+)*$`)

// paint draws a path as a browser does, a number of pixels for each module.
func paint(t testing.TB, q QRCode, pixels int) image.Image {
	t.Helper()
	if !strokeForm.MatchString(q.Path) {
		t.Fatalf("path is not made of strokes: %.60s", q.Path)
	}
	img := image.NewGray(image.Rect(0, 0, q.Side*pixels, q.Side*pixels))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	x, y := 0, 0
	number := regexp.MustCompile(`[Mmh]-?\d+(?:\.5)?(?: -?\d+(?:\.5)?)?`)
	for _, part := range number.FindAllString(q.Path, -1) {
		fields := strings.Fields(part[1:])
		first, _ := strconv.Atoi(fields[0])
		if part[0] == 'h' {
			for px := x * pixels; px < (x+first)*pixels; px++ {
				for py := y * pixels; py < (y+1)*pixels; py++ {
					img.SetGray(px, py, color.Gray{})
				}
			}
			x += first
			continue
		}
		second, _ := strconv.Atoi(strings.TrimSuffix(fields[1], ".5"))
		if part[0] == 'M' {
			x, y = 0, 0
		}
		x, y = x+first, y+second
	}
	return img
}

func decode(t testing.TB, img image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	found, err := zxing.NewQRCodeReader().Decode(bits, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found.GetText()
}

func TestQR_reads(t *testing.T) {
	for _, text := range []string{
		payURL, "https://x.de/1", "https://kiosk.example/r/Zk3ZbG9kZ2Vyc3RvbmU0Mg",
		"https://app.secpaid.com/pay/link/" + strings.Repeat("9", 180),
	} {
		q, err := QR(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, pixels := range []int{2, 3, 5, 11} {
			if got := decode(t, paint(t, q, pixels)); got != text {
				t.Errorf("at %d pixels a module: %q, want %q", pixels, got, text)
			}
		}
	}
}

// The drawing is the encoder's bitmap, module by module, with four modules of quiet zone.
func TestQR_isTheBitmap(t *testing.T) {
	q, err := QR(payURL)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qrcode.New(payURL, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	img := paint(t, q, 1)
	for y, row := range want.Bitmap() {
		for x, black := range row {
			if got := img.At(x, y).(color.Gray).Y == 0; got != black {
				t.Fatalf("module %d,%d is %v", x, y, got)
			}
			edge := x < 4 || y < 4 || x >= q.Side-4 || y >= q.Side-4
			if edge && black {
				t.Fatalf("quiet zone broken at %d,%d", x, y)
			}
		}
	}
}

// 2,000 bytes is the bound for a payment address of 48 bytes.
func TestQR_isSmall(t *testing.T) {
	url := payURL[:48]
	q, err := QR(url)
	if err != nil {
		t.Fatal(err)
	}
	var svg strings.Builder
	if err := QRImage(q, "").Render(t.Context(), &svg); err != nil {
		t.Fatal(err)
	}
	if svg.Len() > 2000 {
		t.Errorf("SVG of %d bytes for an address of %d", svg.Len(), len(url))
	}
}

func TestQR_refuses(t *testing.T) {
	for _, text := range []string{"", strings.Repeat("x", 5000)} {
		if q, err := QR(text); err == nil || q.Path != "" {
			t.Errorf("%d bytes were drawn", len(text))
		}
	}
}

func FuzzQR(f *testing.F) {
	f.Add(payURL)
	f.Add("0")
	f.Add("ÄÖÜ\x00")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := QR(text)
		if err != nil {
			return
		}
		paint(t, q, 1)
	})
}

// BenchmarkQR tells how much the drawing costs beyond the encoder's bitmap.
func BenchmarkQR(b *testing.B) {
	url := payURL[:48]
	b.Run("bitmap", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			q, err := qrcode.New(url, qrcode.Medium)
			if err != nil {
				b.Fatal(err)
			}
			_ = q.Bitmap()
		}
	})
	b.Run("drawn", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := QR(url); err != nil {
				b.Fatal(err)
			}
		}
	})
}
