package handlers_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// TestSelfTest: one command, answered by the webhook's own way, the till and the display; only all
// of them in time are green.
func TestSelfTest(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		before := sold(h)
		if r := g.Script(counterview.PathTest); r.Status != http.StatusOK || r.Screen(t).Attr("#test", "data-ask") == "" {
			t.Fatalf("answered %d %s", r.Status, r.Body)
		}
		test := h.Till().Test
		if test.Hook != kiosk.HookCame || test.Over(test.Started) || test.Good() {
			t.Fatalf("after the webhook alone: %+v", test)
		}
		if h.Display().Test != test.ID {
			t.Error("the display is not asked")
		}
		heard := []string{"test", test.ID, "sound", "on", "awake", "on", "clock", "-40"}
		for _, r := range []kiosktest.Response{g.Script(counterview.PathTestHeard, heard...), d.Script(counterview.PathDisplayHeard, heard...)} {
			if r.Status != http.StatusNoContent {
				t.Errorf("answered %d %s", r.Status, r.Body)
			}
		}
		test = h.Till().Test
		if !test.Good() || len(test.Displays()) != 1 || test.Took() >= 10_000 {
			t.Errorf("everything answered: %+v", test)
		}
		if page := g.Get(views.PathTill).Page(t); !page.Says("#test .verdict", "All is well") || !page.Says("#test .words li", "sent it itself") {
			t.Errorf("the till says %s", page.Text("#test"))
		}
		if after := sold(h); after != before {
			t.Errorf("the test made sales: %d, then %d", before, after)
		}
		h.Records.Sound()
	})
}

// sold counts the sales of the register.
func sold(h *kiosktest.Installation) int {
	h.T.Helper()
	return len(h.Till().Last)
}

func TestSelfTest_notGood(t *testing.T) {
	t.Run("late", func(t *testing.T) {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			g.Script(counterview.PathTest)
			test := h.Till().Test
			time.Sleep(11 * time.Second)
			g.Script(counterview.PathTestHeard, "test", test.ID, "sound", "on", "awake", "on", "clock", "0")
			if now := h.Till().Test; now.Till() != nil || now.Good() {
				t.Errorf("an answer that came late counts: %+v", now)
			}
			if page := g.Get(views.PathTill).Page(t); !page.Says("#test .verdict", "Not everything is well") {
				t.Errorf("the till says %s", page.Text("#test"))
			}
		})
	})
	t.Run("no sound and a wrong clock", func(t *testing.T) {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			g.Script(counterview.PathTest)
			g.Script(counterview.PathTestHeard, "test", h.Till().Test.ID, "sound", "off", "awake", "<b>", "clock", "240000")
			page := g.Get(views.PathTill).Page(t)
			for want, where := range map[string]string{"Not everything is well": ".verdict", "is off by 4": ".words li", "Sound is off": ".words li"} {
				if h.Till().Test.Good() || !page.Says("#test "+where, want) {
					t.Errorf("the till does not say %q but %s", want, page.Text("#test"))
				}
			}
		})
	})
	t.Run("the public address is somewhere else", func(t *testing.T) {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			h.Wires.Mu.Lock()
			public := h.Wires.Doors[kiosktest.ShopAddr]
			delete(h.Wires.Doors, kiosktest.ShopAddr)
			h.Wires.Doors["side.test:80"] = public
			h.Wires.Mu.Unlock()
			test, token, err := h.Shop.Till.BeginSelfTest(context.Background(), h.Actor, 0)
			h.Must(err)
			h.Must(h.Shop.Till.TestHookLost(context.Background(), h.Actor.Register, test.ID))
			if now := h.Till().Test; now.Hook != kiosk.HookLost || now.Good() || token == "" {
				t.Errorf("%+v", now)
			}
			h.Wires.Mu.Lock()
			h.Wires.Doors[kiosktest.ShopAddr] = public
			h.Wires.Mu.Unlock()
			if page := g.Get(views.PathTill).Page(t); !page.Says("#test .words li", "does not answer from here") {
				t.Errorf("the till says %s", page.Text("#test"))
			}
		})
	})
	t.Run("bad answers", func(t *testing.T) {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			g.Script(counterview.PathTest)
			id := h.Till().Test.ID
			for _, clock := range []string{"", "x", "1e9", "99999999999999999999"} {
				if r := g.Script(counterview.PathTestHeard, "test", id, "clock", clock); r.Status != http.StatusUnprocessableEntity {
					t.Errorf("clock %q: %d", clock, r.Status)
				}
			}
			g.Script(counterview.PathTestHeard, "test", "another", "clock", "0")
			if h.Till().Test.Till() != nil {
				t.Error("an answer to another test counts")
			}
		})
	})
}

// TestPictures: what the office adds is shown on the idle display and nothing else is.
func TestPictures(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, stall := context.Background(), h.Till().Stall.ID
		lind := kiosk.OfficeActor{User: "lind", Role: kiosk.Organizer}
		var b bytes.Buffer
		h.Must(png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))))
		p, err := h.Shop.Office.Pictures.Add(ctx, lind, stall, "Loaves", b.Bytes())
		h.Must(err)
		d := h.Customer()
		if page := d.Get(views.PathDisplay).Page(t); page.Count("#screen.idle img[src='/picture/"+p.ID+"'][alt=Loaves]") != 1 {
			t.Error("the display does not show it")
		}
		r := h.Guest().Get("/picture/" + p.ID)
		if r.Status != http.StatusOK || r.Body != b.String() || r.Header.Get("Content-Type") != "image/png" {
			t.Errorf("the picture: %d %v", r.Status, r.Header)
		}
		if r := h.Guest().Get("/picture/nothing"); r.Status != http.StatusNotFound {
			t.Errorf("an unknown picture: %d", r.Status)
		}
		for key, raw := range map[string][]byte{
			kiosk.KeyPictureKind: []byte("<svg onload=alert(1)>"),
			kiosk.KeyPictureSize: bytes.Repeat(b.Bytes(), 1+(kiosk.PictureBytes/b.Len())),
		} {
			if _, err := h.Shop.Office.Pictures.Add(ctx, lind, stall, "x", raw); kiosk.KeyOf(err) != key {
				t.Errorf("%s: %v", key, err)
			}
		}
		if _, err := h.Shop.Office.Pictures.Add(ctx, lind, stall, "", b.Bytes()); kiosk.KeyOf(err) != kiosk.KeyPictureName {
			t.Errorf("no name: %v", err)
		}
		if err := h.Shop.Office.Pictures.Remove(ctx, lind, "another", p.ID); kiosk.CodeOf(err) != kiosk.NotFound {
			t.Errorf("another stall's: %v", err)
		}
		h.Must(h.Shop.Office.Pictures.Remove(ctx, lind, stall, p.ID))
		if page := d.Get(views.PathDisplay).Page(t); page.Has("img[src^='/picture/']") || !page.Has("#screen.idle") {
			t.Error("a removed picture is still shown")
		}
	})
}

// TestTone: the sound of a register is chosen at its till and told to all its screens.
func TestTone(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		for _, tone := range append([]string{""}, kiosk.Tones...) {
			want := tone
			if r := g.Script(counterview.PathTone, "tone", tone); tone == "" {
				want = kiosk.Tones[0]
				if r.Status != http.StatusUnprocessableEntity {
					t.Errorf("no tone: %d", r.Status)
				}
			}
			for path, got := range map[string]string{
				views.PathTill:    g.Get(views.PathTill).Page(t).Attr("#devices", "data-tone"),
				views.PathDisplay: d.Get(views.PathDisplay).Page(t).Attr("#screen", "data-tone"),
			} {
				if got != want {
					t.Errorf("%s plays %q, want %q", path, got, want)
				}
			}
		}
	})
}

// TestPairing_scanned: a till that has scanned a display's code is shown the display's word, and
// nothing is bound before somebody agrees.
func TestPairing_scanned(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		p, _, err := h.Shop.Till.AskPairing(context.Background(), kiosk.Display, "test")
		h.Must(err)
		r := g.Get(counterview.PathPair + "?code=" + p.Code)
		if page := r.Page(t); r.Status != http.StatusOK || page.Attr("form[action='"+counterview.PathPairConfirm+"'] [name=code]", "value") != p.Code || !page.Has(".match.c-"+p.Match.Colour) {
			t.Errorf("answered %d %s", r.Status, r.Body)
		}
		if _, err := h.Shop.Till.PeekPairing(context.Background(), p.Code); err != nil {
			t.Errorf("looking at a code has used it up: %v", err)
		}
		if r := g.Get(counterview.PathPair + "?code=XXXX1111"); r.Status != http.StatusNotFound {
			t.Errorf("an unknown code: %d", r.Status)
		}
	})
}
