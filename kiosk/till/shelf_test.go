package till_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// offered tells what a page's tile says of an item: "" where it is on sale, else what stands in place of
// its price.
func offered(t *testing.T, g *kiosktest.Guest, item kiosk.Item, path string) string {
	t.Helper()
	page, tile := g.Get(path).Page(t), `li[data-item="`+item.ID+`"]`
	if page.Count(tile) != 1 {
		t.Fatalf("%s has no tile for %s", path, item.Name)
	}
	if !page.Has(tile + "[data-out]") {
		return ""
	}
	return page.Text(tile + " .price")
}

// rings counts what is rung for each stream.
type rings struct {
	kiosk.Bus
	mu  sync.Mutex
	all map[string]int
}

func (r *rings) Ring(stream string, version int64) {
	r.mu.Lock()
	r.all[stream]++
	r.mu.Unlock()
	r.Bus.Ring(stream, version)
}

func (r *rings) of(stream string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[stream]
}

// TestShelf: what is sold out is so on every till of the stall, until the stall's day ends or somebody
// takes it back; a cart that has it can be charged, and a plain form is told.
func TestShelf(t *testing.T) {
	heard := &rings{all: map[string]int{}}
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		bread, cake := sells(h, "Rye bread", 350), sells(h, "Apple cake", 400)
		g := h.Cashier()
		beside, err := h.Shop.Office.Registers.Add(ctx, h.Till().Stall.ID, "Beside", "Q7")
		h.Must(err)
		before, rung := h.Till().Office, heard.of(beside.ID)
		g.Script(counterview.PathSoldOut, "item", bread.ID, "out", "yes")
		if h.Till().Office == before || heard.of(beside.ID) == rung {
			t.Error("the other till of the stall hears nothing")
		}
		g.Script(counterview.PathSoldOut, "item", bread.ID, "out", "yes")
		for _, path := range []string{views.PathTill, counterview.PathItems} {
			if offered(t, g, bread, path) != "Sold out" || offered(t, g, cake, path) != "" {
				t.Errorf("%s says of bread %q and of cake %q", path, offered(t, g, bread, path), offered(t, g, cake, path))
			}
		}
		if r := g.Post(counterview.PathCharge, "item."+bread.ID, "1", "amount", "", "key", kiosktest.FreshKey()); r.Status != 422 {
			t.Errorf("a plain form charges what is sold out: %d", r.Status)
		}
		g.Script(counterview.PathCharge, "cents", "350", "lines", "1x350@"+bread.ID, "key", kiosktest.FreshKey())
		if s := h.Last(); s.Goods != 350 {
			t.Errorf("a cart that had it came to %v", s.Goods)
		}
		h.Free()

		g.Script(counterview.PathSoldOut, "item", bread.ID, "out", "no")
		if offered(t, g, bread, views.PathTill) != "" {
			t.Error("it is not sold again")
		}
		g.Script(counterview.PathSoldOut, "item", bread.ID, "out", "yes")
		edited := bread
		edited.Price = 360
		_, err = h.Shop.Office.Catalogue.Put(ctx, kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, edited)
		h.Must(err)
		if offered(t, g, bread, views.PathTill) == "" {
			t.Error("another price has brought it back")
		}
		time.Sleep(time.Duration(kiosk.DayEnds(h.Till().Stall.Zone, time.Now().UnixMilli())-time.Now().UnixMilli()) * time.Millisecond)
		g.SignIn()
		if offered(t, g, bread, views.PathTill) != "" {
			t.Error("the next day it is still sold out")
		}

		var kinds []string
		for _, e := range trail(h, kiosk.OfficeStream) {
			if e.Subject == bread.ID && e.Actor == h.Actor.Staff {
				kinds = append(kinds, e.Kind)
			}
		}
		if len(kinds) != 3 || kinds[0] != "item.out" || kinds[1] != "item.back" || kinds[2] != "item.out" {
			t.Errorf("the trail has %v", kinds)
		}
	}, func(h *kiosktest.Installation) {
		h.OverBus = func(b kiosk.Bus) kiosk.Bus {
			heard.Bus = b
			return heard
		}
	})
}

// TestShelf_othersItems: an item of another stall is none.
func TestShelf_othersItems(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		other := h.Seat(kiosk.Stall{Name: "Beside"}, "One", "Z1", "Zoe", "739164")
		bread := sells(h, "Rye bread", 350)
		h.WantKey(h.Shop.Till.Shelf.SetSoldOut(context.Background(), other, bread.ID, true), kiosk.NotFound, kiosk.KeyItemUnknown)
		h.WantKey(h.Shop.Till.Shelf.SetSoldOut(context.Background(), h.Actor, "nothing", true), kiosk.NotFound, kiosk.KeyItemUnknown)
	})
}
