package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// TestSelfTest: one command, answered by the webhook's own way, the till and the display; only all
// of them in time are green.
func TestSelfTest(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		before := h.sold()
		if r := g.script(counterview.PathTest); r.status != http.StatusOK || !strings.Contains(r.body, `data-ask=`) {
			t.Fatalf("answered %d %s", r.status, r.body)
		}
		test := h.till().Test
		if test.Hook != kiosk.HookCame || test.Over(test.Started) || test.Good() {
			t.Fatalf("after the webhook alone: %+v", test)
		}
		if h.display().Test != test.ID {
			t.Error("the display is not asked")
		}
		heard := []string{"test", test.ID, "sound", "on", "awake", "on", "clock", "-40"}
		for _, r := range []response{g.script(counterview.PathTestHeard, heard...), d.script(counterview.PathDisplayHeard, heard...)} {
			if r.status != http.StatusNoContent {
				t.Errorf("answered %d %s", r.status, r.body)
			}
		}
		test = h.till().Test
		if !test.Good() || len(test.Displays()) != 1 || test.Took() >= 10_000 {
			t.Errorf("everything answered: %+v", test)
		}
		if page := g.get(views.PathTill).body; !strings.Contains(page, "All is well") || !strings.Contains(page, "sent it itself") {
			t.Error("the till does not say so")
		}
		if after := h.sold(); after != before {
			t.Errorf("the test made sales: %d, then %d", before, after)
		}
		h.sound()
	})
}

// sold counts the sales of the register.
func (h *house) sold() int {
	h.t.Helper()
	return len(h.till().Last)
}

func TestSelfTest_notGood(t *testing.T) {
	t.Run("late", func(t *testing.T) {
		inBubble(t, func(t *testing.T, h *house) {
			g := h.cashier()
			g.script(counterview.PathTest)
			test := h.till().Test
			time.Sleep(11 * time.Second)
			g.script(counterview.PathTestHeard, "test", test.ID, "sound", "on", "awake", "on", "clock", "0")
			if now := h.till().Test; now.Till() != nil || now.Good() {
				t.Errorf("an answer that came late counts: %+v", now)
			}
			if page := g.get(views.PathTill).body; !strings.Contains(page, "Not everything is well") {
				t.Error("the till does not say so")
			}
		})
	})
	t.Run("no sound and a wrong clock", func(t *testing.T) {
		inBubble(t, func(t *testing.T, h *house) {
			g := h.cashier()
			g.script(counterview.PathTest)
			g.script(counterview.PathTestHeard, "test", h.till().Test.ID, "sound", "off", "awake", "<b>", "clock", "240000")
			page := g.get(views.PathTill).body
			for _, want := range []string{"Not everything is well", "is off by 4", "Sound is off"} {
				if h.till().Test.Good() || !strings.Contains(page, want) {
					t.Errorf("the till does not say %q", want)
				}
			}
		})
	})
	t.Run("the public address is somewhere else", func(t *testing.T) {
		inBubble(t, func(t *testing.T, h *house) {
			g := h.cashier()
			h.wires.mu.Lock()
			public := h.wires.doors[shopAddr]
			delete(h.wires.doors, shopAddr)
			h.wires.doors["side.test:80"] = public
			h.wires.mu.Unlock()
			test, token, err := h.shop.Till.BeginSelfTest(context.Background(), h.actor, 0)
			h.must(err)
			h.must(h.shop.Till.TestHookLost(context.Background(), h.actor.Register, test.ID))
			if now := h.till().Test; now.Hook != kiosk.HookLost || now.Good() || token == "" {
				t.Errorf("%+v", now)
			}
			h.wires.mu.Lock()
			h.wires.doors[shopAddr] = public
			h.wires.mu.Unlock()
			if page := g.get(views.PathTill).body; !strings.Contains(page, "does not answer from here") {
				t.Error("the till does not say so")
			}
		})
	})
	t.Run("bad answers", func(t *testing.T) {
		inBubble(t, func(t *testing.T, h *house) {
			g := h.cashier()
			g.script(counterview.PathTest)
			id := h.till().Test.ID
			for _, clock := range []string{"", "x", "1e9", "99999999999999999999"} {
				if r := g.script(counterview.PathTestHeard, "test", id, "clock", clock); r.status != http.StatusUnprocessableEntity {
					t.Errorf("clock %q: %d", clock, r.status)
				}
			}
			g.script(counterview.PathTestHeard, "test", "another", "clock", "0")
			if h.till().Test.Till() != nil {
				t.Error("an answer to another test counts")
			}
		})
	})
}

// TestPictures: what the office adds is shown on the idle display and nothing else is.
func TestPictures(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx, stall := context.Background(), h.till().Stall.ID
		lind := kiosk.OfficeActor{User: "lind", Role: kiosk.Organizer}
		var b bytes.Buffer
		h.must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))))
		p, err := h.shop.Office.Pictures.Add(ctx, lind, stall, "Loaves", b.Bytes())
		h.must(err)
		d := h.customer()
		if page := d.get(views.PathDisplay).body; !strings.Contains(page, `src="/picture/`+p.ID+`"`) || !strings.Contains(page, `alt="Loaves"`) {
			t.Error("the display does not show it")
		}
		r := h.guest().get("/picture/" + p.ID)
		if r.status != http.StatusOK || r.body != b.String() || r.header.Get("Content-Type") != "image/png" {
			t.Errorf("the picture: %d %v", r.status, r.header)
		}
		if r := h.guest().get("/picture/nothing"); r.status != http.StatusNotFound {
			t.Errorf("an unknown picture: %d", r.status)
		}
		for key, raw := range map[string][]byte{
			kiosk.KeyPictureKind: []byte("<svg onload=alert(1)>"),
			kiosk.KeyPictureSize: bytes.Repeat(b.Bytes(), 1+(kiosk.PictureBytes/b.Len())),
		} {
			if _, err := h.shop.Office.Pictures.Add(ctx, lind, stall, "x", raw); kiosk.KeyOf(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
		if _, err := h.shop.Office.Pictures.Add(ctx, lind, stall, "", b.Bytes()); kiosk.KeyOf(err) != kiosk.KeyPictureName {
			t.Errorf("no name: %v", err)
		}
		if err := h.shop.Office.Pictures.Remove(ctx, lind, "another", p.ID); kiosk.CodeOf(err) != kiosk.NotFound {
			t.Errorf("another stall's: %v", err)
		}
		h.must(h.shop.Office.Pictures.Remove(ctx, lind, stall, p.ID))
		if page := d.get(views.PathDisplay).body; strings.Contains(page, "/picture/") {
			t.Error("a removed picture is still shown")
		}
	})
}

// TestTone: the sound of a register is chosen at its till and told to all its screens.
func TestTone(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		for _, tone := range append([]string{""}, kiosk.Tones...) {
			want := tone
			if r := g.script(counterview.PathTone, "tone", tone); tone == "" {
				want = kiosk.Tones[0]
				if r.status != http.StatusUnprocessableEntity {
					t.Errorf("no tone: %d", r.status)
				}
			}
			for _, page := range []string{g.get(views.PathTill).body, d.get(views.PathDisplay).body} {
				if !strings.Contains(page, `data-tone="`+want+`"`) {
					t.Errorf("a screen does not play %q", want)
				}
			}
		}
	})
}

// TestPairing_scanned: a till that has scanned a display's code is shown the display's word, and
// nothing is bound before somebody agrees.
func TestPairing_scanned(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		p, _, err := h.shop.Till.AskPairing(context.Background())
		h.must(err)
		r := g.get(counterview.PathPair + "?code=" + p.Code)
		if r.status != http.StatusOK || !strings.Contains(r.body, counterview.PathPairConfirm) || !strings.Contains(r.body, "c-"+p.Match.Colour) {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		if _, err := h.shop.Till.PeekPairing(context.Background(), p.Code); err != nil {
			t.Errorf("looking at a code has used it up: %v", err)
		}
		if r := g.get(counterview.PathPair + "?code=XXXX1111"); r.status != http.StatusNotFound {
			t.Errorf("an unknown code: %d", r.status)
		}
	})
}
