package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestOffice(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		olivia := kiosk.User{
			ID: h.id("olivia"), Name: "Olivia@Example.org ", Role: kiosk.Organizer, PasswordHash: "p", Factor: []byte{1, 2},
			Recovery: []string{"a", ""}, Browsers: []string{"b"}, Sessions: 3, Created: noon,
		}
		max := kiosk.User{ID: h.id("max"), Name: "Max", Role: kiosk.Manager, Stall: "s", Created: noon + 1}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			if err := tx.PutUser(olivia); err != nil {
				return err
			}
			return tx.PutUser(max)
		})
		max.Name = " OLIVIA@example.ORG"
		h.refused(kiosk.Conflict, kiosk.KeyUserTaken, kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutUser(max) })
		max.Name = "Maxine"
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutUser(max) })
		h.look(func(r kiosk.Reader) error {
			found, err := r.UserByName("olivia@example.org")
			if err != nil || cmp.Diff(olivia, found) != "" {
				t.Errorf("by name: %v, %s", err, cmp.Diff(olivia, found))
			}
			if _, err := r.UserByName("max"); kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("by the name of before: %v", err)
			}
			all, err := r.Users()
			if len(all) != 2 {
				t.Errorf("%d people, %v", len(all), err)
			}
			return err
		})
	})
}

func TestOffice_once(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		codes := []kiosk.OneTimeCode{
			{Hash: "1", Kind: kiosk.CodeForSetup, Expires: noon},
			{Hash: "2", Kind: kiosk.CodeForPassword, User: "a", Expires: noon},
			{Hash: "3", Kind: kiosk.CodeForPassword, User: "b", Expires: noon},
			{Hash: "4", Kind: kiosk.CodeForPassword, User: "a", Expires: noon},
		}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for _, c := range codes {
				if err := tx.PutOneTimeCode(c); err != nil {
					return err
				}
			}
			codes[2].Used = noon
			return tx.PutOneTimeCode(codes[2])
		})
		h.look(func(r kiosk.Reader) error {
			for i, want := range codes {
				got, err := r.OneTimeCode(want.Hash)
				if replaced := i == 1; replaced != (kiosk.CodeOf(err) == kiosk.NotFound) || (!replaced && got != want) {
					t.Errorf("code %s: %+v, %v", want.Hash, got, err)
				}
			}
			return nil
		})
	})
}

func TestOffice_houseAndTries(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.look(func(r kiosk.Reader) error {
			if got, err := r.OfficeSettings(); err != nil || cmp.Diff(kiosk.OfficeSettings{}, got) != "" {
				t.Errorf("a new house is %+v, %v", got, err)
			}
			if _, err := r.OfficeTries("x"); kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("tries: %v", err)
			}
			return nil
		})
		set := kiosk.OfficeSettings{PublicURL: "https://x", Key: kiosk.GatewayKey{Sealed: []byte{9}, Last: "last"}}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for range 2 {
				if err := tx.PutOfficeSettings(set); err != nil {
					return err
				}
				if err := tx.PutOfficeTries("x", kiosk.Tries{InRow: 3}); err != nil {
					return err
				}
			}
			return nil
		})
		h.look(func(r kiosk.Reader) error {
			house, err := r.OfficeSettings()
			if err != nil || cmp.Diff(set, house) != "" {
				t.Errorf("house %+v, %v", house, err)
			}
			tries, err := r.OfficeTries("x")
			if err != nil || tries.InRow != 3 {
				t.Errorf("tries %+v, %v", tries, err)
			}
			return nil
		})
	})
}
