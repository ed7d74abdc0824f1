package views_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

// needed is every key that some code may ask for.
func needed(t *testing.T) []string {
	t.Helper()
	keys := append(literalKeys(t), domainKeys(t)...)
	keys = append(keys, views.ScriptWords...)
	for _, code := range []kiosk.Code{
		kiosk.Invalid, kiosk.NotFound, kiosk.Conflict, kiosk.Forbidden, kiosk.Unauthorized, kiosk.Gone,
		kiosk.TooMany, kiosk.Refused, kiosk.NotSent, kiosk.Unclear, kiosk.Unavailable, kiosk.Internal,
	} {
		keys = append(keys, "error."+string(code))
	}
	for _, s := range kiosk.States {
		keys = append(keys, "state."+string(s), "receipt."+string(s)+".title")
		if s != kiosk.Paid {
			keys = append(keys, "receipt."+string(s)+".text")
		}
	}
	for _, s := range []kiosk.State{kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking} {
		keys = append(keys, "say."+string(s), "till.since."+string(s))
	}
	for _, s := range []kiosk.DisplayState{
		kiosk.ShowsIdle, kiosk.ShowsCart, kiosk.ShowsTip, kiosk.ShowsMoment, kiosk.ShowsCode,
		kiosk.ShowsChecking, kiosk.ShowsPaid,
	} {
		keys = append(keys, "till.display."+string(s), "display.say."+string(s))
	}
	for _, kind := range []kiosk.TroubleKind{
		kiosk.TroubleLate, kiosk.TroubleLateUsed, kiosk.TroubleClaimed, kiosk.TroubleShort, kiosk.TroubleExtra,
		kiosk.TroubleUnconfirmed, kiosk.TroubleWithdrawn, kiosk.TroubleDispute, kiosk.TroubleBank,
	} {
		keys = append(keys, "trouble."+string(kind)+".what", "trouble."+string(kind)+".next")
	}
	for _, c := range kiosk.Colours {
		keys = append(keys, "colour."+c)
	}
	for _, a := range kiosk.Animals {
		keys = append(keys, "animal."+a)
	}
	for _, t := range kiosk.StallTexts {
		key := "office.receipt." + t.Name
		keys = append(keys, key)
		if views.Words(views.Fallback).Has(key + ".hint") {
			keys = append(keys, key+".hint")
		}
		if t.Word != "" {
			keys = append(keys, t.Word)
		}
	}
	for _, r := range slices.Concat(kiosk.StaffRoles(), kiosk.UserRoles()) {
		keys = append(keys, "role."+string(r))
	}
	for _, do := range []string{"handed", "close", "attach", "refund", "again", "rejected"} {
		keys = append(keys, "decide."+do+".title", "decide."+do+".text", "decide."+do+".button")
	}
	keys = append(keys, "decided.close", "decided.attach", "decided.handed")
	for _, stage := range refundStages {
		keys = append(keys, "refund."+string(stage)+".title", "refund."+string(stage)+".text")
	}
	for _, strip := range []string{
		"confirmed", "paid", "over", "unconfirmed", "retiring", "changing", "cancelled", "lapsed", "refused", "aside",
		"refunding", "refunded", "settled", "gateway", "none",
	} {
		keys = append(keys, "strip."+strip+".title", "strip."+strip+".text")
	}
	for _, kind := range kiosk.AlarmKinds {
		switch kind {
		case kiosk.AlarmReview, kiosk.AlarmUnconfirmed: // strips tell of them
		default:
			keys = append(keys, "alarm."+string(kind)+".title", "alarm."+string(kind)+".text", "alarm."+string(kind)+".next")
		}
	}
	for _, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
		for _, key := range []string{"title", "text", "match", "scan"} {
			keys = append(keys, "pairing."+string(kind)+"."+key)
		}
	}
	for m := range 12 {
		keys = append(keys, "month."+strconv.Itoa(m+1))
	}
	keys = append(
		keys, "strip.review.title", "decide.cancel.button", "proof.webhook", "proof.used-link", "proof.pay-in",
		"key.back", "key.times", "key.plus", "key.clear",
		"enrol.tablet.title", "enrol.tablet.text", "enrol.display.title", "enrol.display.text",
	)
	keys = append(keys, officeKeys(t)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// literalKeys finds the keys written out in pages.
func literalKeys(t *testing.T) []string {
	t.Helper()
	call := regexp.MustCompile(`\.(?:T|N)\("([a-z][a-z0-9.-]*[a-z0-9])"`)
	var keys []string
	files, _ := filepath.Glob("*")
	wings, _ := filepath.Glob("*view/*")
	for _, name := range append(files, wings...) {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") || filepath.Ext(name) == "" {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, m := range call.FindAllSubmatch(raw, -1) {
			if key := string(m[1]); key != "greeting" {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) < 80 {
		t.Fatalf("only %d keys found in the code: the search is broken", len(keys))
	}
	return keys
}

// domainKeys reads the message keys that package kiosk and its rooms of use cases declare.
func domainKeys(t *testing.T) []string {
	t.Helper()
	var keys []string
	var files []string
	for _, room := range []string{"", "shop/", "till/", "reconcile/", "office/", "report/"} {
		of, _ := filepath.Glob("../kiosk/" + room + "*.go")
		files = append(files, of...)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if named := spec.Names[0].Name; ok && lit.Kind == token.STRING &&
				(strings.HasPrefix(named, "Key") || strings.HasPrefix(named, "Reason")) {
				text, _ := strconv.Unquote(lit.Value)
				keys = append(keys, "error."+text)
			}
			return true
		})
	}
	if len(keys) < 40 {
		t.Fatalf("only %d keys found in the domain: the search is broken", len(keys))
	}
	return keys
}

func TestWords_complete(t *testing.T) {
	keys := needed(t)
	for _, lang := range views.Speakers {
		l := views.Words(lang)
		for _, key := range keys {
			if !l.Says(key) {
				t.Errorf("%s has no words for %q", lang, key)
			}
		}
		for _, key := range l.Keys() {
			colour, beside := strings.CutPrefix(key, "match.") // some languages have another word for it there
			if !slices.Contains(keys, key) && (!beside || !slices.Contains(kiosk.Colours, colour)) {
				t.Errorf("%s has words nobody asks for: %q", lang, key)
			}
		}
	}
}

// listed reads the texts of a list that the office declares for itself, or those of one field of its
// entries.
func listed(t *testing.T, list, field string) []string {
	t.Helper()
	var texts []string
	files, _ := filepath.Glob("officeview/*.go")
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == list {
				texts = append(texts, textsIn(v, field)...)
			}
			return true
		})
	}
	if len(texts) < 5 {
		t.Fatalf("only %d texts in %s: the search is broken", len(texts), list)
	}
	return texts
}

func textsIn(list ast.Node, field string) (texts []string) {
	ast.Inspect(list, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			return fmt.Sprint(n.Key) == field
		case *ast.BasicLit:
			text, _ := strconv.Unquote(n.Value)
			texts = append(texts, text)
		}
		return true
	})
	return texts
}

// officeKeys are the keys of the office that the code puts together.
func officeKeys(t *testing.T) []string {
	t.Helper()
	var keys []string
	for _, key := range listed(t, "sections", "key") {
		keys = append(keys, "office.nav."+key)
	}
	for _, key := range listed(t, "tabs", "key") {
		keys = append(keys, "office.tab."+key)
	}
	for _, said := range officeSaid {
		keys = append(keys, "office.said."+said)
	}
	for _, step := range officeSteps {
		keys = append(keys, "office.step."+step)
	}
	keys = append(keys, fleetKeys(t)...)
	for _, cut := range kiosk.TakingsCuts {
		keys = append(keys, "office.by."+string(cut.By))
	}
	for _, d := range officeview.NewDays(0, 0, 0).Ready {
		keys = append(keys, "office.days."+d.Key)
	}
	for _, key := range lineKeys {
		keys = append(keys, "office.line."+key)
	}
	for _, key := range []string{"gross", "withdrawn", "others", "fees", "stays"} {
		keys = append(keys, "office.line."+key+".hint")
	}
	for _, key := range listed(t, "saleColumns", "") {
		keys = append(keys, "office.column."+key)
	}
	for _, key := range []string{"no-day", "waits", "nothing", "agrees", "less", "more"} {
		keys = append(keys, "office.payout."+key)
	}
	for _, c := range kiosk.ItemColumns() {
		keys = append(keys, "office.itemfile.column."+c)
	}
	for _, fate := range []kiosk.ItemFate{kiosk.ItemNew, kiosk.ItemBack, kiosk.ItemChanged, kiosk.ItemSame} {
		keys = append(keys, "office.itemfile.fate."+string(fate))
	}
	for _, kind := range listed(t, "kinds", "") {
		keys = append(keys, "office.did."+kind)
	}
	return append(keys, "office.exports.title", "office.payouts.page", "office.takings.title", "office.itemfile.title", "office.shifts.title", "office.home.title", "office.own.title", "office.again.title", "office.pair.title")
}

// officeSaid are the keys of what pages say after something was done.
var officeSaid = []string{
	"stall-added", "register-added", "register-renamed", "register-moved", "link-ended", "device-revoked", "tablet-connected",
	"staff-changed", "staff-left", "owner-link-ended", "payouts-asked", "unmatched-settled", "held-deleted",
	"saved", "signed-out", "removed", "items-imported",
}

// officeSteps are the keys of the steps of the first start.
var officeSteps = []string{"told", "key", "address", "stall", "devices"}

// lineKeys are the keys of account lines, for the words.
var lineKeys = []string{
	"gross", "refunds", "disputes", "withdrawn", "kept", "others", "fees", "stays",
}

// fleetKeys are the keys of registers, devices, cards and the wall that the code puts together.
func fleetKeys(t *testing.T) []string {
	t.Helper()
	keys := []string{
		"office.wall.title", "office.import.title", "office.cards.title", "office.lost.title",
		"office.wall.till.on", "office.wall.till.off", "office.wall.awake.on", "office.wall.awake.off",
		"office.wall.sound.on", "office.wall.sound.off", "office.device.tablet", "office.device.display",
		"office.card.tablet", "office.card.tablet.text", "office.card.display", "office.card.display.text",
	}
	for _, t := range kiosk.WallWarnings {
		keys = append(keys, "office.wall."+string(t))
	}
	for _, c := range listed(t, "fleetColumnKeys", "") {
		keys = append(keys, "office.import.column."+c)
	}
	for _, state := range []string{"on", "off", "none", "insecure"} {
		keys = append(keys, "office.device.awake."+state)
		if state != "insecure" {
			keys = append(keys, "office.device.sound."+state)
		}
	}
	return keys
}
