package kiosk

// FleetPlan is what a file would make. Nothing of it is stored.
type FleetPlan struct {
	Lines     int // rows with content
	Stalls    []PlannedStall
	Registers []PlannedRegister
	Staff     []PlannedStaff
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

// PlannedStaff is a person of a file.
type PlannedStaff struct {
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
		stalls += OneIf(!s.Known)
	}
	for _, r := range p.Registers {
		registers += OneIf(!r.Known)
	}
	for _, w := range p.Staff {
		people += OneIf(!w.Known)
	}
	return stalls, registers, people
}

// OneIf counts: 1 for yes.
func OneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
