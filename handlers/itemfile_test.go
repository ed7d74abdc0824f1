package handlers_test

import (
	database "database/sql"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

// shelf is the catalogue of the first stall of a fairground, at the desk of its organizer.
type shelf struct {
	*kiosktest.Fairground
	stall  kiosk.Stall
	office *kiosktest.Device
	path   string
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	f := kiosktest.NewFairground(t, 6)
	c := &shelf{Fairground: f, office: f.SignedIn(t)}
	c.stall = kiosktest.Sure(f.Shop.Kernel.Stall(t.Context(), f.Registers[0].Stall))(t)
	c.path = "/office/stalls/" + c.stall.ID + "/items"
	return c
}

func (c *shelf) put(items ...kiosk.Item) {
	c.T.Helper()
	for _, i := range items {
		i.Stall = c.stall.ID
		_, err := c.Shop.Office.Catalogue.Put(c.T.Context(), kiosktest.Organizer, i)
		c.Must(err)
	}
}

func (c *shelf) items(t *testing.T) []kiosk.Item {
	t.Helper()
	return kiosktest.Sure(c.Shop.Office.Catalogue.Items(t.Context(), c.stall.ID))(t)
}

// held is every row of every table but those of sessions and tries to sign in.
func (c *shelf) held(t *testing.T) map[string]string {
	t.Helper()
	db, err := database.Open("sqlite", "file:"+filepath.Join(c.Dir, "qrkiosk.db")+"?mode=ro")
	c.Must(err)
	defer db.Close()
	all := map[string]string{}
	for _, table := range c.texts(db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		switch table {
		case "session", "lead":
		case "stream": // its version rises with what stores nothing too, as the duties of every minute do
			all[table] = strings.Join(c.texts(db, `SELECT id, seq, head FROM stream`), "\n")
		default:
			all[table] = strings.Join(c.texts(db, `SELECT * FROM "`+table+`"`), "\n")
		}
	}
	return all
}

// texts are the rows of a query, each as one text.
func (c *shelf) texts(db *database.DB, query string) (list []string) {
	c.T.Helper()
	rows, err := db.QueryContext(c.T.Context(), query)
	c.Must(err)
	defer rows.Close()
	columns, err := rows.Columns()
	c.Must(err)
	for rows.Next() {
		cells, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			at[i] = &cells[i]
		}
		c.Must(rows.Scan(at...))
		list = append(list, strings.Trim(fmt.Sprint(cells), "[]"))
	}
	c.Must(rows.Err())
	return list
}

// same fails the test if a table that was held before holds anything else now.
func (c *shelf) same(t *testing.T, what string, before map[string]string) {
	t.Helper()
	if len(before["item"]) == 0 || len(before["event"]) == 0 {
		t.Fatal("there is nothing to compare")
	}
	for table, rows := range c.held(t) {
		if before[table] != rows {
			t.Errorf("%s: %s was\n%.500s\nand is\n%.500s", what, table, before[table], rows)
		}
	}
}

// draftField is the field that holds the secret of a preview.
const draftField = "input[name=draft]"

// preview uploads a file that is right and returns the secret of its form.
func (c *shelf) preview(t *testing.T, file string) (draft string, page *markup.Page) {
	t.Helper()
	status, body := c.office.Upload(c.path+"/import", "file", "items.csv", []byte(file))
	page = markup.Parse(t, body)
	if status != http.StatusOK || page.Count(draftField) != 1 {
		t.Fatalf("the preview: %d %s", status, page)
	}
	return page.Attr(draftField, "value"), page
}

func (c *shelf) confirm(draft string, more ...string) (status int, page string) {
	form := url.Values{"draft": {draft}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return c.office.Ask(http.MethodPost, c.path+"/import/apply", "text/html", form)
}

// TestBadUpload_items answers each bad file of items as the list of bad inputs says (B146 to B154,
// B160); not one row of the database is another one afterwards.
func TestBadUpload_items(t *testing.T) {
	c := newShelf(t)
	c.put(kiosk.Item{Name: "Rye", Price: 350, VAT: 700, Order: 10}, kiosk.Item{Name: "Tea", Price: 200, Order: 20}, kiosk.Item{Name: "Tea", Price: 300, Order: 30})
	rye := c.items(t)[0].ID
	wide := "\xff\xfe"
	for _, u := range utf16.Encode([]rune("name,price\nRye,1.50\n")) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	const good = "name,price\nCake,1.50\n"
	before := c.held(t)
	for _, b := range []struct {
		name, file string
		status     int
		says       string
	}{
		{"B146 utf-16", wide, 422, "Line 1 is not UTF-8"},
		{"B146 windows-1252", good + "K\xe4se,2.00\n", 422, "Line 3 is not UTF-8"},
		{"B147 lone quote", good + "Bu\"n,1.50\n", 422, "In line 3, character 3"},
		{"B147 quoted newline", "name,price\n\"Ca\nke\",1.50\n", 422, "Line 2, name: An item needs a name"},
		{"B148 rows", "name,price\n" + strings.Repeat("A,1\n", 1_000_001), 422, "more than 20000 lines"},
		{"B148 items", "name,price\n" + strings.Repeat("A,1\n", 2001), 422, "more than 2000 lines"},
		{"B148 one cell", "name,price\n" + strings.Repeat("A", 5<<20-16), 422, "more than 2000 characters"},
		{"B148 too large", "name,price\n" + strings.Repeat("A", 6<<20), 413, ""},
		{"B149 missing", "name,vat\nCake,7\n", 422, "does not name these columns: price"},
		{"B149 double", "name,price,preis\nCake,1,2\n", 422, "names these columns twice: preis"},
		{"B149 unknown", "name,price,size\nCake,1,2\n", 422, "not known: size"},
		{"B150 ambiguous", good + "Bun,1.234\n", 422, "Line 3, price: “1.234” can be read in two ways"},
		{"B150 negative", good + "Bun,-1.50\n", 422, "Line 3, price: “-1.50” is not a price"},
		{"B150 nothing", good + "Bun,0.00\n", 422, "Line 3, price: A price must be more than nothing"},
		{"B150 decimals", good + "Bun,0.505\n", 422, "more than two digits behind the comma"},
		{"B150 too big", good + "Bun,99999999.00\n", 422, "more than one sale may be"},
		{"B151 one name twice", good + "cake,1.60\n", 422, "Line 3: “cake” is the same item as in line 2"},
		{"B151 one id twice", "id,name,price\n" + rye + ",Rye,1\n" + rye + ",Bread,2\n", 422, "Line 3: “Bread” is the same item as in line 2"},
		{"B151 which tea", "name,price\nTea,1.50\n", 422, "2 items are called “Tea”"},
		{"B152 half broken", good + "Bun\n", 422, "Line 3, price: “” is not a price"},
		{"B153 formula", "name,price\nCake,=1+1\n", 422, "“=1+1” is not a price"},
		{"B160 zip", "PK\x03\x04" + good, 415, ""},
		{"B160 gzip", "\x1f\x8b\x08" + good, 415, ""},
		{"a colour", "name,price,colour\nCake,1,mauve\n", 422, "There are: amber, red"},
		{"nothing", "", 422, "no lines"},
	} {
		status, body := c.office.Upload(c.path+"/import", "file", "../../CON\u202e.csv", []byte(b.file))
		page := markup.Parse(t, body)
		if status != b.status || !page.Says(uploadSays, b.says) || page.Has(draftField) {
			t.Errorf("%s: %d, want %d and %q\n%.600s", b.name, status, b.status, b.says, page)
		}
		c.same(t, b.name, before)
	}
	if status, _ := c.office.Upload(c.path+"/import", "other", "x", []byte(good)); status != 422 {
		t.Errorf("a form without a file: %d", status)
	}
	for name, file := range map[string]string{
		"B146 mark": "\xef\xbb\xbf" + good, "B147 semicolons": "name;price\nCake;1,50\n", "B147 tabs": "name\tprice\nCake\t1.50\n",
		"B147 quotes": "name,price\r\n\"Ca\"\"ke\",\"1,50\"\r\n", "B150 whole euros": "name,price\nCake,2\n", "B153 text": "name,price\n=1+1,1.50\n",
	} {
		if _, page := c.preview(t, file); !page.Says("h2#preview", "New: 1 · back: 0 · changed: 0 · unchanged: 0") {
			t.Errorf("%s: %.600s", name, page)
		}
	}
	after := c.held(t)
	after["draft"], before["draft"] = "", ""
	if fmt.Sprint(after["item"], after["event"]) != fmt.Sprint(before["item"], before["event"]) {
		t.Error("a preview has stored something")
	}
}

// TestCatalogue_import stores what the preview has said, tells the trail of each item with before and
// after, and takes out what the file does not name only if that is asked for.
func TestCatalogue_import(t *testing.T) {
	c := newShelf(t)
	c.put(kiosk.Item{Name: "Rye", Category: "Bread", Price: 350, VAT: 700, Colour: "amber", Order: 10}, kiosk.Item{Name: "Bun", Price: 80, VAT: 700, Order: 20})
	was := c.items(t)
	file := "id;category;name;price;colour\n" + was[0].ID + ";Bread;Rye;3,80;amber\n;Cake;Apple cake;4,50;green\n"
	draft, page := c.preview(t, file)
	if !page.Says("h2#preview", "New: 1 · back: 0 · changed: 1 · unchanged: 0") || !page.Says("summary#missing", "Not in the file: 1") {
		t.Errorf("the preview says %s", page)
	}
	if status, done := c.confirm(draft); status != http.StatusOK || !markup.Parse(t, done).Says("[role=status]", "The file was imported") {
		t.Fatalf("the import: %d %.500s", status, markup.Words(done))
	}
	now := c.items(t)
	if len(now) != 3 || now[0].ID != was[0].ID || now[0].Price != 380 || now[1] != was[1] || now[2].Name != "Apple cake" || now[2].Order != 30 || now[2].VAT != c.stall.VAT {
		t.Errorf("there is %+v", now)
	}
	if status, again := c.confirm(draft); status != http.StatusGone || !markup.Parse(t, again).Says(kiosktest.ProblemText, "imported already") {
		t.Errorf("the same preview again: %d %.300s", status, markup.Words(again))
	}
	draft, _ = c.preview(t, file)
	if status, _ := c.confirm(draft, "remove", "yes"); status != http.StatusOK {
		t.Errorf("taking out: %d", status)
	}
	if now = c.items(t); len(now) != 2 || now[1].Name != "Apple cake" {
		t.Errorf("after taking out there is %+v", now)
	}
	trail := c.office.Page("/office/trail?q=item.")
	for where, all := range map[string][]string{
		"strong": {"Items imported", "Item added", "Item changed", "Item removed"}, "del": {"350"}, "ins": {"380", "Apple cake"},
	} {
		for _, want := range all {
			if !trail.Says(".trail li "+where, want) {
				t.Errorf("the trail does not tell %q: %.1500s", want, trail)
			}
		}
	}
	draft, page = c.preview(t, "id,name,price\n"+was[1].ID+",Bun,0.80\n")
	if status, _ := c.confirm(draft); !page.Says("h2#preview", "back: 1") || status != http.StatusOK || len(c.items(t)) != 3 {
		t.Errorf("an item does not come back: %d %.300s", status, page)
	}
}

// TestCatalogue_importRefused: a preview is worth nothing for another catalogue than it was made for,
// for another person, or after its catalogue was changed (B152); not one row is another one.
func TestCatalogue_importRefused(t *testing.T) {
	c := newShelf(t)
	c.put(kiosk.Item{Name: "Rye", Price: 350, Order: 10})
	draft, _ := c.preview(t, "name,price\nCake,4\nRye,3.60\n")
	other := c.Registers[5].Stall
	before := c.held(t)
	if status, _ := c.office.Ask(http.MethodPost, "/office/stalls/"+other+"/items/import/apply", "text/html", url.Values{"draft": {draft}, "remove": {"yes"}}); status != http.StatusGone {
		t.Errorf("another stall: %d", status)
	}
	err := c.Shop.Office.Catalogue.Import(t.Context(), kiosk.OfficeActor{User: "another", Role: kiosk.Organizer}, c.stall.ID, draft, true)
	if kiosk.KeyOf(err) != office.KeyImportGone {
		t.Errorf("another person: %v", err)
	}
	if err := c.Shop.Office.Catalogue.Import(t.Context(), kiosktest.Stranger, c.stall.ID, draft, true); kiosk.CodeOf(err) != kiosk.NotFound {
		t.Errorf("the manager of another stall: %v", err)
	}
	if _, _, err := c.Shop.Office.Catalogue.Preview(t.Context(), kiosktest.Stranger, c.stall.ID, []byte("name,price\nA,1\n")); kiosk.CodeOf(err) != kiosk.NotFound {
		t.Errorf("a preview for the manager of another stall: %v", err)
	}
	if status, _ := c.confirm("nothing"); status != http.StatusGone {
		t.Errorf("a secret nobody was told: %d", status)
	}
	c.same(t, "refused", before)
	c.put(kiosk.Item{Name: "Bun", Price: 80, Order: 20})
	before = c.held(t)
	if status, page := c.confirm(draft, "remove", "yes"); status != http.StatusConflict || !markup.Parse(t, page).Says(kiosktest.ProblemText, "changed the catalogue meanwhile") {
		t.Errorf("a changed catalogue: %d %.300s", status, markup.Words(page))
	}
	c.same(t, "a changed catalogue", before)
}

// rows reads the catalogue as it is downloaded.
func (c *shelf) rows(t *testing.T, separator rune) (raw string, rows [][]string) {
	t.Helper()
	raw = c.office.Get("/office/stalls/" + c.stall.ID + "/items.csv")
	body, marked := strings.CutPrefix(raw, "\ufeff")
	r := csv.NewReader(strings.NewReader(body))
	r.Comma = separator
	rows, err := r.ReadAll()
	if !marked || err != nil || strings.Join(rows[0], " ") != "id category name price vat colour order" {
		t.Fatalf("the file begins %.80q: %v", raw, err)
	}
	return raw, rows[1:]
}

// TestCatalogue_export: names with quotes, separators and formulas are quoted and guarded, and the
// file read again is the same catalogue, in the form of every place (B153, B154).
func TestCatalogue_export(t *testing.T) {
	c := newShelf(t)
	for i, name := range []string{
		`=HYPERLINK("http://x")`, `'=1`, `''+2`, `"Rye"; big, dark`, `-10 % Bread`, `@home`, `＝1`, `Käse 'n' more`, `'`, `1,5`, "+49\u00a030",
	} {
		c.put(kiosk.Item{Name: name, Category: name, Price: kiosk.Money(99 + i*4321), VAT: int64(i * 55), Colour: kiosk.Colours[i%3], Order: int64(i)})
	}
	was := c.items(t)
	for _, region := range []string{"de", "en"} {
		separator := map[string]rune{"de": ';', "en": ','}[region]
		_, err := c.Shop.Office.Stalls.Change(t.Context(), kiosktest.Organizer, c.stall.ID, func(s *kiosk.Stall) { s.Region = region })
		c.Must(err)
		raw, rows := c.rows(t, separator)
		for i, row := range rows {
			if strings.ContainsAny(row[2][:1], "=+-@") || strings.HasPrefix(row[2], "＝") || strings.TrimLeft(row[2], "'") != strings.TrimLeft(was[i].Name, "'") {
				t.Errorf("%s: %q is written %q", region, was[i].Name, row[2])
			}
		}
		status, page := c.office.Upload(c.path+"/import", "file", "items.csv", []byte(raw))
		if status != http.StatusOK || !markup.Parse(t, page).Says("h2#preview", "The catalogue is just as this file says") {
			t.Errorf("%s: the file read again: %d %.600s", region, status, markup.Words(page))
		}
	}
	emptied := c.Registers[5].Stall
	raw, _ := c.rows(t, ',')
	c.stall, c.path = kiosktest.Sure(c.Shop.Kernel.Stall(t.Context(), emptied))(t), "/office/stalls/"+emptied+"/items"
	draft, _ := c.preview(t, raw)
	if status, _ := c.confirm(draft); status != http.StatusOK {
		t.Fatalf("into another stall: %d", status)
	}
	for i, now := range c.items(t) {
		now.ID, now.Stall, now.Created = was[i].ID, was[i].Stall, was[i].Created
		if now != was[i] {
			t.Errorf("in another stall it is %+v, was %+v", now, was[i])
		}
	}
}

// TestCatalogue_exportWhileChanged: every download holds either all of an import or nothing of it
// (B155).
func TestCatalogue_exportWhileChanged(t *testing.T) {
	c := newShelf(t)
	const many = 40
	file := func(price int) string {
		var b strings.Builder
		b.WriteString("name,price\n")
		for i := range many {
			fmt.Fprintf(&b, "Item %d,%d.00\n", i, price)
		}
		return b.String()
	}
	imported := func(price int) {
		_, draft, err := c.Shop.Office.Catalogue.Preview(t.Context(), kiosktest.Organizer, c.stall.ID, []byte(file(price)))
		c.Must(err)
		c.Must(c.Shop.Office.Catalogue.Import(t.Context(), kiosktest.Organizer, c.stall.ID, draft, false))
	}
	imported(1)
	var writing sync.WaitGroup
	writing.Go(func() {
		for price := 2; price <= 12; price++ {
			imported(price)
		}
	})
	seen := map[string]bool{}
	for !seen["12.00"] {
		_, rows := c.rows(t, separatorOf(c.stall))
		prices := map[string]bool{}
		for _, row := range rows {
			prices[strings.Replace(row[3], ",", ".", 1)] = true
		}
		if len(rows) != many || len(prices) != 1 {
			t.Fatalf("a download of %d items has the prices %v", len(rows), prices)
		}
		for p := range prices {
			seen[p] = true
		}
	}
	writing.Wait()
}

// separatorOf is what stands between the cells of a stall's files.
func separatorOf(s kiosk.Stall) rune {
	if slices.Contains([]string{"en", "en-GB"}, s.Region) {
		return ','
	}
	return ';'
}
