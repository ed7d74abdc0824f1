package views_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"qrkiosk/views/counterview"
)

func decode(img image.Image) (string, error) {
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := qrcode.NewQRCodeReader().Decode(bmp, hints)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// poor is what a bad phone makes of a screen: smaller by a factor, turned by an angle in degrees
// around its middle, and with a part of its light alone.
func poor(img image.Image, factor, angle, light float64) image.Image {
	b := img.Bounds()
	w, h := float64(b.Dx())*factor, float64(b.Dy())*factor
	sin, cos := math.Sincos(angle * math.Pi / 180)
	out := image.NewGray(image.Rect(0, 0, int(w*math.Abs(cos)+h*math.Abs(sin)), int(w*math.Abs(sin)+h*math.Abs(cos))))
	mx, my := float64(out.Rect.Dx())/2, float64(out.Rect.Dy())/2
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			dx, dy := (float64(x)+0.5-mx)/factor, (float64(y)+0.5-my)/factor
			v := sample(img, dx*cos+dy*sin+float64(b.Dx())/2, dy*cos-dx*sin+float64(b.Dy())/2, 1/factor)
			out.SetGray(x, y, color.Gray{Y: uint8(v * light)})
		}
	}
	return out
}

// sample is the mean brightness, 0 to 255, of a square of a picture around a point.
func sample(img image.Image, x, y, side float64) float64 {
	const steps = 3
	var sum float64
	for i := range steps {
		for j := range steps {
			px := x + side*((float64(i)+0.5)/steps-0.5)
			py := y + side*((float64(j)+0.5)/steps-0.5)
			p := image.Pt(int(math.Floor(px)), int(math.Floor(py)))
			if !p.In(img.Bounds()) {
				sum += 128
				continue
			}
			sum += float64(color.GrayModel.Convert(img.At(p.X, p.Y)).(color.Gray).Y)
		}
	}
	return sum / (steps * steps)
}

// The code can be read from the display and from a till without one, at every size, light and dark;
// and at half the size, turned by 10° and with a third of the light besides.
func TestScreens_codeIsRead(t *testing.T) {
	s := newStudio(t)
	for _, name := range []string{"display-code", "till-awaiting"} {
		s.resize(sizes[0])
		s.open("en", name)
		for _, z := range sizes {
			s.resize(z)
			for _, scheme := range []string{"light", "dark"} {
				s.scheme(scheme)
				s.settle()
				img := s.shot()
				if got, err := decode(img); err != nil || got != counterview.SamplePayURL {
					t.Errorf("%s %v %s reads %q, %v", name, z, scheme, got, err)
				}
				if name != "display-code" {
					continue
				}
				if got, err := decode(poor(img, 0.5, 10, 0.35)); err != nil || got != counterview.SamplePayURL {
					t.Errorf("%s %v %s, poorly seen, reads %q, %v", name, z, scheme, got, err)
				}
			}
		}
	}
}
