package handlers_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

// Whatever is wrong in a form of a stall is said beside its field, what was typed stays, and nothing
// at all is stored.
func TestOffice_stallForms(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	id := b.Stalls[0].ID
	selling := map[string]string{"first": "en", "region": "de", "zone": "Europe/Berlin", "lapse": "10"}
	item := map[string]string{"name": "Bun", "amount": "1.20"}
	for _, c := range []struct {
		page, field, value, wrong string
		rest                      map[string]string
	}{
		{"/look", "name", "", "name", nil},
		{"/look", "name", strings.Repeat("ü", 81), "name", nil},
		{"/look", "name", "a\u202eb", "name", nil},
		{"/look", "place", "a\x00b", "place", map[string]string{"name": "n"}},
		{"/look", "tagline", strings.Repeat("x", 81), "tagline", map[string]string{"name": "n"}},
		{"/look", "accent", "red", "accent", map[string]string{"name": "n"}},
		{"/look", "accent", "#12345g", "accent", map[string]string{"name": "n"}},
		{"/selling", "vat", "7,777", "vat", selling},
		{"/selling", "vat", "-1", "vat", selling},
		{"/selling", "vat", "1e1", "vat", selling},
		{"/selling", "vat", "100", "vat", selling},
		{"/selling", "limit", "1.234", "limit", selling},
		{"/selling", "limit", "99999999999999999999", "limit", selling},
		{"/selling", "limit", "-5", "limit", selling},
		{"/selling", "strictabove", "x", "strictabove", selling},
		{"/selling", "lapse", "1", "lapse", selling},
		{"/selling", "lapse", "61", "lapse", selling},
		{"/selling", "lapse", "", "lapse", selling},
		{"/selling", "tippercents", "5 10 15 20", "tippercents", selling},
		{"/selling", "tippercents", "10 5", "tippercents", selling},
		{"/selling", "tippercents", "5.5", "tippercents", selling},
		{"/selling", "tippercents", "0", "tippercents", selling},
		{"/selling", "tippercents", "51", "tippercents", selling},
		{"/selling", "tipsums", "1 1", "tipsums", selling},
		{"/selling", "tipsums", "0.05", "tipsums", selling},
		{"/selling", "tipsums", "1.234", "tipsums", selling},
		{"/selling", "tipsums", "x", "tipsums", selling},
		{"/selling", "first", "xx", "first", selling},
		{"/selling", "region", "<script>", "region", selling},
		{"/selling", "zone", "Mars/Olympus", "zone", selling},
		{"/selling", "zone", "../../etc/passwd", "zone", selling},
		{"/selling", "zone", "Local", "zone", selling},
		{"/selling", "vatnumber", "DE<b>", "vatnumber", selling},
		{"/selling", "seller", strings.Repeat("x", 161), "seller", selling},
		{"/selling", "pinlength", "3", "pinlength", selling},
		{"/selling", "pinlength", "0", "pinlength", selling},
		{"/selling", "pinlength", "six", "pinlength", selling},
		{"/selling", "reasons", "Regular\nRegular", "reasons", map[string]string{"first": "de", "lapse": "10", "pinlength": "6"}},
		{"/items", "name", "", "name", map[string]string{"amount": "1.20"}},
		{"/items", "amount", "1.234", "amount", item},
		{"/items", "amount", "0,00", "amount", item},
		{"/items", "amount", "", "amount", item},
		{"/items", "vat", "x", "vat", item},
		{"/items", "colour", "mauve", "colour", item},
		{"/items", "order", "-1", "order", item},
		{"/terms", "token-1", "", "token-1", map[string]string{"percent-1": "5", "do": "save"}},
		{"/terms", "token-1", "a b", "token-1", map[string]string{"percent-1": "5", "do": "save"}},
		{"/terms", "percent-1", "", "percent-1", map[string]string{"token-1": "a", "do": "save"}},
		{"/terms", "percent-1", "101", "percent-1", map[string]string{"token-1": "a", "do": "save"}},
		{"/terms", "percent-2", "50,01", "percent-2", map[string]string{"token-1": "a", "percent-1": "50", "token-2": "b", "do": "save"}},
		{"/terms", "token-2", "a", "token-2", map[string]string{"token-1": "a", "percent-1": "5", "percent-2": "5", "do": "save"}},
		{"/terms", "fixed-1", "1.234", "fixed-1", map[string]string{"token-1": "a", "do": "save"}},
		{"/terms", "amount", "x", "amount", map[string]string{"do": "preview"}},
	} {
		before := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), id))(t)
		form := url.Values{c.field: {c.value}}
		for k, v := range c.rest {
			if k != c.field {
				form.Set(k, v)
			}
		}
		b.Later(time.Second)
		a := g.Ask("POST", "/office/stalls/"+id+c.page, form)
		if page := a.Page(t); a.Status != http.StatusUnprocessableEntity || !page.Has("#wrong-"+c.wrong) {
			t.Errorf("%s %s=%.20q: %d, nothing beside %s in %.300s", c.page, c.field, c.value, a.Status, c.wrong, page)
		}
		if after := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), id))(t); !sameStall(before, after) {
			t.Errorf("%s %s=%.20q was half stored: %+v", c.page, c.field, c.value, after)
		}
		if items := kiosktest.Sure(b.Shop.Office.Catalogue.Items(t.Context(), id))(t); len(items) > 0 {
			t.Errorf("%s %s=%.20q stored an item", c.page, c.field, c.value)
		}
	}
}

func sameStall(a, b kiosk.Stall) bool {
	return a.Name == b.Name && a.Accent == b.Accent && a.VAT == b.VAT && a.Zone == b.Zone && a.Limit == b.Limit &&
		a.Seller == b.Seller && a.LapseAfter == b.LapseAfter && len(a.SplitTerms) == len(b.SplitTerms) && len(a.TipPercents) == len(b.TipPercents) && len(a.TipSums) == len(b.TipSums) && a.Tagline == b.Tagline
}

// What is right is stored, shown again, and written down with before and after, who and from where.
func TestOffice_stallIsChanged(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	id := b.Stalls[0].ID
	at := "/office/stalls/" + id
	g.Post(at+"/look", "name", "Brot & <b>Kuchen</b>", "accent", "#aa3300", "tagline", "=1+1", "role", "admin", "ID", "x").Want(t, "the look", 303, at)
	page := g.Get(at).Page(t)
	if page.Attr("#f-name", "value") != "Brot & <b>Kuchen</b>" || page.Text(".title a") != "Brot & <b>Kuchen</b>" || page.Has("main b") {
		t.Errorf("the name is not shown as text: %.300s", page)
	}
	g.Post(at+"/selling", "first", "de", "lang-fr", "yes", "region", "de", "zone", "Europe/Vienna", "lapse", "5", "limit", "500",
		"strictabove", "99,50", "vat", "5,5", "seller", "Lind, Markt 1", "vatnumber", "DE 123", "tip", "yes", "tippercents", "3 % 7; 12", "tipsums", "0,20 1",
		"pinlength", "5", "callsup", "yes", "reasons", " Stammgast \r\n\r\nBruch  von gestern\r\n").Want(t, "selling", 303, at+"/selling")
	s := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), id))(t)
	if strings.Join(s.Languages, " ") != "de fr" || s.Limit != 50000 || s.StrictAbove != 9950 || s.VAT != 550 || !s.AsksTip || s.LapseAfter != 300_000 || s.Zone != "Europe/Vienna" {
		t.Errorf("stored %+v", s)
	}
	if !slices.Equal(s.TipPercents, []int64{3, 7, 12}) || !slices.Equal(s.TipSums, []kiosk.Money{20, 100}) {
		t.Errorf("tips %v and %v", s.TipPercents, s.TipSums)
	}
	if s.PINDigits() != 5 || !s.CallsUp || !slices.Equal(s.Reasons, []string{"Stammgast", "Bruch von gestern"}) {
		t.Errorf("PINs of %d, calls up %v, reasons %q", s.PINDigits(), s.CallsUp, s.Reasons)
	}
	if page := g.Get(at + "/selling").Page(t); page.Attr("[name=tippercents]", "value") != "3 7 12" || page.Attr("[name=tipsums]", "value") != "0,20 1,00" {
		t.Error("the tips are not shown as they were typed")
	}
	g.Post(at+"/items", "name", "Rye", "amount", "3,50", "vat", "7", "category", "Bread", "order", "10").Want(t, "an item", 303, at+"/items")
	g.Post(at+"/terms", "name-1", "Lind", "token-1", "lind", "percent-1", "89", "do", "save").Want(t, "terms", 303, at+"/terms")
	if says := g.Get(at + "/terms").Page(t).Text("[aria-labelledby=preview] .big"); !strings.Contains(says, "Lind gets 8,90") || !strings.Contains(says, "you get 1,10") {
		t.Errorf("the preview says %s", says)
	}
	if a := g.Post(at+"/terms", "name-1", "Lind", "token-1", "lind", "fixed-1", "0,30", "percent-1", "1", "do", "preview"); a.Status != 200 || !a.Page(t).Says("h2#preview", "not saved yet") {
		t.Errorf("a preview: %d", a.Status)
	}
	if s := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), id))(t); len(s.SplitTerms) != 1 || s.SplitTerms[0].Percent != 8900 || s.SplitTerms[0].Fixed != 0 {
		t.Errorf("a preview was stored: %+v", s.SplitTerms)
	}
	trail := g.Get("/office/trail?q=stall.change").Page(t)
	for want, where := range map[string]string{
		"Bakery": "del", "#aa3300": "ins", "Europe/Vienna": "ins", "Lind: 89.00% + 0.00 EUR": "ins", "127.0.0.1": "div > .soft", g.Name: "div > .soft",
	} {
		if !trail.Says(".trail li "+where, want) {
			t.Errorf("the trail does not tell %q: %.900s", want, trail)
		}
	}
	for _, q := range []string{"?q=" + strings.Repeat("x", 10_000), "?from=2026-02-31", "?from=2026-03-02&to=2026-03-01", "?to=9999-99-99"} {
		if a := g.Get("/office/trail" + q); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a search for %.20s: %d", q, a.Status)
		}
	}
	if a := g.Get("/office/trail?before=-1"); a.Status != http.StatusBadRequest {
		t.Errorf("page -1: %d", a.Status)
	}
	m := b.Manager(1)
	m.Get("/office/trail").Want(t, "the trail for a manager", 403, "")
	m.Get(at+"/selling").Want(t, "a foreign stall", 404, "")
}

// Uploads are told by what they are, and served as what we made of them.
func TestOffice_uploads(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	at := "/office/stalls/" + b.Stalls[0].ID
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 700, 100))); err != nil {
		t.Fatal(err)
	}
	send := func(path, field, name string, raw []byte, more ...string) kiosktest.Answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		part, err := w.CreateFormFile(field, name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(raw)
		for i := 0; i+1 < len(more); i += 2 {
			w.WriteField(more[i], more[i+1])
		}
		w.Close()
		r, err := http.NewRequestWithContext(context.Background(), "POST", b.Web.URL+path, &body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return g.Do(r)
	}
	for name, raw := range map[string][]byte{
		"logo.svg": []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "../../x.png": []byte("<html>"),
		"a.png": nil, "CON": []byte("PK\x03\x04"),
	} {
		if a := send(at+"/logo", "logo", name, raw); a.Status != http.StatusUnprocessableEntity || !a.Page(t).Has("#wrong-logo") {
			t.Errorf("%s: %d", name, a.Status)
		}
	}
	if a := send(at+"/logo", "logo", "big.png", make([]byte, 3<<20)); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("three megabytes: %d", a.Status)
	}
	send(at+"/logo", "logo", "../../etc/passwd\u202egnp.exe", logo.Bytes()).Want(t, "a logo under an odd name", 303, at)
	s := kiosktest.Sure(b.Shop.Kernel.Stall(t.Context(), b.Stalls[0].ID))(t)
	if s.Logo == "" || s.LogoWidth != 512 || s.LogoHeight != 73 {
		t.Fatalf("the logo is %+v", s)
	}
	a := b.Desktop().Get("/picture/" + s.Logo)
	if a.Status != 200 || a.Header.Get("Content-Type") != "image/png" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the logo is served with %d %v", a.Status, a.Header)
	}
	send(at+"/pictures", "picture", "p.png", logo.Bytes(), "about", "Loaves").Want(t, "a picture", 303, at)
	if a := send(at+"/pictures", "picture", "p.png", logo.Bytes(), "about", ""); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a picture of nothing: %d", a.Status)
	}
	g.Post(at+"/logo").Want(t, "no logo", 303, at)
	b.Desktop().Get("/picture/"+s.Logo).Want(t, "the logo of before", 404, "")
}

// People of the office are invited, helped and removed by forms, and a code is shown once.
func TestOffice_people(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	for _, role := range []string{"", "cashier", "manager", "manager ", "manager nobody", "admin"} {
		b.Later(time.Second)
		if a := g.Post("/office/people", "name", "Max", "role", role); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusNotFound {
			t.Errorf("role %q: %d", role, a.Status)
		}
	}
	if a := g.Post("/office/people", "name", strings.ToUpper(g.Name), "role", "organizer"); a.Status != http.StatusConflict {
		t.Errorf("a name that is taken: %d", a.Status)
	}
	if all := kiosktest.Sure(b.Shop.Office.Users.All(t.Context()))(t); len(all) != 1 {
		t.Fatalf("%d people", len(all))
	}
	code := g.Post("/office/people", "name", "Max", "role", "manager "+b.Stalls[1].ID).Want(t, "an invitation", 200, "").Page(t).Text(".big.secret")
	if code == "" || strings.Contains(g.Get("/office/people").Body, code) {
		t.Fatalf("the code is %q, or shown again", code)
	}
	m := b.Desktop()
	b.Later(time.Minute)
	m.Arrive("Max", code)
	m.Get("/office/stalls/"+b.Stalls[1].ID).Want(t, "the own stall", 200, "")
	id := b.LoginOf("Max")
	help := g.Post("/office/people/help", "id", id, "lost", "").Want(t, "help", 200, "").Page(t).Text(".big.secret")
	m.Get("/office").Want(t, "whoever is helped is signed out", 303, "/office/signin")
	if once, _, err := b.Shop.Office.Users.NewOneTimeCode(t.Context(), help); err != nil || once.Kind != kiosk.CodeForPassword {
		t.Errorf("the code is for %+v, %v", once, err)
	}
	if a := g.Post("/office/people/remove", "id", b.LoginOf(g.Name)); a.Status != http.StatusConflict {
		t.Errorf("removing oneself: %d", a.Status)
	}
	g.Post("/office/people/remove", "id", id).Want(t, "removal", 303, "/office/people")
	if _, _, err := b.Shop.Office.Users.NewOneTimeCode(t.Context(), help); kiosk.CodeOf(err) != kiosk.Gone {
		t.Errorf("the code of who was removed: %v", err)
	}
	if trail := g.Get("/office/trail"); strings.Contains(trail.Body, "Max") || !trail.Page(t).Says(".trail p > span", office.Pseudonym(id)) {
		t.Error("the trail still knows the name, or has no pseudonym")
	}
}

// The settings of the house: an address is stored once our own server answered by it, days have
// bounds, and a key is not the office's where there is no taker.
func TestOffice_house(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	for _, address := range []string{"kiosk.example", "ftp://x", "https://u:p@x", "https://x/path", "http://127.0.0.1:1", "javascript:alert(1)"} {
		b.Later(time.Second)
		if a := g.Post("/office/house/address", "address", address); a.Status != http.StatusUnprocessableEntity || !a.Page(t).Has("#wrong-address") {
			t.Errorf("%s: %d", address, a.Status)
		}
	}
	g.Post("/office/house/address", "address", b.Web.URL+"/").Want(t, "our own address", 303, "/office/house")
	if h := kiosktest.Sure(b.Shop.Kernel.OfficeSettings(t.Context()))(t); h.PublicURL != b.Web.URL {
		t.Errorf("stored %q", h.PublicURL)
	}
	b.Desktop().Get("/probe/anything").Want(t, "a probe of somebody else", 404, "")
	for _, days := range []string{"0", "-1", "x", "4001", "29"} {
		if a := g.Post("/office/house/days", "inbox", "30", "notes", "30", "keys", days); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s days: %d", days, a.Status)
		}
	}
	g.Post("/office/house/days", "inbox", "14", "notes", "200", "keys", "60").Want(t, "days", 303, "/office/house")
	if a := g.Post("/office/house/key", "key", "a-key-of-somebody"); a.Status != http.StatusConflict || strings.Contains(a.Body, "a-key-of") {
		t.Errorf("a key: %d", a.Status)
	}
	g.Post("/office/house/told").Want(t, "the notice", 303, "/office/house")
	if h := kiosktest.Sure(b.Shop.Kernel.OfficeSettings(t.Context()))(t); h.Retention != (kiosk.Retention{Inbox: 14, Notes: 200, Keys: 60}) || h.DisclaimerConfirmed == 0 {
		t.Errorf("stored %+v", h)
	}
}
