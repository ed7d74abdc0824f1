package store

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestSelfTests(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := kiosk.SelfTest{ID: "t1", Register: reg, TokenHash: h.id("hash"), Started: noon, Until: noon + 10_000, Expects: 1}
		second := first
		second.ID, second.TokenHash, second.Hook = "t2", h.id("hash"), kiosk.HookCame
		second.Screens = []kiosk.ScreenProof{{Device: "d", Kind: kiosk.Display, At: noon + 5, Sound: "on", Clock: -3}}
		for _, one := range []kiosk.SelfTest{first, second} {
			h.must(reg, func(tx kiosk.Tx) error { return tx.PutSelfTest(one) })
		}
		h.look(func(r kiosk.Reader) error {
			got, err := r.SelfTest(reg)
			if diff := cmp.Diff(second, got); diff != "" {
				t.Error(diff)
			}
			if got, err := r.SelfTestByToken(second.TokenHash); err != nil || got.ID != "t2" {
				t.Errorf("by its token: %+v, %v", got, err)
			}
			for _, missing := range []func() (kiosk.SelfTest, error){
				func() (kiosk.SelfTest, error) { return r.SelfTestByToken(first.TokenHash) },
				func() (kiosk.SelfTest, error) { return r.SelfTest(reg2) },
			} {
				if _, err := missing(); kiosk.CodeOf(err) != kiosk.NotFound {
					t.Errorf("what is not there is %v", err)
				}
			}
			return err
		})
	})
}

func TestPictures(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		p := kiosk.Picture{ID: h.id("p"), Stall: stallID, Name: "Loaves", Kind: "image/png", Width: 3, Height: 2, At: noon}
		raw := []byte{0, 1, 2, 255}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutPicture(p, raw) })
		h.look(func(r kiosk.Reader) error {
			list, err := r.Pictures(stallID)
			if diff := cmp.Diff([]kiosk.Picture{p}, list); diff != "" {
				t.Error(diff)
			}
			if got, bytesOf, err := r.Picture(p.ID); err != nil || got != p || !bytes.Equal(bytesOf, raw) {
				t.Errorf("%+v %v %v", got, bytesOf, err)
			}
			return err
		})
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.RemovePicture(p.ID) })
		h.look(func(r kiosk.Reader) error {
			if _, _, err := r.Picture(p.ID); kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("a removed picture is %v", err)
			}
			return nil
		})
	})
}
