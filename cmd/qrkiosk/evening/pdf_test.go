package evening

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"image/draw"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sheetOf is a page of a PDF painted as a printer paints it, at 200 dots an inch: filled boxes and
// straight strokes, which is all that a code is made of. Text and curves are left out.
type sheetOf struct {
	img    *image.RGBA
	matrix [6]float64
	stack  []pdfState
	fill   color.RGBA
	stroke color.RGBA
	width  float64
}

type pdfState struct {
	matrix       [6]float64
	fill, stroke color.RGBA
	width        float64
}

var (
	pdfObject = regexp.MustCompile(`(?s)(\d+) 0 obj\s*(<<.*?)\s*(?:endobj|stream\r?\n)`)
	pdfSize   = regexp.MustCompile(`/MediaBox\s*\[\s*([-\d.]+)\s+([-\d.]+)\s+([-\d.]+)\s+([-\d.]+)`)
	pdfInside = regexp.MustCompile(`/Contents\s+(\d+) 0 R`)
	pdfPage   = regexp.MustCompile(`/Type\s*/Page\b`)
)

// paintPDF paints every page of a PDF as chromium writes it.
func paintPDF(t *testing.T, raw []byte) []*image.RGBA {
	t.Helper()
	streams := map[string]string{}
	var pages [][2]string // media box and number of the contents
	for _, m := range pdfObject.FindAllSubmatchIndex(raw, -1) {
		id, dict := string(raw[m[2]:m[3]]), string(raw[m[4]:m[5]])
		if bytes.HasSuffix(bytes.TrimRight(raw[m[0]:m[1]], "\r\n"), []byte("stream")) {
			if text, ok := inflate(raw[m[1]:]); ok {
				streams[id] = text
			}
		}
		if pdfPage.MatchString(dict) {
			if inside := pdfInside.FindStringSubmatch(dict); inside != nil {
				pages = append(pages, [2]string{dict, inside[1]})
			}
		}
	}
	var painted []*image.RGBA
	for _, p := range pages {
		box := pdfSize.FindStringSubmatch(p[0])
		if box == nil || streams[p[1]] == "" {
			t.Fatalf("a page without size or contents: %.200s", p[0])
		}
		s := newSheetOf(number(box[3]), number(box[4]))
		s.paint(streams[p[1]])
		painted = append(painted, s.img)
	}
	return painted
}

func inflate(raw []byte) (string, bool) {
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", false
	}
	text, _ := io.ReadAll(z) // what follows the stream is not part of it
	return string(text), len(text) > 0
}

func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return v
}

const pdfScale = 200.0 / 72

func newSheetOf(w, h float64) *sheetOf {
	s := &sheetOf{img: image.NewRGBA(image.Rect(0, 0, int(w*pdfScale), int(h*pdfScale))), width: 1}
	draw.Draw(s.img, s.img.Bounds(), image.White, image.Point{}, draw.Src)
	s.matrix = [6]float64{pdfScale, 0, 0, -pdfScale, 0, h * pdfScale}
	s.fill, s.stroke = color.RGBA{A: 255}, color.RGBA{A: 255}
	return s
}

// paint carries out the operators of a content stream.
func (s *sheetOf) paint(text string) {
	var args []float64
	var boxes [][4]float64
	var lines [][4]float64
	var at [2]float64
	for _, word := range strings.Fields(text) {
		if v, err := strconv.ParseFloat(word, 64); err == nil {
			args = append(args, v)
			continue
		}
		n := len(args)
		switch {
		case word == "q":
			s.stack = append(s.stack, pdfState{s.matrix, s.fill, s.stroke, s.width})
		case word == "Q" && len(s.stack) > 0:
			last := s.stack[len(s.stack)-1]
			s.stack = s.stack[:len(s.stack)-1]
			s.matrix, s.fill, s.stroke, s.width = last.matrix, last.fill, last.stroke, last.width
		case word == "cm" && n >= 6:
			s.matrix = times([6]float64(args[n-6:]), s.matrix)
		case word == "rg" && n >= 3:
			s.fill = ink(args[n-3:])
		case word == "RG" && n >= 3:
			s.stroke = ink(args[n-3:])
		case word == "w" && n >= 1:
			s.width = args[n-1]
		case word == "re" && n >= 4:
			a := args[n-4:]
			boxes = append(boxes, [4]float64{a[0], a[1], a[0] + a[2], a[1] + a[3]})
		case word == "m" && n >= 2:
			at = [2]float64(args[n-2:])
		case word == "l" && n >= 2:
			to := [2]float64(args[n-2:])
			lines = append(lines, [4]float64{at[0], at[1], to[0], to[1]})
			at = to
		case word == "f" || word == "f*":
			for _, b := range boxes {
				s.box(b, s.fill)
			}
			boxes, lines = nil, nil
		case word == "S":
			for _, l := range lines {
				half := s.width / 2
				if l[1] == l[3] {
					s.box([4]float64{l[0], l[1] - half, l[2], l[1] + half}, s.stroke)
				} else if l[0] == l[2] {
					s.box([4]float64{l[0] - half, l[1], l[0] + half, l[3]}, s.stroke)
				}
			}
			boxes, lines = nil, nil
		case word == "n":
			boxes, lines = nil, nil
		}
		args = args[:0]
	}
}

func ink(rgb []float64) color.RGBA {
	return color.RGBA{uint8(rgb[0] * 255), uint8(rgb[1] * 255), uint8(rgb[2] * 255), 255}
}

// times is a followed by b.
func times(a, b [6]float64) [6]float64 {
	return [6]float64{
		a[0]*b[0] + a[1]*b[2], a[0]*b[1] + a[1]*b[3],
		a[2]*b[0] + a[3]*b[2], a[2]*b[1] + a[3]*b[3],
		a[4]*b[0] + a[5]*b[2] + b[4], a[4]*b[1] + a[5]*b[3] + b[5],
	}
}

// box fills a box; nothing on a card is turned.
func (s *sheetOf) box(b [4]float64, c color.RGBA) {
	at := func(x, y float64) (int, int) {
		return int(x*s.matrix[0] + y*s.matrix[2] + s.matrix[4] + 0.5), int(x*s.matrix[1] + y*s.matrix[3] + s.matrix[5] + 0.5)
	}
	x0, y0 := at(b[0], b[1])
	x1, y1 := at(b[2], b[3])
	draw.Draw(s.img, image.Rect(x0, y0, x1, y1).Canon(), image.NewUniform(c), image.Point{}, draw.Src)
}

// quarters are the middles of the four A6 parts of a sheet of A4, where codes are.
func quarters(img *image.RGBA) []image.Image {
	b := img.Bounds()
	mid := image.Pt(b.Dx()/2, b.Dy()/2)
	var all []image.Image
	for _, r := range []image.Rectangle{
		{image.Point{}, mid},
		image.Rect(mid.X, 0, b.Max.X, mid.Y),
		image.Rect(0, mid.Y, mid.X, b.Max.Y),
		{mid, b.Max},
	} {
		all = append(all, img.SubImage(image.Rect(r.Min.X, r.Min.Y+r.Dy()/5, r.Max.X, r.Max.Y-r.Dy()/6)))
	}
	return all
}

// blank tells whether there is no ink in the middle of a picture.
func blank(img image.Image) bool {
	b := img.Bounds()
	for x := b.Min.X + b.Dx()/3; x < b.Max.X-b.Dx()/3; x++ {
		if r, _, _, _ := img.At(x, (b.Min.Y+b.Max.Y)/2).RGBA(); r == 0 {
			return false
		}
	}
	return true
}
