package officeweb

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"qrkiosk/kiosk"
)

// corners is an image whose corners tell how it lies: red, green, blue and black, clockwise.
func corners(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.NRGBA{0, 255, 0, 255}
			case x >= w/2:
				c = color.NRGBA{0, 0, 255, 255}
			case y >= h/2:
				c = color.NRGBA{0, 0, 0, 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jpegOf writes a JPEG with an EXIF segment that says how it was held and where it was taken.
func jpegOf(t *testing.T, img image.Image, turn uint16, order binary.AppendByteOrder) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	head := map[binary.AppendByteOrder]string{binary.LittleEndian: "II*\x00", binary.BigEndian: "MM\x00*"}[order]
	tiff := order.AppendUint32([]byte(head), 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x010f), 2), 4), 0)
	tiff = append(tiff, 0, 0)
	tiff = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3), 1), turn)
	tiff = append(append(tiff, 0, 0), "GPS 52.5200 13.4050"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	exif := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(segment)+2))
	raw := append(append(append([]byte{}, b.Bytes()[:2]...), exif...), segment...)
	return append(raw, b.Bytes()[2:]...)
}

// bomb is a PNG that says it is enormous and holds next to nothing.
func bomb(side uint32) []byte {
	ihdr := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0)
	binary.BigEndian.PutUint32(ihdr[4:], side)
	binary.BigEndian.PutUint32(ihdr[8:], side)
	raw := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	raw = binary.BigEndian.AppendUint32(raw, crc32.ChecksumIEEE(ihdr))
	return append(raw, "\x00\x00\x00\x00IEND\xaeB`\x82"...)
}

// tinyWebP is one grey pixel, as an encoder wrote it.
var tinyWebP, _ = base64.StdEncoding.DecodeString("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")

func TestReadPicture(t *testing.T) {
	small := pngOf(t, corners(64, 32))
	var g bytes.Buffer
	if err := gif.Encode(&g, corners(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"png", small, nil},
		{"jpeg", jpegOf(t, corners(64, 32), 1, binary.LittleEndian), nil},
		{"webp", tinyWebP, nil},
		{"nothing", nil, errPictureForm},
		{"gif", g.Bytes(), errPictureForm},
		{"svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), errPictureForm},
		{"html named png", []byte("<!doctype html><script>alert(1)</script>"), errPictureForm},
		{"png and zip", append(bytes.Clone(small), "PK\x03\x04...PK\x05\x06"...), errPictureForm},
		{"png and script", append(bytes.Clone(small), "<script>"...), errPictureForm},
		{"jpeg and zip", append(jpegOf(t, corners(8, 8), 1, binary.BigEndian), "PK\x03\x04...PK\x05\x06"...), errPictureForm},
		{"zip", []byte("PK\x03\x04"), errPictureForm},
		{"gzip", []byte("\x1f\x8b\x08"), errPictureForm},
		{"cut png", small[:len(small)/2], errPictureForm},
		{"cut jpeg", jpegOf(t, corners(64, 32), 1, binary.BigEndian)[:200], errPictureForm},
		{"cut webp", tinyWebP[:20], errPictureForm},
		{"30,000 a side", bomb(30_000), errPictureSize},
		{"five thousand a side", bomb(5_000), errPictureSize},
		{"no side", bomb(0), errPictureForm},
		{"too many bytes", append(bytes.Clone(small), make([]byte, pictureLimit)...), errPictureBytes},
	} {
		p, err := readPicture(c.raw, logoSide, false)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if c.want != nil {
			if len(p) > 0 {
				t.Errorf("%s left %d bytes", c.name, len(p))
			}
			continue
		}
		if _, err := png.Decode(bytes.NewReader(p)); err != nil {
			t.Errorf("%s became no picture: %v", c.name, err)
		}
	}
}

// However the camera was held, the picture stands upright, and nothing of what the camera wrote is left.
func TestReadPicture_orientation(t *testing.T) {
	upright := []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}}
	for turn := 1; turn <= 8; turn++ {
		w, h := 64, 32
		if turn >= 5 {
			w, h = 32, 64
		}
		// The camera sees the upright image turned: what upright() must undo.
		seen := image.NewNRGBA(image.Rect(0, 0, w, h))
		plain := corners(64, 32)
		for y := range 32 {
			for x := range 64 {
				sx, sy := x, y
				if turn > 1 {
					sx, sy = source(turn, x, y, 64, 32)
				}
				seen.Set(sx, sy, plain.At(x, y))
			}
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := readPicture(jpegOf(t, seen, uint16(turn), order), photoSide, true)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(p))
			if err != nil || img.Bounds().Dx() != 64 || img.Bounds().Dy() != 32 {
				t.Fatalf("turn %d: %v, %v", turn, img.Bounds(), err)
			}
			for i, at := range []image.Point{{8, 8}, {56, 8}, {56, 24}, {8, 24}} {
				r, g, b, _ := img.At(at.X, at.Y).RGBA()
				if near := upright[i]; !close8(r, near.R) || !close8(g, near.G) || !close8(b, near.B) {
					t.Errorf("turn %d: corner %d is %d %d %d", turn, i, r>>8, g>>8, b>>8)
				}
			}
			if bytes.Contains(p, []byte("Exif")) || bytes.Contains(p, []byte("GPS")) {
				t.Errorf("turn %d: what the camera wrote is still there", turn)
			}
		}
	}
}

func close8(v uint32, want uint8) bool { return int(v>>8)-int(want) < 40 && int(want)-int(v>>8) < 40 }

func TestReadPicture_shrinks(t *testing.T) {
	for _, c := range []struct{ w, h, wantW, wantH int }{{1024, 512, 512, 256}, {100, 2000, 25, 512}, {512, 512, 512, 512}, {9999, 2, 512, 1}} {
		p, err := readPicture(pngOf(t, corners(c.w, c.h)), logoSide, false)
		if err != nil {
			t.Fatal(err)
		}
		size, err := png.DecodeConfig(bytes.NewReader(p))
		if err != nil || size.Width != c.wantW || size.Height != c.wantH {
			t.Errorf("%d×%d became %d×%d, %v", c.w, c.h, size.Width, size.Height, err)
		}
	}
}

// FuzzReadPicture: whatever is uploaded is refused in words or becomes a picture that can be read.
func FuzzReadPicture(f *testing.F) {
	f.Add(tinyWebP)
	f.Add(bomb(16))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		orientation(raw)
		p, err := readPicture(raw, 32, false)
		if err != nil {
			if kiosk.CodeOf(err) != kiosk.Invalid || len(p) > 0 {
				t.Errorf("%v with %d bytes", err, len(p))
			}
			return
		}
		size, err := png.DecodeConfig(bytes.NewReader(p))
		if err != nil || size.Width > 32 || size.Height > 32 {
			t.Errorf("became %d×%d, %v", size.Width, size.Height, err)
		}
	})
}
