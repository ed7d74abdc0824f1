package kiosktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// wallTold is a frame of the wall.
type wallTold struct {
	Epoch string
	Count int
	Sum   int64
	Tiles []struct {
		ID   string
		V    int64
		HTML string
	}
	Order []string
	Head  string
}

// wallView is a browser that looks at the wall: it applies frames as handlers/doc.go says and holds
// every frame against its count and sum.
type wallView struct {
	*socket
	Tiles map[string]string
	Known map[string]int64
	Order []string
	Head  string
}

// Wall opens the socket of the wall.
func (d *Device) Wall() *wallView {
	d.T.Helper()
	return &wallView{socket: d.Live("/office/wall/live"), Tiles: map[string]string{}, Known: map[string]int64{}}
}

// Next applies one frame.
func (v *wallView) Next() wallTold {
	v.t.Helper()
	if err := v.Conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		v.t.Fatal(err)
	}
	_, raw, err := v.Conn.ReadMessage()
	if err != nil {
		v.t.Fatal(err)
	}
	var f wallTold
	if err := json.Unmarshal(raw, &f); err != nil {
		v.t.Fatal(err)
	}
	for _, one := range f.Tiles {
		if one.V <= v.Known[one.ID] {
			v.t.Errorf("version %d of %s after %d", one.V, one.ID, v.Known[one.ID])
		}
		v.Tiles[one.ID], v.Known[one.ID] = one.HTML, one.V
	}
	if f.Order != nil {
		v.Order = f.Order
		for id := range v.Known {
			if !slices.Contains(f.Order, id) {
				delete(v.Tiles, id)
				delete(v.Known, id)
			}
		}
	}
	if f.Head != "" {
		v.Head = f.Head
	}
	var sum int64
	for _, version := range v.Known {
		sum += version
	}
	if len(v.Known) != f.Count || sum != f.Sum || len(v.Order) != f.Count {
		v.t.Errorf("the page has %d tiles, sum %d, order of %d; the frame says %d and %d", len(v.Known), sum, len(v.Order), f.Count, f.Sum)
	}
	return f
}

// Until applies frames until the tile of a register shows words in an element that matches the selector.
func (v *wallView) Until(register, selector, words string) {
	v.t.Helper()
	for began := time.Now(); !v.Tile(register).Says(selector, words); v.Next() {
		if time.Since(began) > Patience {
			v.t.Fatalf("never %q in %s of %s", words, selector, v.Tiles[register])
		}
	}
}

// Tile reads the tile of a register.
func (v *wallView) Tile(register string) *markup.Page {
	v.t.Helper()
	return markup.Parse(v.t, v.Tiles[register])
}

// Sum is what the head of the wall says under a name, "" if it has no such name.
func (v *wallView) Sum(name string) string {
	v.t.Helper()
	for _, one := range markup.Parse(v.t, v.Head).All(".sums div") {
		if one.Text("dt") == name {
			return one.Text("dd")
		}
	}
	return ""
}

// Pays pays so many links at the gateway.
func (f *Fairground) Pays(n int) {
	f.T.Helper()
	for range 300 {
		for _, l := range f.Play.Links() {
			if l.Status == "Unused" && n > 0 {
				f.Must(f.Play.Pay(l.ID))
				n--
			}
		}
		if n == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	f.T.Fatalf("%d links were not made", n)
}

// Cookie sets a cookie.
func (d *Device) Cookie(name, value string) {
	d.T.Helper()
	at, err := url.Parse(d.Base)
	if err != nil {
		d.T.Fatal(err)
	}
	d.Client.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// Told posts what a script posts and wants a status.
func (d *Device) Told(path string, form url.Values, want int) {
	d.T.Helper()
	if status, body := d.Ask(http.MethodPost, path, "application/json", form); status != want {
		d.T.Errorf("POST %s %v: %d, want %d\n%.200s", path, form, status, want, body)
	}
}
