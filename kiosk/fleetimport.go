package kiosk

// Draft is a file between its preview and its import: sealed, because it may hold PINs, and gone
// after half an hour.
type Draft struct {
	Hash    string // of the secret that the preview's form holds
	Kind    string
	By      string // whose draft it is: nobody else can import it
	Expires int64  // Unix milliseconds
	Sealed  []byte
}

// EnrolmentReader reads what the office hands out.
type EnrolmentReader interface {
	// Draft finds a draft; one whose time is over is [NotFound].
	Draft(hash string) (Draft, error)
	// Tickets returns every one-time link of a register that is still kept, used ones too.
	Tickets(register string) ([]Ticket, error)
	// DeviceHealth returns what the devices of a register told of themselves last; those of every
	// register if register is "".
	DeviceHealth(register string) ([]DeviceHealth, error)
}

// EnrolmentWriter stores it.
type EnrolmentWriter interface {
	// PutDraft keeps a draft and forgets those whose time is over.
	PutDraft(d Draft) error
	DropDraft(hash string) error
	DropTicket(hash string) error
	PutDeviceHealth(h DeviceHealth) error
}

// MadeFleet is what an import has made, for cards and slips. PINs are told this one time.
type MadeFleet struct {
	Stalls    []Stall
	Registers []Register
	Staff     []StaffWithPIN
}

// StaffWithPIN is a person with the PIN as it was given or drawn.
type StaffWithPIN struct {
	Staff Staff
	PIN   string
}

// Record is what the trail says of a register.
func (g *Register) Record() map[string]any {
	return map[string]any{"Name": g.Name, "Prefix": g.Prefix, "Stall": g.Stall}
}

// Record is what the trail says of a person: never the name.
func (p *Staff) Record() map[string]any {
	return map[string]any{"Role": string(p.Role), "Stall": p.Stall, "Left": p.Left}
}
