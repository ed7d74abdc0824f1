package office

import (
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// NameKey makes names equal that people take for the same: case and blanks do not count.
func NameKey(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func within(stall, name string) string { return NameKey(stall) + "\n" + NameKey(name) }

// roleOf reads a role as people write it; none is a cashier. Organizers are not made by a file.
func roleOf(text string) (kiosk.Role, bool) {
	switch strings.ToLower(text) {
	case "", "cashier", "kasse", "kassierer", "kassiererin", "kassierer:in", "kassenkraft":
		return kiosk.Cashier, true
	case "manager", "leitung", "managerin", "leiter", "leiterin":
		return kiosk.Manager, true
	}
	return kiosk.Cashier, false
}

// The keys of messages about files of stalls, registers and people.
const (
	KeyFleetStall   = "fleet-stall"
	KeyFleetRepeats = "fleet-repeats"
	KeyFleetDiffers = "fleet-differs"
	KeyFleetPrefix  = "fleet-prefix"
	KeyFleetUsed    = "fleet-prefix-used"
	KeyFleetAlone   = "fleet-alone"
	KeyFleetRole    = "fleet-role"
	KeyFleetColour  = "fleet-colour"
	KeyFleetWords   = "fleet-languages"
	KeyFleetVAT     = "fleet-vat"
	KeyFleetYes     = "fleet-yes"
	KeyFleetText    = "fleet-text"
	KeyFleetShare   = "fleet-share"
)

// fleetColumns are the columns of a file of stalls, registers and people. A line names a stall, and
// beside it a register, a person, or both; "also" are the names that people use in German.
var fleetColumns = []kiosk.Column{
	{Name: "stall", Need: true, Also: []string{"stand"}},
	{Name: "register", Also: []string{"kasse"}},
	{Name: "prefix", Also: []string{"kürzel", "präfix"}},
	{Name: "staff", Also: []string{"name", "person", "staff_name"}},
	{Name: "role", Also: []string{"rolle"}},
	{Name: "pin"},
	{Name: "town", Also: []string{"ort", "place"}},
	{Name: "tagline", Also: []string{"spruch"}},
	{Name: "colour", Also: []string{"farbe", "color", "accent"}},
	{Name: "languages", Also: []string{"sprachen"}},
	{Name: "seller", Also: []string{"verkäufer"}},
	{Name: "vat_number", Also: []string{"ust_id", "ust_idnr"}},
	{Name: "vat", Also: []string{"ust", "mwst"}},
	{Name: "tip", Also: []string{"trinkgeld"}},
	{Name: "share_to", Also: []string{"anteil_an"}},
	{Name: "share", Also: []string{"anteil"}},
}

// fleet is what is there already, by folded name.
type fleet struct {
	stalls    map[string]kiosk.Stall
	registers map[string]kiosk.Register // by stall and name
	people    map[string]kiosk.Staff    // by stall and name; only who works there
	prefixes  map[string]string         // prefix to the register that has it
}

// readFleet reads what is there.
func readFleet(r kiosk.StallReader) (*fleet, error) {
	f := &fleet{map[string]kiosk.Stall{}, map[string]kiosk.Register{}, map[string]kiosk.Staff{}, map[string]string{}}
	stalls, err := r.Stalls()
	if err != nil {
		return nil, err
	}
	for _, s := range stalls {
		f.stalls[NameKey(s.Name)] = s
		registers, err := r.Registers(s.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range registers {
			f.registers[within(s.Name, g.Name)] = g
			f.prefixes[g.Prefix] = within(s.Name, g.Name)
		}
		people, err := r.StaffOf(s.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if p.Left == 0 {
				f.people[within(s.Name, p.Name)] = p
			}
		}
	}
	return f, nil
}

// planner turns the rows of a file into a plan.
type planner struct {
	fleet *fleet
	sheet *sheet
	plan  kiosk.FleetPlan

	stalls    map[string]int // folded name to its place in the plan
	registers map[string]int
	people    map[string]int
	told      map[string]firstSaid // attribute of a stall to what was said of it first
}

type firstSaid struct {
	text string
	line int
}

// planFleet reads a file against what is there. It stores nothing and changes nothing.
func planFleet(raw []byte, there *fleet) kiosk.FleetPlan {
	s, faults := readSheet(raw, fleetColumns)
	p := &planner{
		fleet: there, sheet: s, plan: kiosk.FleetPlan{Faults: faults},
		stalls: map[string]int{}, registers: map[string]int{}, people: map[string]int{}, told: map[string]firstSaid{},
	}
	if s == nil {
		return p.plan
	}
	if p.plan.Lines = len(s.rows); p.plan.Lines == 0 && len(faults) == 0 {
		p.plan.Faults = fileFault(1, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetEmpty})
	}
	for _, row := range s.rows {
		p.row(row)
	}
	p.number()
	p.terms()
	slices.SortStableFunc(p.plan.Faults, func(a, b kiosk.LineFault) int { return a.Line - b.Line })
	return p.plan
}

func (p *planner) fault(row sheetRow, column, key string, args ...string) {
	p.plan.Faults = append(p.plan.Faults, kiosk.LineFault{
		Line: row.line, Column: column, Err: &kiosk.Error{Code: kiosk.Invalid, Key: key, Field: column, Args: args},
	})
}

// row takes one line. A line that says nothing that an earlier one has not said is a mistake.
func (p *planner) row(row sheetRow) {
	name := p.sheet.get(row, "stall")
	if name == "" {
		p.fault(row, "stall", KeyFleetStall)
		return
	}
	if kiosk.CheckName(name) != nil {
		p.fault(row, "stall", kiosk.KeyNameForm)
		return
	}
	first, before := 0, len(p.plan.Faults)
	if i, named := p.stalls[NameKey(name)]; named {
		first = p.plan.Stalls[i].Line
	}
	fresh := p.stall(row, name)
	if line, added := p.register(row, name); added {
		fresh = true
	} else if line > 0 {
		first = max(first, line)
	}
	if line, added := p.person(row, name); added {
		fresh = true
	} else if line > 0 {
		first = max(first, line)
	}
	if !fresh && len(p.plan.Faults) == before {
		p.fault(row, "", KeyFleetRepeats, strconv.Itoa(first))
	}
}

// stall takes what a line says of its stall and tells whether any of it is new.
func (p *planner) stall(row sheetRow, name string) (fresh bool) {
	key := NameKey(name)
	i, named := p.stalls[key]
	if !named {
		known, there := p.fleet.stalls[key]
		one := kiosk.PlannedStall{Stall: kiosk.Stall{Name: name}, Line: row.line, Known: there}
		if there {
			one.Stall = known
		}
		i = len(p.plan.Stalls)
		p.stalls[key], fresh = i, true
		p.plan.Stalls = append(p.plan.Stalls, one)
	}
	for _, a := range stallAttributes {
		text := p.sheet.get(row, a.column)
		if text == "" {
			continue
		}
		before, said := p.told[key+"\n"+a.column]
		if said && before.text != text {
			p.fault(row, a.column, KeyFleetDiffers, a.column, strconv.Itoa(before.line))
		}
		if said {
			continue
		}
		p.told[key+"\n"+a.column], fresh = firstSaid{text, row.line}, true
		target := p.plan.Stalls[i].Stall
		if problem := a.set(&target, text); problem != "" {
			p.fault(row, a.column, problem, shorten(text))
		} else if !p.plan.Stalls[i].Known {
			p.plan.Stalls[i].Stall = target
		}
	}
	return fresh
}

// register takes the register of a line. It returns the line that named it first, if one did.
func (p *planner) register(row sheetRow, stall string) (line int, added bool) {
	name, prefix := p.sheet.get(row, "register"), strings.ToUpper(p.sheet.get(row, "prefix"))
	if name == "" {
		if prefix != "" {
			p.fault(row, "prefix", KeyFleetAlone, "prefix", "register")
		}
		return 0, false
	}
	if kiosk.CheckName(name) != nil {
		p.fault(row, "register", kiosk.KeyNameForm)
		return 0, false
	}
	key := within(stall, name)
	if i, named := p.registers[key]; named {
		one := &p.plan.Registers[i]
		if prefix != "" && prefix != one.Register.Prefix && !one.Known {
			p.fault(row, "prefix", KeyFleetDiffers, "prefix", strconv.Itoa(one.Line))
		}
		return one.Line, false
	}
	one := kiosk.PlannedRegister{Register: kiosk.Register{Name: name, Prefix: prefix}, Stall: stall, Line: row.line}
	if known, there := p.fleet.registers[key]; there {
		one.Register, one.Known = known, true
		one.Stays = prefix != "" && prefix != known.Prefix
	} else {
		p.prefix(row, prefix, key)
	}
	p.registers[key] = len(p.plan.Registers)
	p.plan.Registers = append(p.plan.Registers, one)
	return row.line, true
}

// prefix keeps prefixes apart: two registers with the same one would write the same sale numbers.
func (p *planner) prefix(row sheetRow, prefix, register string) {
	if prefix == "" {
		return
	}
	if !validPrefix(prefix) {
		p.fault(row, "prefix", KeyFleetPrefix)
	} else if _, used := p.fleet.prefixes[prefix]; used {
		p.fault(row, "prefix", KeyFleetUsed, prefix)
	}
	p.fleet.prefixes[prefix] = register
}

// validPrefix tells whether text can be first in a sale number: one to six letters and digits.
func validPrefix(text string) bool {
	return text != "" && len(text) <= 6 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// person takes the person of a line. It returns the line that named them first, if one did.
func (p *planner) person(row sheetRow, stall string) (line int, added bool) {
	name, role, pin := p.sheet.get(row, "staff"), p.sheet.get(row, "role"), p.sheet.get(row, "pin")
	if name == "" {
		if role+pin != "" {
			p.fault(row, "staff", KeyFleetAlone, "role, pin", "staff")
		}
		return 0, false
	}
	one := kiosk.PlannedStaff{Name: name, Stall: stall, Line: row.line, PIN: pin}
	var known bool
	if one.Role, known = roleOf(role); !known {
		p.fault(row, "role", KeyFleetRole, shorten(role))
	}
	if kiosk.CheckName(name) != nil {
		p.fault(row, "staff", kiosk.KeyNameForm)
	}
	if err := kiosk.CheckNewPIN(pin); pin != "" && err != nil {
		p.fault(row, "pin", kiosk.KeyOf(err))
	}
	key := within(stall, name)
	if i, named := p.people[key]; named {
		before := &p.plan.Staff[i]
		if pin != "" && pin != before.PIN {
			p.fault(row, "pin", KeyFleetDiffers, "pin", strconv.Itoa(before.Line))
		}
		if role != "" && one.Role != before.Role {
			p.fault(row, "role", KeyFleetDiffers, "role", strconv.Itoa(before.Line))
		}
		return before.Line, false
	}
	if there, works := p.fleet.people[key]; works {
		one.Known = true
		one.Stays = role != "" && one.Role != there.Role
		one.Role = there.Role
	} else if at := p.fleet.stalls[NameKey(stall)]; pin != "" && kiosk.KeyOf(at.CheckNewPIN(pin)) == kiosk.KeyPINLength {
		p.fault(row, "pin", kiosk.KeyPINLength, strconv.FormatInt(at.PINDigits(), 10))
	}
	p.people[key] = len(p.plan.Staff)
	p.plan.Staff = append(p.plan.Staff, one)
	return row.line, true
}

// number gives a prefix to every register that has none: the first letter of its stall and the
// next number that is free.
func (p *planner) number() {
	last := map[string]int{} // by letter
	for i := range p.plan.Registers {
		r := &p.plan.Registers[i]
		if r.Known || r.Register.Prefix != "" {
			continue
		}
		letter := prefixLetter(r.Stall)
		for n := last[letter] + 1; ; n++ {
			last[letter] = n
			prefix := letter + strconv.Itoa(n)
			if _, used := p.fleet.prefixes[prefix]; !used {
				r.Register.Prefix = prefix
				p.fleet.prefixes[prefix] = within(r.Stall, r.Register.Name)
				break
			}
		}
	}
}

func prefixLetter(name string) string {
	for _, r := range strings.ToUpper(name) {
		if r >= 'A' && r <= 'Z' {
			return string(r)
		}
	}
	return "R"
}

// terms wants split terms that the gateway takes: a recipient and a share, or neither.
func (p *planner) terms() {
	for _, one := range p.plan.Stalls {
		if err := kiosk.CheckTerms(one.Stall.SplitTerms); err != nil && !one.Known {
			p.fault(sheetRow{line: one.Line}, "share", KeyFleetShare)
		}
	}
}
