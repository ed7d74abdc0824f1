package office

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"qrkiosk/kiosk"
)

var (
	bakery = kiosk.Stall{ID: "s", VAT: 700}
	shelf  = []kiosk.Item{
		{ID: "a", Stall: "s", Category: "Bread", Name: "Rye", Price: 350, VAT: 700, Colour: "amber", Order: 10, Created: 1},
		{ID: "b", Stall: "s", Name: "Bun", Price: 80, VAT: 700, Order: 20, Created: 1},
		{ID: "c", Stall: "s", Name: "Stollen", Price: 1500, VAT: 700, Order: 30, Created: 1, Gone: 5},
		{ID: "d", Stall: "s", Name: "Tea", Price: 200, VAT: 1900, Order: 40, Created: 1},
		{ID: "e", Stall: "s", Name: "Tea", Price: 300, VAT: 1900, Order: 50, Created: 1},
	}
)

// toldItems writes a plan as "line fate id name price vat colour order", missing ones and faults behind.
func toldItems(p kiosk.ItemPlan) (all []string) {
	for _, i := range p.Items {
		all = append(all, fmt.Sprintf("%d %s %s %s/%s %v %d %s %d", i.Line, i.Fate, i.Item.ID, i.Item.Category, i.Item.Name, i.Item.Price, i.Item.VAT, i.Item.Colour, i.Item.Order))
	}
	for _, i := range p.Missing {
		all = append(all, "missing "+i.ID)
	}
	return append(all, itemFaults(p)...)
}

func itemFaults(p kiosk.ItemPlan) (all []string) {
	for _, f := range p.Faults {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", f.Line, f.Column, f.Err.Key, strings.Join(f.Err.Args, "|"))))
	}
	return all
}

// TestItemFile_fates: what a line is about, and what becomes of what it leaves out.
func TestItemFile_fates(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"by id": {"id,name,price\na,Rye bread,3.60\n", []string{"2 changed a Bread/Rye bread 3.60 700 amber 10", "missing b", "missing d", "missing e"}},
		"by name": {"name;price\n rYE ;3,50\nbun;0,90\n", []string{
			"2 changed a Bread/rYE 3.50 700 amber 10", "3 changed b /bun 0.90 700  20", "missing d", "missing e",
		}},
		"an unknown id, by name": {"id,name,price\nz,Bun,0.80\nz,Cake,4\n", []string{
			"2 same b /Bun 0.80 700  20", "3 new  /Cake 4.00 700  60", "missing a", "missing d", "missing e",
		}},
		"back by id, new by name": {"id,name,price\nc,Stollen,15\n,Stollen 2,16\n", []string{
			"2 back c /Stollen 15.00 700  30", "3 new  /Stollen 2 16.00 700  60", "missing a", "missing b", "missing d", "missing e",
		}},
		"twins by their ids": {"id,name,price\nd,Tea,2\ne,Tea,3\n", []string{
			"2 same d /Tea 2.00 1900  40", "3 same e /Tea 3.00 1900  50", "missing a", "missing b",
		}},
		"empty cells": {"id,category,name,price,vat,colour,order\na,,Rye,3.5,,,\n", []string{
			"2 changed a /Rye 3.50 700  10", "missing b", "missing d", "missing e",
		}},
		"everything": {"Artikel\tPreis\tMwSt\tFarbe\tKategorie\tPlatz\nJam\t4,20\t7 %\tRED\t'=Jars\t70\nHoney\t5\n", []string{
			"2 new  =Jars/Jam 4.20 700 red 70", "3 new  /Honey 5.00 700  80", "missing a", "missing b", "missing d", "missing e",
		}},
	} {
		if got := toldItems(planItems([]byte(c.file), bakery, shelf)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestItemFile_faults holds every answer to a bad file of items (B146 to B151, B153).
func TestItemFile_faults(t *testing.T) {
	const head = "id,category,name,price,vat,colour,order\n"
	wide := ""
	for _, u := range utf16.Encode([]rune("name,price\nRye,1.50\n")) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	many := make([]string, itemRows+1)
	for i := range many {
		many[i] = "Item " + strconv.Itoa(i) + ",1.50"
	}
	for name, c := range map[string]struct{ file, want string }{
		"nothing":           {"", "1  csv-empty"},
		"only the head":     {head, "1  csv-empty"},
		"utf-16":            {"\xff\xfe" + wide, "1  csv-encoding 1"},
		"windows-1252":      {"name,price\nRye,1.50\nK\xe4se,1.50\n", "3  csv-encoding 3"},
		"a lone quote":      {"name,price\nRye,1.50\nBu\"n,1.50\n", "3  csv-quote 3|3"},
		"a quoted newline":  {"name,price\n\"Ry\ne\",1.50\n", "2 name item-name"},
		"no price column":   {"name\nRye\n", "1  csv-missing price"},
		"no columns known":  {"a,b\n1,2\n", "1  csv-missing name, price; 1  csv-unknown a, b"},
		"a column twice":    {"name,price,Preis\nRye,1.50,2\n", "1  csv-double Preis"},
		"an unknown column": {"name,price,size\nRye,1.50,2\n", "1  csv-unknown size"},
		"cells too many":    {"name,price\nRye,1,50\n", "2  csv-cells 3|2"},
		"rows too many":     {"name,price\n" + strings.Join(many, "\n"), "2002  csv-long 2000"},
		"no name":           {head + ",Bread,,1.50\n", "2 name item-name"},
		"a long name":       {head + ",,ab\u00e4" + strings.Repeat("x", 58) + ",1.50\n", "2 name item-name"},
		"a turned name":     {head + ",,Rye\u202e,1.50\n", "2 name item-name"},
		"a long category":   {head + "," + strings.Repeat("x", 41) + ",Rye,1.50\n", "2 category item-category"},
		"no price":          {head + ",,Rye,\n", "2 price item-file-price"},
		"ambiguous":         {head + ",,Rye,1.234\n", "2 price item-file-ambiguous 1.234"},
		"negative":          {head + ",,Rye,-1.50\n", "2 price item-file-price -1.50"},
		"nothing to pay":    {head + ",,Rye,0\n,,Bun,\"0,00\"\n", "2 price item-file-zero 0; 3 price item-file-zero 0,00"},
		"decimals":          {head + ",,Rye,0.505\n", "2 price item-file-decimals 0.505"},
		"too dear":          {head + ",,Rye,1000000\n,,Bun,1000000.00\n", "2 price item-file-dear 1000000; 3 price item-file-dear 1000000.00"},
		"a formula":         {head + ",,Rye,=1+1\n", "2 price item-file-price =1+1"},
		"in words":          {head + ",,Rye,1e3\n", "2 price item-file-price 1e3"},
		"vat":               {head + ",,Rye,1.50,101\n", "2 vat fleet-vat 101"},
		"order":             {head + ",,Rye,1.50,,,-1\n", "2 order item-file-order -1"},
		"colour":            {head + ",,Rye,1.50,,mauve\n", "2 colour item-file-colour mauve|" + strings.Join(kiosk.Colours, ", ")},
		"the same id":       {head + "a,,Rye,1.50\na,,Rye bread,1.50\n", "3  item-file-twice 2|Rye bread"},
		"the same name":     {head + ",,Jam,1.50\n,, jAM ,1.50\n", "3  item-file-twice 2|jAM"},
		"id and name":       {head + "a,,Jam,1.50\n,,Rye,1.50\n", "3  item-file-twice 2|Rye"},
		"name and id":       {head + ",,Rye,1.50\na,,Jam,1.50\n", "3  item-file-twice 2|Jam"},
		"name, then id":     {head + ",,Jam,1.50\na,,Jam,1.50\n", "3  item-file-twice 2|Jam"},
		"which tea":         {head + ",,Tea,1.50\n", "2 name item-file-names 2|Tea"},
		"all of them":       {head + ",,,x,y,z,q\n", "2 name item-name; 2 price item-file-price x; 2 vat fleet-vat y; 2 colour item-file-colour z|" + strings.Join(kiosk.Colours, ", ") + "; 2 order item-file-order q"},
	} {
		if got := strings.Join(itemFaults(planItems([]byte(c.file), bakery, shelf)), "; "); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

// TestItemFile_memory: reading a file of a million lines, or of one cell, takes little more than the
// file (B148).
func TestItemFile_memory(t *testing.T) {
	for name, file := range map[string]string{
		"lines":   "name,price\n" + strings.Repeat("A,1\n", 1_000_001),
		"a cell":  "name,price\n" + strings.Repeat("A", SheetLimit-16),
		"a quote": "name,price\n\"" + strings.Repeat("A\n", SheetLimit/2-16),
	} {
		raw := []byte(file)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p := planItems(raw, bakery, shelf)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 48<<20 || len(p.Faults) != 1 {
			t.Errorf("%s: %d MB for a file of %d MB, %d faults", name, took>>20, len(raw)>>20, len(p.Faults))
		} else {
			t.Logf("%s: %.1f MB", name, float64(took)/(1<<20))
		}
	}
}

// FuzzPlanItems reads any file: it ends and names lines that exist; what it would make can be sold,
// is made once, and reading the file again afterwards changes nothing more.
func FuzzPlanItems(f *testing.F) {
	f.Add([]byte("id,category,name,price,vat,colour,order\na,Bread,Rye,3.60,7,amber,10\n,,Cake,4\n"))
	f.Add([]byte("\xef\xbb\xbfArtikel;Preis;MwSt\r\n\"'=Ry\"\"e\";1,50;19\r\nTea;x\r\n"))
	f.Add([]byte("name\tprice\nbun\t1.234\n\"\n"))
	f.Add([]byte("id,name,price\nd,Tea,2\ne,Tea,3\nc,Stollen,15\n,'＝x,1\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := planItems(raw, bakery, shelf)
		lines := strings.Count(string(raw), "\n") + 1
		for _, fault := range p.Faults {
			if fault.Line < 1 || fault.Line > lines || fault.Err.Key == "" {
				t.Fatalf("fault %+v of %d lines", fault, lines)
			}
		}
		if len(p.Faults) == 0 {
			settles(t, raw, p)
		}
	})
}

// settles stores a plan in memory and plans the file once more.
func settles(t *testing.T, raw []byte, p kiosk.ItemPlan) {
	t.Helper()
	if len(p.Items) == 0 {
		t.Fatal("neither item nor fault")
	}
	there, seen := slices.Clone(p.Missing), map[string]bool{}
	for i, one := range p.Items {
		if err := one.Item.Check(); err != nil || one.Item.Gone != 0 || one.Item.Stall != "s" || seen[one.Item.ID] {
			t.Fatalf("item %+v: %v", one, err)
		}
		if one.Item.ID == "" {
			one.Item.ID = "new " + strconv.Itoa(i)
		}
		seen[one.Item.ID] = true
		there = append(there, one.Item)
	}
	if again := planItems(raw, bakery, there); len(again.Faults) > 0 || !again.Empty() || len(again.Missing) != len(p.Missing) {
		t.Fatalf("read again: %v", toldItems(again))
	}
}

// FuzzGuardFormula: what is written for spreadsheets is read as it was, and begins like no formula.
func FuzzGuardFormula(f *testing.F) {
	for _, text := range []string{"=1+1", "'=1", "''-x", "'plain", "", "'", "＝A1", "\u00e4", "@", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := kiosk.GuardFormula(text)
		if got := bareFormula(cell); got != text {
			t.Errorf("%q is written %q and read %q", text, cell, got)
		}
		if cell != "" && strings.ContainsAny(string([]rune(cell)[:1]), "=+-@\t\r\n\x00＝＋－＠") {
			t.Errorf("%q would be a formula", cell)
		}
	})
}
