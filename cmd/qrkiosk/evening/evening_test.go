package evening

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
)

// evening is a whole house: the program, its organizer in a real browser, and the devices that the
// printed cards bring in.
type evening struct {
	t       *testing.T
	p       *kiosktest.Running
	base    string // where tills, displays and the office are
	office  *kiosktest.Page
	cards   []printedCard
	pins    map[string]string // by person
	gateway *kiosktest.Device // the sandbox
	data    string
	browser context.Context //nolint:containedctx // chromedp keeps its browser in the context
	tills   []*eveningTill
}

// printedCard is a card as it was printed: the address in its code.
type printedCard struct{ stall, register, kind, address string }

// TestEvening plays an evening: set-up from the printed code, a file of 12 stalls and 30 registers,
// cards printed and read from paper, two tablets and two displays in real browsers, 200 sales with
// splits, refunds, late money, closing; and every statement against the gateway's own book.
func TestEvening(t *testing.T) {
	browser := kiosktest.Chromium(t)
	data := t.TempDir()
	p := kiosktest.Serve(t, assembly.Settings{Mode: kiosk.Sandbox, Data: data}, kiosktest.MyStall, assembly.Options{Calls: 100_000, SandboxCalls: 100_000})
	defer p.End()
	e := &evening{t: t, p: p, data: data, browser: browser, base: kiosktest.Origin(p.Address("till")), gateway: kiosktest.NewDevice(t, kiosktest.Origin(p.Address("sandbox")))}
	e.openAccounts()
	e.office = kiosktest.NewPage(t, browser, "office", chromedp.WithNewBrowserContext())
	e.office.Size(1280, 800)
	e.setUp()
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"import", e.importFleet},
		{"look", e.look},
		{"open", e.openTills},
		{"sell", func() { e.sell(200) }},
		{"refund", e.refund},
		{"late money", e.payLate},
		{"close", e.closeTills},
		{"compare", e.compare},
	} {
		began := time.Now()
		step.do()
		t.Logf("%-10s %6.1f s", step.name, time.Since(began).Seconds())
	}
}

// look opens the other pages of the fleet, at the size of a laptop and of a phone: none is wider
// than its screen.
func (e *evening) look() {
	e.t.Helper()
	if os.Getenv("QRKIOSK_SCREENS") == "" {
		return // pictures nobody asked for
	}
	g := e.office
	g.Open(e.base + "/office/wall")
	g.Wait("the wall", `document.querySelectorAll('#tiles > li').length > 30`, kiosktest.Patience)
	register := g.Word(`document.querySelector('#tiles a').getAttribute('href')`)
	stall := register[:strings.LastIndex(register, "/registers")]
	for name, path := range map[string]string{
		"register": register, "lost": register + "/lost", "registers": stall + "/registers",
		"staff": stall + "/staff", "choose-cards": "/office/cards", "import": "/office/import",
	} {
		g.Size(1280, 800)
		g.Open(e.base + path)
		g.Shot("office-" + name)
		g.Size(390, 844)
		g.Shot("office-" + name + "-phone")
		if wide := g.Word(`String(document.documentElement.scrollWidth - innerWidth)`); wide != "0" {
			e.t.Errorf("%s is wider than a phone by %s", path, wide)
		}
	}
	g.Size(1280, 800)
}

// setUp goes from the printed code to the office, with nothing but the keyboard.
func (e *evening) setUp() {
	e.t.Helper()
	code := regexp.MustCompile(`one-time code ([0-9A-Z-]+)`).FindStringSubmatch(e.p.Printed)
	if code == nil {
		e.t.Fatalf("no code in the greeting:\n%s", e.p.Printed)
	}
	g := e.office
	g.Open(e.base + "/setup")
	g.Do(chromedp.SendKeys(`#f-code`, code[1]+"\r"))
	g.Wait("the person", `document.querySelector('#f-again')`, kiosktest.Patience)
	g.Do(chromedp.SendKeys(`#f-name`, "olivia@example.org"), chromedp.SendKeys(`#f-password`, eveningPassword),
		chromedp.SendKeys(`#f-again`, eveningPassword+"\r"))
	g.Wait("the factor", `document.querySelector('.secret')`, kiosktest.Patience)
	secret := strings.Join(strings.Fields(g.Word(`document.querySelector('.secret').textContent`)), "")
	g.Do(chromedp.SendKeys(`#f-code`, factorCode(e.t, secret, time.Now())+"\r"))
	g.Wait("recovery codes", `document.querySelectorAll('.codes li').length === 10`, kiosktest.Patience)
}

const eveningPassword = "four quiet horses"

// factorCode is what an authenticator app shows (RFC 6238).
func factorCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(at.Unix()/30))
	sum := mac.Sum(nil)
	from := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[from:])&0x7fffffff)%1000000)
}

const eveningRegisters = 30

// eveningFile is the file of an organizer: semicolons, quotes, umlauts.
func eveningFile() []byte {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbfStall;Register;Prefix;Staff;Role;PIN;Town;share_to;share\r\n")
	for i := range eveningRegisters {
		stall := kiosktest.EveningStalls[i%len(kiosktest.EveningStalls)]
		person, role := "", ""
		if i < len(kiosktest.EveningStalls) {
			person, role = fmt.Sprintf("Lead %d", i+1), "manager"
		}
		fmt.Fprintf(&b, "\"%s\";Register %d;;%s;%s;;Köln;seller-%d;%d,5\r\n",
			strings.ReplaceAll(stall, `"`, `""`), i/len(kiosktest.EveningStalls)+1, person, role, i%len(kiosktest.EveningStalls), 80+i%len(kiosktest.EveningStalls))
	}
	return b.Bytes()
}

// importFleet previews the file, imports it, prints the cards and reads their codes from paper.
func (e *evening) importFleet() {
	e.t.Helper()
	g := e.office
	file := filepath.Join(e.t.TempDir(), "fleet.csv")
	if err := os.WriteFile(file, eveningFile(), 0o600); err != nil {
		e.t.Fatal(err)
	}
	g.Open(e.base + "/office/import")
	g.Shot("office-import")
	g.Do(chromedp.SetUploadFiles(`#f-file`, []string{file}))
	g.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#f-file').form.requestSubmit()`))
	g.Wait("the preview", `document.querySelector('#preview')`, kiosktest.Patience)
	if said := g.Word(`document.querySelector('#preview').textContent`); !strings.Contains(said, "12 stalls, 30 registers and 12 people") {
		e.t.Fatalf("the preview says %q", said)
	}
	g.Shot("office-import-preview")
	g.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form[action$="/apply"] button').focus()`))
	g.Do(chromedp.KeyEvent("\r"))
	g.Wait("the cards", `document.querySelector('.sheet')`, kiosktest.Patience)
	g.Shot("office-cards")
	e.readCards()
}

// readCards prints the page and wants every code on paper that the page shows, and no other.
func (e *evening) readCards() {
	e.t.Helper()
	shown := e.shownCards()
	raw, err := chromedp.Run(e.office.Ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		e.t.Fatal(err)
	}
	if dir := os.Getenv("QRKIOSK_SCREENS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "office-cards.pdf"), raw, 0o600); err != nil {
			e.t.Fatal(err)
		}
	}
	pages := paintPDF(e.t, raw)
	if want := (2*eveningRegisters + len(kiosktest.EveningStalls)) / 4; len(pages) != want {
		e.t.Errorf("%d sheets of paper, want %d", len(pages), want)
	}
	var onPaper []string
	for _, sheet := range pages {
		for _, part := range quarters(sheet) {
			if blank(part) {
				continue // a slip
			}
			code, err := kiosktest.Decode(part)
			if err != nil {
				e.t.Errorf("a code on paper cannot be read: %v", err)
			}
			onPaper = append(onPaper, code)
		}
	}
	var want []string
	for _, c := range shown {
		want = append(want, c.address)
	}
	slices.Sort(onPaper)
	slices.Sort(want)
	if !slices.Equal(onPaper, want) {
		e.t.Fatalf("%d codes on paper, %d on the page", len(onPaper), len(want))
	}
	e.cards = shown
	e.pins = map[string]string{}
	for _, slip := range markup.Parse(e.t, e.office.Word(`document.querySelector('main').innerHTML`)).All(".tag-pin") {
		e.pins[slip.Text(".person")] = strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, slip.Text(".pin strong"))
	}
	if len(e.pins) != len(kiosktest.EveningStalls) {
		e.t.Fatalf("%d PIN slips, want %d", len(e.pins), len(kiosktest.EveningStalls))
	}
}

// shownCards are the cards of devices as the page says them.
func (e *evening) shownCards() (all []printedCard) {
	e.t.Helper()
	page := markup.Parse(e.t, e.office.Word(`document.querySelector('main').innerHTML`))
	for _, c := range kiosktest.Cards(page) {
		all = append(all, printedCard{c.Stall, c.Register, c.Kind, c.Address})
	}
	if len(all) != 2*eveningRegisters {
		e.t.Fatalf("%d cards, want %d:\n%.2000s", len(all), 2*eveningRegisters, page)
	}
	return all
}
