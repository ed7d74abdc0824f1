package kiosk

import (
	"slices"
	"strconv"
	"strings"
)

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
var fleetColumns = []column{
	{name: "stall", need: true, also: []string{"stand"}},
	{name: "register", also: []string{"kasse"}},
	{name: "prefix", also: []string{"kürzel", "präfix"}},
	{name: "staff", also: []string{"name", "person", "staff_name"}},
	{name: "role", also: []string{"rolle"}},
	{name: "pin"},
	{name: "town", also: []string{"ort", "place"}},
	{name: "tagline", also: []string{"spruch"}},
	{name: "colour", also: []string{"farbe", "color", "accent"}},
	{name: "languages", also: []string{"sprachen"}},
	{name: "seller", also: []string{"verkäufer"}},
	{name: "vat_number", also: []string{"ust_id", "ust_idnr"}},
	{name: "vat", also: []string{"ust", "mwst"}},
	{name: "tip", also: []string{"trinkgeld"}},
	{name: "share_to", also: []string{"anteil_an"}},
	{name: "share", also: []string{"anteil"}},
}

// FleetPlan is what a file would make. Nothing of it is stored.
type FleetPlan struct {
	Lines     int // rows with content
	Stalls    []PlannedStall
	Registers []PlannedRegister
	People    []PlannedPerson
	Faults    []LineFault
}

// PlannedStall is a stall of a file. Known ones are there already and stay as they are.
type PlannedStall struct {
	Stall Stall // without ID unless it is known
	Line  int   // where it is named first
	Known bool
}

// PlannedRegister is a register of a file.
type PlannedRegister struct {
	Register Register // without ID unless it is known
	Stall    string   // name
	Line     int
	Known    bool
	Stays    bool // known, and its prefix is another than that of the file: it stays
}

// PlannedPerson is a person of a file.
type PlannedPerson struct {
	Name  string
	Role  Role
	PIN   string // "" one is drawn
	Stall string // name
	Line  int
	Known bool
	Stays bool // known, with another role than in the file: it stays
}

// Fresh counts what the plan would make.
func (p *FleetPlan) Fresh() (stalls, registers, people int) {
	for _, s := range p.Stalls {
		stalls += oneIf(!s.Known)
	}
	for _, r := range p.Registers {
		registers += oneIf(!r.Known)
	}
	for _, w := range p.People {
		people += oneIf(!w.Known)
	}
	return stalls, registers, people
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// fleet is what is there already, by folded name.
type fleet struct {
	stalls    map[string]Stall
	registers map[string]Register // by stall and name
	people    map[string]Staff    // by stall and name; only who works there
	prefixes  map[string]string   // prefix to the register that has it
}

// foldName makes names equal that people take for the same: case and blanks do not count.
func foldName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func within(stall, name string) string { return foldName(stall) + "\n" + foldName(name) }

// readFleet reads what is there.
func readFleet(r Reader) (*fleet, error) {
	f := &fleet{map[string]Stall{}, map[string]Register{}, map[string]Staff{}, map[string]string{}}
	stalls, err := r.Stalls()
	if err != nil {
		return nil, err
	}
	for _, s := range stalls {
		f.stalls[foldName(s.Name)] = s
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
	plan  FleetPlan

	stalls    map[string]int // folded name to its place in the plan
	registers map[string]int
	people    map[string]int
	told      map[string]told // attribute of a stall to what was said of it first
}

type told struct {
	text string
	line int
}

// planFleet reads a file against what is there. It stores nothing and changes nothing.
func planFleet(raw []byte, there *fleet) FleetPlan {
	s, faults := readSheet(raw, fleetColumns)
	p := &planner{
		fleet: there, sheet: s, plan: FleetPlan{Faults: faults},
		stalls: map[string]int{}, registers: map[string]int{}, people: map[string]int{}, told: map[string]told{},
	}
	if s == nil {
		return p.plan
	}
	if p.plan.Lines = len(s.rows); p.plan.Lines == 0 && len(faults) == 0 {
		p.plan.Faults = fileFault(1, &Error{Code: Invalid, Key: KeySheetEmpty})
	}
	for _, row := range s.rows {
		p.row(row)
	}
	p.number()
	p.terms()
	slices.SortStableFunc(p.plan.Faults, func(a, b LineFault) int { return a.Line - b.Line })
	return p.plan
}

func (p *planner) fault(row sheetRow, column, key string, args ...string) {
	p.plan.Faults = append(p.plan.Faults, LineFault{
		Line: row.line, Column: column, Err: &Error{Code: Invalid, Key: key, Field: column, Args: args},
	})
}

// row takes one line. A line that says nothing that an earlier one has not said is a mistake.
func (p *planner) row(row sheetRow) {
	name := p.sheet.get(row, "stall")
	if name == "" {
		p.fault(row, "stall", KeyFleetStall)
		return
	}
	if checkName(name) != nil {
		p.fault(row, "stall", KeyNameForm)
		return
	}
	first, before := 0, len(p.plan.Faults)
	if i, named := p.stalls[foldName(name)]; named {
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
	key := foldName(name)
	i, named := p.stalls[key]
	if !named {
		known, there := p.fleet.stalls[key]
		one := PlannedStall{Stall: Stall{Name: name}, Line: row.line, Known: there}
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
		p.told[key+"\n"+a.column], fresh = told{text, row.line}, true
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
	if checkName(name) != nil {
		p.fault(row, "register", KeyNameForm)
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
	one := PlannedRegister{Register: Register{Name: name, Prefix: prefix}, Stall: stall, Line: row.line}
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
	one := PlannedPerson{Name: name, Stall: stall, Line: row.line, PIN: pin}
	var known bool
	if one.Role, known = roleOf(role); !known {
		p.fault(row, "role", KeyFleetRole, shorten(role))
	}
	if checkName(name) != nil {
		p.fault(row, "staff", KeyNameForm)
	}
	if err := checkNewPIN(pin); pin != "" && err != nil {
		p.fault(row, "pin", KeyOf(err))
	}
	key := within(stall, name)
	if i, named := p.people[key]; named {
		before := &p.plan.People[i]
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
	}
	p.people[key] = len(p.plan.People)
	p.plan.People = append(p.plan.People, one)
	return row.line, true
}

// roleOf reads a role as people write it; none is a cashier. Organizers are not made by a file.
func roleOf(text string) (Role, bool) {
	switch strings.ToLower(text) {
	case "", "cashier", "kasse", "kassierer", "kassiererin", "kassierer:in", "kassenkraft":
		return Cashier, true
	case "manager", "leitung", "managerin", "leiter", "leiterin":
		return Manager, true
	}
	return Cashier, false
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
		if err := CheckTerms(one.Stall.SplitTerms); err != nil && !one.Known {
			p.fault(sheetRow{line: one.Line}, "share", KeyFleetShare)
		}
	}
}
