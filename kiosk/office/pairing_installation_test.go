package office_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// waiting asks for the code of a device of a kind.
func waiting(h *kiosktest.Installation, kind kiosk.DeviceKind) (kiosk.Pairing, string) {
	p, secret, err := h.Shop.Till.AskPairing(context.Background(), kind, "a browser")
	h.Must(err)
	return p, secret
}

// TestTabletCode: a tablet whose code was typed in the office is the till, once; the tablet of before and
// every unused link for one are worth nothing, and the trail says who did it.
func TestTabletCode(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, register, registers := context.Background(), h.Actor.Register, h.Shop.Office.Registers
		mislaid, err := registers.NewTicketFor(ctx, kiosktest.Organizer, register, kiosk.Tablet, time.Hour.Milliseconds())
		h.Must(err)
		kept, err := registers.NewTicketFor(ctx, kiosktest.Organizer, register, kiosk.Display, time.Hour.Milliseconds())
		h.Must(err)
		p, secret := waiting(h, kiosk.Tablet)
		_, err = h.Shop.Till.Device(ctx, secret)
		h.WantKey(err, kiosk.Unauthorized, kiosk.KeyDeviceUnknown)
		seen, err := registers.PeekTablet(ctx, kiosktest.Organizer, register, p.Code)
		h.Must(err)
		if seen.Match != p.Match || seen.Name != "a browser" {
			t.Errorf("found %+v, asked for %+v", seen, p)
		}

		made, err := registers.ConnectTablet(ctx, kiosktest.Organizer, register, p.Code)
		h.Must(err)
		now, err := h.Shop.Till.Device(ctx, secret)
		h.Must(err)
		if now != made || now.Kind != kiosk.Tablet || now.Register != register || now.Name != "a browser" {
			t.Errorf("the tablet became %+v, told was %+v", now, made)
		}
		trusted, err := h.Shop.Till.Devices(ctx, register)
		h.Must(err)
		if len(trusted) != 1 || trusted[0].ID != made.ID {
			t.Errorf("trusted are %+v", trusted)
		}
		_, err = h.Shop.Till.TicketKind(ctx, mislaid)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyTicketUnknown)
		_, err = h.Shop.Till.TicketKind(ctx, kept)
		h.Must(err)
		_, err = registers.ConnectTablet(ctx, kiosktest.Organizer, register, p.Code)
		h.WantKey(err, kiosk.Conflict, kiosk.KeyCodeUsed)

		wantPaired(h, made)
	})
}

func wantPaired(h *kiosktest.Installation, made kiosk.Device) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) error {
		told, err := r.Events(kiosk.OfficeStream, 0, 1000)
		if err != nil {
			return err
		}
		var found []kiosk.Event
		for _, e := range told {
			if e.Kind == "device.pair" {
				found = append(found, e)
			}
		}
		if len(found) != 1 || found[0].Actor != kiosktest.Organizer.User || found[0].Subject != made.Register ||
			kiosk.ReadTrace(found[0].Data).After["Device"] != made.ID {
			h.T.Errorf("the trail has %+v", found)
		}
		return nil
	}))
}

// TestTabletCode_refused: what is no code of a waiting tablet, and who may not, change nothing.
func TestTabletCode_refused(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, register, registers := context.Background(), h.Actor.Register, h.Shop.Office.Registers
		display, _ := waiting(h, kiosk.Display)
		tablet, secret := waiting(h, kiosk.Tablet)
		reader := kiosk.OfficeActor{User: "reader", Role: kiosk.Viewer}
		before := h.Records.Rows()
		for _, c := range []struct {
			by             kiosk.OfficeActor
			register, code string
			want           kiosk.Code
			key            string
		}{
			{kiosktest.Organizer, register, "ABC", kiosk.Invalid, kiosk.KeyCodeForm},
			{kiosktest.Organizer, register, "00000000", kiosk.NotFound, kiosk.KeyCodeUnknown},
			{kiosktest.Organizer, register, display.Code, kiosk.Invalid, kiosk.KeyCodeOfDisplay},
			{kiosktest.Organizer, "elsewhere", tablet.Code, kiosk.NotFound, string(kiosk.NotFound)},
			{kiosktest.Stranger, register, tablet.Code, kiosk.NotFound, string(kiosk.NotFound)},
			{reader, register, tablet.Code, kiosk.Forbidden, string(kiosk.Forbidden)},
		} {
			_, err := registers.PeekTablet(ctx, c.by, c.register, c.code)
			h.WantKey(err, c.want, c.key)
			_, err = registers.ConnectTablet(ctx, c.by, c.register, c.code)
			h.WantKey(err, c.want, c.key)
		}
		_, err := h.Shop.Till.PeekPairing(ctx, tablet.Code)
		h.WantKey(err, kiosk.Invalid, kiosk.KeyCodeOfTablet)
		_, err = h.Shop.Till.Pair(ctx, h.Actor, tablet.Code)
		h.WantKey(err, kiosk.Invalid, kiosk.KeyCodeOfTablet)
		_, err = h.Shop.Till.Pairing(ctx, kiosk.Display, secret)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyCodeUnknown)
		h.Records.Unchanged("refused codes", before)

		time.Sleep(5*time.Minute - time.Second)
		if _, err := registers.PeekTablet(ctx, kiosktest.Organizer, register, tablet.Code); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		time.Sleep(time.Second)
		_, err = registers.ConnectTablet(ctx, kiosktest.Organizer, register, tablet.Code)
		h.WantKey(err, kiosk.Gone, kiosk.KeyCodeExpired)
		_, err = h.Shop.Till.Pairing(ctx, kiosk.Tablet, secret)
		h.WantKey(err, kiosk.Gone, kiosk.KeyCodeExpired)
		if _, err := h.Shop.Till.Device(ctx, secret); kiosk.KeyOf(err) != kiosk.KeyDeviceUnknown {
			t.Errorf("the tablet is %v", err)
		}
	})
}

// TestTabletCode_bounded: strangers may ask as often as they like; no more than the newest codes are
// kept, whatever they are for, and they are forgotten a day after their end.
func TestTabletCode_bounded(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		first, _ := waiting(h, kiosk.Tablet)
		for i := range kiosk.MostPairings + 20 {
			time.Sleep(10 * time.Millisecond)
			waiting(h, []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display}[i%2])
		}
		newest, secret := waiting(h, kiosk.Tablet)
		if n := h.Records.Rows()["pairing"]; n != strconv.Itoa(kiosk.MostPairings) {
			t.Errorf("%s codes are kept, want %d", n, kiosk.MostPairings)
		}
		_, err := h.Shop.Office.Registers.PeekTablet(ctx, kiosktest.Organizer, h.Actor.Register, first.Code)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyCodeUnknown)
		_, err = h.Shop.Office.Registers.PeekTablet(ctx, kiosktest.Organizer, h.Actor.Register, newest.Code)
		h.Must(err)
		for _, after := range []struct {
			time.Duration
			code kiosk.Code
			key  string
		}{
			{24*time.Hour + 4*time.Minute, kiosk.Gone, kiosk.KeyCodeExpired},
			{time.Minute, kiosk.NotFound, string(kiosk.NotFound)},
		} {
			time.Sleep(after.Duration)
			_, err := h.Store.Purge(ctx)
			h.Must(err)
			_, err = h.Shop.Till.Pairing(ctx, kiosk.Tablet, secret)
			h.WantKey(err, after.code, after.key)
		}
	})
}
