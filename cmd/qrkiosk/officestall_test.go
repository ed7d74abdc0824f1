package main

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

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

// Whatever is wrong in a form of a stall is said beside its field, what was typed stays, and nothing
// at all is stored.
func TestOffice_stallForms(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	id := b.stalls[0].ID
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
		before := sure(b.shop.Kernel.Stall(t.Context(), id))(t)
		form := url.Values{c.field: {c.value}}
		for k, v := range c.rest {
			if k != c.field {
				form.Set(k, v)
			}
		}
		b.later(time.Second)
		a := g.ask("POST", "/office/stalls/"+id+c.page, form)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="wrong-`+c.wrong+`"`) {
			t.Errorf("%s %s=%.20q: %d, nothing beside %s in %.300s", c.page, c.field, c.value, a.status, c.wrong, visible(a.body))
		}
		if after := sure(b.shop.Kernel.Stall(t.Context(), id))(t); !sameStall(before, after) {
			t.Errorf("%s %s=%.20q was half stored: %+v", c.page, c.field, c.value, after)
		}
		if items := sure(b.shop.Office.Catalogue.Items(t.Context(), id))(t); len(items) > 0 {
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
	b := newBureau(t)
	g := b.organizer()
	id := b.stalls[0].ID
	at := "/office/stalls/" + id
	g.post(at+"/look", "name", "Brot & <b>Kuchen</b>", "accent", "#aa3300", "tagline", "=1+1", "role", "admin", "ID", "x").want(t, "the look", 303, at)
	page := g.get(at)
	if !strings.Contains(page.body, "Brot &amp; &lt;b&gt;Kuchen&lt;/b&gt;") || strings.Contains(page.body, "<b>Kuchen") {
		t.Errorf("the name is not shown as text: %.300s", visible(page.body))
	}
	g.post(at+"/selling", "first", "de", "lang-fr", "yes", "region", "de", "zone", "Europe/Vienna", "lapse", "5", "limit", "500",
		"strictabove", "99,50", "vat", "5,5", "seller", "Lind, Markt 1", "vatnumber", "DE 123", "tip", "yes", "tippercents", "3 % 7; 12", "tipsums", "0,20 1").want(t, "selling", 303, at+"/selling")
	s := sure(b.shop.Kernel.Stall(t.Context(), id))(t)
	if strings.Join(s.Languages, " ") != "de fr" || s.Limit != 50000 || s.StrictAbove != 9950 || s.VAT != 550 || !s.AsksTip || s.LapseAfter != 300_000 || s.Zone != "Europe/Vienna" {
		t.Errorf("stored %+v", s)
	}
	if !slices.Equal(s.TipPercents, []int64{3, 7, 12}) || !slices.Equal(s.TipSums, []kiosk.Money{20, 100}) {
		t.Errorf("tips %v and %v", s.TipPercents, s.TipSums)
	}
	if page := g.get(at + "/selling"); !strings.Contains(page.body, `value="3 7 12"`) || !strings.Contains(page.body, `value="0,20 1,00"`) {
		t.Error("the tips are not shown as they were typed")
	}
	g.post(at+"/items", "name", "Rye", "amount", "3,50", "vat", "7", "category", "Bread", "order", "10").want(t, "an item", 303, at+"/items")
	g.post(at+"/terms", "name-1", "Lind", "token-1", "lind", "percent-1", "89", "do", "save").want(t, "terms", 303, at+"/terms")
	if page := g.get(at + "/terms"); !strings.Contains(page.body, "Lind gets 8,90") || !strings.Contains(page.body, "you get 1,10") {
		t.Errorf("the preview says %.900s", visible(page.body))
	}
	if a := g.post(at+"/terms", "name-1", "Lind", "token-1", "lind", "fixed-1", "0,30", "percent-1", "1", "do", "preview"); a.status != 200 || !strings.Contains(a.body, "not saved yet") {
		t.Errorf("a preview: %d", a.status)
	}
	if s := sure(b.shop.Kernel.Stall(t.Context(), id))(t); len(s.SplitTerms) != 1 || s.SplitTerms[0].Percent != 8900 || s.SplitTerms[0].Fixed != 0 {
		t.Errorf("a preview was stored: %+v", s.SplitTerms)
	}
	trail := g.get("/office/trail?q=stall.change")
	for _, want := range []string{"Bakery", "#aa3300", "Europe/Vienna", "Lind: 89.00% + 0.00 EUR", "127.0.0.1", g.name} {
		if !strings.Contains(trail.body, want) {
			t.Errorf("the trail does not tell %q", want)
		}
	}
	for _, q := range []string{"?q=" + strings.Repeat("x", 10_000), "?from=2026-02-31", "?from=2026-03-02&to=2026-03-01", "?to=9999-99-99"} {
		if a := g.get("/office/trail" + q); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a search for %.20s: %d", q, a.status)
		}
	}
	if a := g.get("/office/trail?before=-1"); a.status != http.StatusBadRequest {
		t.Errorf("page -1: %d", a.status)
	}
	m := b.manager(1)
	m.get("/office/trail").want(t, "the trail for a manager", 403, "")
	m.get(at+"/selling").want(t, "a foreign stall", 404, "")
}

// Uploads are told by what they are, and served as what we made of them.
func TestOffice_uploads(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	at := "/office/stalls/" + b.stalls[0].ID
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 700, 100))); err != nil {
		t.Fatal(err)
	}
	send := func(path, field, name string, raw []byte, more ...string) answer {
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
		r, err := http.NewRequestWithContext(context.Background(), "POST", b.web.URL+path, &body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return g.do(r)
	}
	for name, raw := range map[string][]byte{
		"logo.svg": []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "../../x.png": []byte("<html>"),
		"a.png": nil, "CON": []byte("PK\x03\x04"),
	} {
		if a := send(at+"/logo", "logo", name, raw); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="wrong-logo"`) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := send(at+"/logo", "logo", "big.png", make([]byte, 3<<20)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("three megabytes: %d", a.status)
	}
	send(at+"/logo", "logo", "../../etc/passwd\u202egnp.exe", logo.Bytes()).want(t, "a logo under an odd name", 303, at)
	s := sure(b.shop.Kernel.Stall(t.Context(), b.stalls[0].ID))(t)
	if s.Logo == "" || s.LogoWidth != 512 || s.LogoHeight != 73 {
		t.Fatalf("the logo is %+v", s)
	}
	a := b.desktop().get("/picture/" + s.Logo)
	if a.status != 200 || a.header.Get("Content-Type") != "image/png" || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the logo is served with %d %v", a.status, a.header)
	}
	send(at+"/pictures", "picture", "p.png", logo.Bytes(), "about", "Loaves").want(t, "a picture", 303, at)
	if a := send(at+"/pictures", "picture", "p.png", logo.Bytes(), "about", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a picture of nothing: %d", a.status)
	}
	g.post(at+"/logo").want(t, "no logo", 303, at)
	b.desktop().get("/picture/"+s.Logo).want(t, "the logo of before", 404, "")
}

// People of the office are invited, helped and removed by forms, and a code is shown once.
func TestOffice_people(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	for _, role := range []string{"", "cashier", "manager", "manager ", "manager nobody", "admin"} {
		b.later(time.Second)
		if a := g.post("/office/people", "name", "Max", "role", role); a.status != http.StatusUnprocessableEntity && a.status != http.StatusNotFound {
			t.Errorf("role %q: %d", role, a.status)
		}
	}
	if a := g.post("/office/people", "name", strings.ToUpper(g.name), "role", "organizer"); a.status != http.StatusConflict {
		t.Errorf("a name that is taken: %d", a.status)
	}
	if all := sure(b.shop.Office.Users.All(t.Context()))(t); len(all) != 1 {
		t.Fatalf("%d people", len(all))
	}
	page := g.post("/office/people", "name", "Max", "role", "manager "+b.stalls[1].ID).want(t, "an invitation", 200, "")
	code := codeIn(page.body)
	if code == "" || strings.Contains(g.get("/office/people").body, code) {
		t.Fatalf("the code is %q, or shown again", code)
	}
	m := b.desktop()
	b.later(time.Minute)
	m.arrive("Max", code)
	m.get("/office/stalls/"+b.stalls[1].ID).want(t, "the own stall", 200, "")
	id := b.loginOf("Max")
	help := codeIn(g.post("/office/people/help", "id", id, "lost", "").want(t, "help", 200, "").body)
	m.get("/office").want(t, "whoever is helped is signed out", 303, "/office/signin")
	if once, _, err := b.shop.Office.Users.NewOneTimeCode(t.Context(), help); err != nil || once.Kind != kiosk.CodeForPassword {
		t.Errorf("the code is for %+v, %v", once, err)
	}
	if a := g.post("/office/people/remove", "id", b.loginOf(g.name)); a.status != http.StatusConflict {
		t.Errorf("removing oneself: %d", a.status)
	}
	g.post("/office/people/remove", "id", id).want(t, "removal", 303, "/office/people")
	if _, _, err := b.shop.Office.Users.NewOneTimeCode(t.Context(), help); kiosk.CodeOf(err) != kiosk.Gone {
		t.Errorf("the code of who was removed: %v", err)
	}
	if trail := g.get("/office/trail"); strings.Contains(trail.body, "Max") || !strings.Contains(trail.body, office.Pseudonym(id)) {
		t.Error("the trail still knows the name, or has no pseudonym")
	}
}

func codeIn(page string) string {
	_, rest, ok := strings.Cut(page, `class="big secret"`)
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, ">")
	code, _, _ := strings.Cut(rest, "<")
	return strings.TrimSpace(code)
}

// The settings of the house: an address is stored once our own server answered by it, days have
// bounds, and a key is not the office's where there is no taker.
func TestOffice_house(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	for _, address := range []string{"kiosk.example", "ftp://x", "https://u:p@x", "https://x/path", "http://127.0.0.1:1", "javascript:alert(1)"} {
		b.later(time.Second)
		if a := g.post("/office/house/address", "address", address); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="wrong-address"`) {
			t.Errorf("%s: %d", address, a.status)
		}
	}
	g.post("/office/house/address", "address", b.web.URL+"/").want(t, "our own address", 303, "/office/house")
	if h := sure(b.shop.Kernel.OfficeSettings(t.Context()))(t); h.PublicURL != b.web.URL {
		t.Errorf("stored %q", h.PublicURL)
	}
	b.desktop().get("/probe/anything").want(t, "a probe of somebody else", 404, "")
	for _, days := range []string{"0", "-1", "x", "4001", "29"} {
		if a := g.post("/office/house/days", "inbox", "30", "notes", "30", "keys", days); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s days: %d", days, a.status)
		}
	}
	g.post("/office/house/days", "inbox", "14", "notes", "200", "keys", "60").want(t, "days", 303, "/office/house")
	if a := g.post("/office/house/key", "key", "a-key-of-somebody"); a.status != http.StatusConflict || strings.Contains(a.body, "a-key-of") {
		t.Errorf("a key: %d", a.status)
	}
	g.post("/office/house/told").want(t, "the notice", 303, "/office/house")
	if h := sure(b.shop.Kernel.OfficeSettings(t.Context()))(t); h.Retention != (kiosk.Retention{Inbox: 14, Notes: 200, Keys: 60}) || h.DisclaimerConfirmed == 0 {
		t.Errorf("stored %+v", h)
	}
}
