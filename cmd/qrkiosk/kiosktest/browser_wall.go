package kiosktest

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"qrkiosk/kiosk"
)

// Scheme is what the person prefers, "light" or "dark".
func (p *Page) Scheme(look string) {
	p.T.Helper()
	_, err := chromedp.Call(p.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look}},
	})
	if err != nil {
		p.T.Fatal(err)
	}
}

// Evening lets a part of the registers sell, with devices of all kinds of health.
func (f *Fairground) Evening(t *testing.T, registers int) {
	t.Helper()
	for i := range registers / 5 {
		at := i * 3 % registers
		f.Charge(at, kiosk.Money(350+i*175), fmt.Sprintf("one-command-key-of-evening-%d", i))
		if i%4 == 3 {
			continue
		}
		for k, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			d, secret := f.Enrol(at, kind)
			f.Must(f.Shop.Till.StoreDeviceHealth(t.Context(), []kiosk.DeviceHealth{{
				Device: d.ID, Register: d.Register, Kind: kind, Seen: time.Now().UnixMilli(), Via: "elsewhere",
				Awake: []string{"on", "on", "off", "on", "on"}[(i+k)%5], Sound: []string{"on", "off", "on", "on"}[(i+2*k)%4],
				Battery: 100 - i*7%95, Charging: i%3 == 0,
			}}))
			_ = secret
		}
	}
	f.Pays(registers / 5 * 9 / 10)
}
