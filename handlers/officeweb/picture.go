package officeweb

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

// What is taken of an upload. Whatever comes is decoded and written anew: nothing that was hidden in
// the file survives, be it a place, a script or an archive.
const (
	pictureLimit  = 2 << 20    // bytes of a file
	pictureSide   = 10_000     // pixels
	picturePixels = 24_000_000 // pixels, about the largest photograph of a phone
	logoSide      = 512        // pixels of a logo as it is kept
	photoSide     = 1600       // pixels of an idle picture as it is kept
	photoQuality  = 85
)

// decoding is the one place at which a picture is worked on: it takes up to a hundred megabytes.
var decoding = make(chan struct{}, 1)

var (
	errPictureForm  = &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyUploadForm, Field: "picture"}
	errPictureSize  = &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyUploadPixels, Field: "picture"}
	errPictureBytes = &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyUploadBytes, Field: "picture"}
)

// readPicture turns an upload into a picture of at most so many pixels a side: PNG, or JPEG where
// photo says so. Its size is known before a single pixel is decoded.
func readPicture(raw []byte, side int, photo bool) ([]byte, error) {
	if len(raw) > pictureLimit {
		return nil, errPictureBytes
	}
	form, ok := formOf(raw)
	if !ok || holdsArchive(raw) {
		return nil, errPictureForm
	}
	size, err := form.size(bytes.NewReader(raw))
	if err != nil {
		return nil, errPictureForm
	}
	if size.Width < 1 || size.Height < 1 || size.Width > pictureSide || size.Height > pictureSide ||
		size.Width*size.Height > picturePixels {
		return nil, errPictureSize
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	img, err := form.decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errPictureForm
	}
	return encodePicture(upright(shrink(img, side), form.turn(raw)), photo)
}

// pictureForm is a kind of file that is taken.
type pictureForm struct {
	size   func(*bytes.Reader) (image.Config, error)
	decode func(*bytes.Reader) (image.Image, error)
	turn   func([]byte) int
}

// formOf tells a file by its first bytes, whatever its name says.
func formOf(raw []byte) (pictureForm, bool) {
	never := func([]byte) int { return 1 }
	switch {
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")) && pngEnds(raw):
		return pictureForm{
			func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }, never,
		}, true
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return pictureForm{
			func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }, orientation,
		}, true
	case len(raw) > 12 && string(raw[:4]) == "RIFF" && string(raw[8:12]) == "WEBP":
		return pictureForm{
			func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) },
			func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }, never,
		}, true
	}
	return pictureForm{}, false
}

// pngEnds tells whether nothing follows the end of a PNG.
func pngEnds(raw []byte) bool { return bytes.HasSuffix(raw, []byte("\x00\x00\x00\x00IEND\xaeB`\x82")) }

// holdsArchive tells whether the end of a file is that of a zip archive, which readers of archives
// look for first.
func holdsArchive(raw []byte) bool {
	return bytes.Contains(raw[max(0, len(raw)-(64<<10)):], []byte("PK\x05\x06"))
}

// shrink makes an image no larger than side by side.
func shrink(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= side && h <= side {
		return img
	}
	if w >= h {
		w, h = side, max(1, h*side/w)
	} else {
		w, h = max(1, w*side/h), side
	}
	small := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	return small
}

// upright applies what a camera said of how it was held (EXIF orientation 1 to 8), since the word is
// dropped with everything else it said.
func upright(img image.Image, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if turn >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := source(turn, x, y, w, h)
			out.Set(x, y, img.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}

// source is where the pixel of an upright image lies in the one that was taken.
func source(turn, x, y, w, h int) (sx, sy int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return h - 1 - y, x
}

func encodePicture(img image.Image, photo bool) ([]byte, error) {
	var b bytes.Buffer
	if !photo {
		err := png.Encode(&b, img)
		return b.Bytes(), err
	}
	flat := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), img, img.Bounds().Min, draw.Over)
	for quality := photoQuality; ; quality -= 15 {
		b.Reset()
		err := jpeg.Encode(&b, flat, &jpeg.Options{Quality: quality})
		if err != nil || b.Len() <= kiosk.PictureBytes || quality < 40 {
			return b.Bytes(), err
		}
	}
}

// readPictureUpload reads the one file of a form.
func readPictureUpload(r *http.Request, field string) ([]byte, error) {
	file, header, err := r.FormFile(field)
	if err != nil || header.Size == 0 {
		return nil, errPictureForm
	}
	defer file.Close()
	if header.Size > pictureLimit {
		return nil, errPictureBytes
	}
	raw := make([]byte, header.Size)
	if _, err := file.ReadAt(raw, 0); err != nil {
		return nil, errors.Join(errPictureForm, err)
	}
	return raw, nil
}
