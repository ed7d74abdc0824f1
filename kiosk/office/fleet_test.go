package office

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"qrkiosk/kiosk"
)

func emptyFleet() *fleet {
	return &fleet{map[string]kiosk.Stall{}, map[string]kiosk.Register{}, map[string]kiosk.Staff{}, map[string]string{}}
}

// faultsOf returns the faults of a plan as "line key args".
func faultsOf(p kiosk.FleetPlan) []string {
	var all []string
	for _, f := range p.Faults {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s %s", f.Line, f.Err.Key, strings.Join(f.Err.Args, "|"))))
	}
	return all
}

// TestFleet_separators reads the same file in every form spreadsheets write.
func TestFleet_separators(t *testing.T) {
	for name, file := range map[string]string{
		"comma":     "stall,register,prefix,staff,role,pin\nLind,Counter 1,L1,Ada,manager,482915\n",
		"semicolon": "stall;register;prefix;staff;role;pin\r\nLind;Counter 1;L1;Ada;manager;482915\r\n",
		"tab":       "stall\tregister\tprefix\tstaff\trole\tpin\nLind\tCounter 1\tL1\tAda\tmanager\t482915",
		"mark":      "\xef\xbb\xbfStall;Register;Prefix;Staff;Role;PIN\nLind;Counter 1;l1;Ada;Manager;482915\n\n;;;;;\n",
		"german":    "Stand;Kasse;Kürzel;Name;Rolle;PIN\n\"Lind\";\" Counter 1 \";L1;Ada;Leitung;482915\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := planFleet([]byte(file), emptyFleet())
			if len(p.Faults) > 0 || len(p.Stalls) != 1 || len(p.Registers) != 1 || len(p.Staff) != 1 || p.Lines != 1 {
				t.Fatalf("plan %+v, faults %v", p, faultsOf(p))
			}
			g, w := p.Registers[0], p.Staff[0]
			if p.Stalls[0].Stall.Name != "Lind" || g.Register.Name != "Counter 1" || g.Register.Prefix != "L1" || w.Name != "Ada" || w.Role != kiosk.Manager || w.PIN != "482915" {
				t.Errorf("read %+v %+v %+v", p.Stalls[0], g, w)
			}
		})
	}
}

// TestFleet_faults holds every answer to a bad file (B146 to B149, B151, B153).
func TestFleet_faults(t *testing.T) {
	const head = "stall,register,prefix,staff,role,pin,vat,colour,languages,tip,town\n"
	wide := ""
	for _, u := range utf16.Encode([]rune("stall,register\nLind,One\n")) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"nothing":            {"", []string{"1 csv-empty"}},
		"only the head":      {head, []string{"1 csv-empty"}},
		"utf-16":             {"\xff\xfe" + wide, []string{"1 csv-encoding 1"}},
		"utf-16 unmarked":    {wide, []string{"1 csv-encoding 1"}},
		"windows-1252":       {"stall,register\nLind,One\nB\xe4cker,Two\n", []string{"3 csv-encoding 3"}},
		"lone quote":         {"stall,register\nLind,One\nBä,Tw\"o\n", []string{"3 csv-quote 3|6"}},
		"open quote":         {"stall,register\nLind,\"One\nTwo", []string{"3 csv-quote 3|4"}},
		"missing":            {"register,prefix\nOne,A\n", []string{"1 csv-missing stall"}},
		"double, unknown":    {"stall,Kasse,register,shoe size\nLind,One,One,44\n", []string{"1 csv-double register", "1 csv-unknown shoe size"}},
		"too many cells":     {"stall,register\nLind,One,Two\n", []string{"2 csv-cells 3|2"}},
		"long cell":          {"stall,register\nLind," + strings.Repeat("x", sheetCell+1) + "\n", []string{"2 csv-cell 2|2000"}},
		"no stall":           {head + ",One,,Ada\n", []string{"2 fleet-stall"}},
		"prefix alone":       {head + "Lind,,L1\n", []string{"2 fleet-alone prefix|register"}},
		"pin alone":          {head + "Lind,One,,,,482915\n", []string{"2 fleet-alone role, pin|staff"}},
		"same line":          {head + "Lind,One,L1\nLind,Two,L2\nlind, one ,L1\n", []string{"4 fleet-repeats 2"}},
		"two prefixes":       {head + "Lind,One,L1,Ada\nLind,One,L2,Ben\n", []string{"3 fleet-differs prefix|2"}},
		"two towns":          {head + "Lind,One,,,,,,,,,Köln\nLind,Two,,,,,,,,,Bonn\n", []string{"3 fleet-differs town|2"}},
		"prefix used":        {head + "Lind,One,L1\nRoth,One,L1\n", []string{"3 fleet-prefix-used L1"}},
		"prefix form":        {head + "Lind,One,TOOLONG\n", []string{"2 fleet-prefix"}},
		"two pins":           {head + "Lind,One,,Ada,,482915\nLind,Two,,Ada,,519273\n", []string{"3 fleet-differs pin|2"}},
		"simple pin":         {head + "Lind,One,,Ada,,1234\n", []string{"2 pin-simple"}},
		"pin of letters":     {head + "Lind,One,,Ada,,12ab\n", []string{"2 pin-form"}},
		"role":               {head + "Lind,One,,Ada,organizer\n", []string{"2 fleet-role organizer"}},
		"vat":                {head + "Lind,One,,,,,19.555\n", []string{"2 fleet-vat 19.555"}},
		"colour":             {head + "Lind,One,,,,,,blue\n", []string{"2 fleet-colour blue"}},
		"languages":          {head + "Lind,One,,,,,,,german\n", []string{"2 fleet-languages german"}},
		"tip":                {head + "Lind,One,,,,,,,,perhaps\n", []string{"2 fleet-yes perhaps"}},
		"share without whom": {"stall,share\nLind,89\n", []string{"2 fleet-share"}},
		"whom without share": {"stall,share_to\nLind,recipient_a\n", []string{"2 fleet-share"}},
		"share above all":    {"stall,share_to,share\nLind,recipient_a,101\n", []string{"2 fleet-share 101", "2 fleet-share"}},
		"control letters":    {head + "Li\x07nd,One\n", []string{"2 name-form"}},
		"turned direction":   {head + "Lind,One\u202e\n", []string{"2 name-form"}},
		"all of them":        {head + ",One\nLind,One,!\nLind,Two,,Ada,boss\n", []string{"2 fleet-stall", "3 fleet-prefix", "4 fleet-role boss"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := faultsOf(planFleet([]byte(c.file), emptyFleet())); !slices.Equal(got, c.want) {
				t.Errorf("faults %q\nwant   %q", got, c.want)
			}
		})
	}
}

// TestFleet_large is refused whole, and not read on behind the last row that counts (B148).
func TestFleet_large(t *testing.T) {
	if got := faultsOf(planFleet(make([]byte, SheetLimit+1), emptyFleet())); !slices.Equal(got, []string{"1 csv-large"}) {
		t.Errorf("a file over the limit: %v", got)
	}
	many := "stall\n" + strings.Repeat("A\n", 1_000_001)
	s, faults := readSheet([]byte(many), fleetColumns)
	if s != nil || len(faults) != 1 || faults[0].Err.Key != KeySheetLong || faults[0].Line != sheetRows+2 {
		t.Errorf("a sheet: %v, faults %v", s != nil, faults)
	}
}

// TestFleet_texts keeps quoted newlines out of names and formulas as what they are (B147, B153).
func TestFleet_texts(t *testing.T) {
	p := planFleet([]byte("stall,register,seller\n=SUM(A1),'=1+1,\"O\"\"Neill; 'Söhne'\"\n"), emptyFleet())
	if len(p.Faults) > 0 || p.Stalls[0].Stall.Name != "=SUM(A1)" || p.Registers[0].Register.Name != "=1+1" || p.Stalls[0].Stall.Seller != "O\"Neill; 'Söhne'" {
		t.Errorf("plan %+v, faults %v", p, faultsOf(p))
	}
	p = planFleet([]byte("stall,register\nLind,\"One\nTwo\"\nRoth,x\"y\n"), emptyFleet())
	if got, want := faultsOf(p), []string{"2 name-form", "4 csv-quote 4|7"}; !slices.Equal(got, want) {
		t.Errorf("faults %q, want %q", got, want)
	}
}

// TestFleet_attributes reads what a file may say of a stall.
func TestFleet_attributes(t *testing.T) {
	p := planFleet([]byte("stall;register;town;tagline;colour;languages;vat_number;vat;tip\nLind;One;Köln;Warm bread;#AB12ef;de, en;DE123;7,7 %;ja\nLind;Two\n"), emptyFleet())
	want := kiosk.Stall{Name: "Lind", Town: "Köln", Tagline: "Warm bread", Accent: "#ab12ef", Languages: []string{"de", "en"}, VATNumber: "DE123", VAT: 770, AsksTip: true}
	got := p.Stalls[0].Stall
	if len(p.Faults) > 0 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("stall %+v\nwant  %+v, faults %v", got, want, faultsOf(p))
	}
}

// TestFleet_share reads the share of a seller who has an account of the own.
func TestFleet_share(t *testing.T) {
	p := planFleet([]byte("stall,share_to,share\nLind,recipient_a,89.5\nRoth,,\n"), emptyFleet())
	if want := []kiosk.Share{{Token: "recipient_a", Name: "Lind", Percent: 8950}}; len(p.Faults) > 0 || !slices.Equal(p.Stalls[0].Stall.SplitTerms, want) {
		t.Errorf("terms %+v, faults %v", p.Stalls[0].Stall.SplitTerms, faultsOf(p))
	}
	if terms := p.Stalls[1].Stall.SplitTerms; len(terms) > 0 {
		t.Errorf("terms out of nothing: %v", terms)
	}
}

// TestFleet_prefixes draws those that the file leaves out, and none twice.
func TestFleet_prefixes(t *testing.T) {
	there := emptyFleet()
	there.prefixes["L2"] = "x"
	p := planFleet([]byte("stall,register,prefix\nLind,One,\nLind,Two,L1\nLind,Three,\n漢,Four,\n"), there)
	var got []string
	for _, r := range p.Registers {
		got = append(got, r.Register.Prefix)
	}
	if want := []string{"L3", "L1", "L4", "R1"}; !slices.Equal(got, want) {
		t.Errorf("prefixes %v, want %v", got, want)
	}
}

// TestFleet_known recognises by name what is there and leaves it as it is.
func TestFleet_known(t *testing.T) {
	there := emptyFleet()
	there.stalls["lind"] = kiosk.Stall{ID: "s1", Name: "Lind", Town: "Köln"}
	there.registers[within("Lind", "One")] = kiosk.Register{ID: "r1", Stall: "s1", Name: "One", Prefix: "L1"}
	there.prefixes["L1"] = within("Lind", "One")
	there.people[within("Lind", "Ada")] = kiosk.Staff{ID: "p1", Name: "Ada", Role: kiosk.Manager}
	p := planFleet([]byte("stall,register,prefix,staff,role,town\nLIND,one,L9,ada,cashier,Bonn\nLind,Two,,Ben,,\n"), there)
	s, g, w := p.Fresh()
	if len(p.Faults) > 0 || s != 0 || g != 1 || w != 1 {
		t.Fatalf("new: %d %d %d, faults %v", s, g, w, faultsOf(p))
	}
	if one := p.Registers[0]; !one.Known || !one.Stays || one.Register.Prefix != "L1" {
		t.Errorf("the register that is there: %+v", one)
	}
	if one := p.Staff[0]; !one.Known || !one.Stays || one.Role != kiosk.Manager {
		t.Errorf("the person who is there: %+v", one)
	}
	if p.Stalls[0].Stall.Town != "Köln" || p.Stalls[0].Stall.ID != "s1" {
		t.Errorf("the stall that is there: %+v", p.Stalls[0])
	}
}

// FuzzPlanFleet reads any file: it ends, names lines that exist, and what it would make is unique
// and fits the forms.
func FuzzPlanFleet(f *testing.F) {
	f.Add([]byte("stall,register,prefix,staff,role,pin\nLind,One,L1,Ada,manager,482915\nLind,Two\n"))
	f.Add([]byte("\xef\xbb\xbfStand;Kasse;Ust\r\n\"Li\"\"nd\";\"a\nb\";19\r\n;x\r\n"))
	f.Add([]byte("stall\ttown\n'=A\tB\n\"\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := planFleet(raw, emptyFleet())
		lines := strings.Count(string(raw), "\n") + 1
		for _, fault := range p.Faults {
			if fault.Line < 1 || fault.Line > lines || fault.Err.Key == "" {
				t.Fatalf("fault %+v of %d lines", fault, lines)
			}
		}
		if len(p.Faults) > 0 {
			return
		}
		seen := map[string]bool{}
		for _, r := range p.Registers {
			if !validPrefix(r.Register.Prefix) || seen[r.Register.Prefix] || kiosk.CheckName(r.Register.Name) != nil {
				t.Fatalf("register %+v", r)
			}
			seen[r.Register.Prefix] = true
		}
		for _, w := range p.Staff {
			if kiosk.CheckName(w.Name) != nil || (w.PIN != "" && kiosk.CheckNewPIN(w.PIN) != nil) {
				t.Fatalf("person %+v", w)
			}
		}
		if len(p.Stalls) == 0 {
			t.Fatal("neither stall nor fault")
		}
	})
}
