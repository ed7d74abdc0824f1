package kiosk

import (
	"context"
	"time"
)

// Store keeps everything. Its methods return [*Error] with code [NotFound] for what is not there,
// [Conflict] where a unique rule of the data says no, and [Unavailable] when it cannot read or
// write now.
type Store interface {
	// Change runs decide in one transaction on a stream: a register's ID or OfficeStream. It
	// begins by updating the stream's counter row, which is the lock on every engine. decide may
	// run more than once, must not keep anything of the Tx, and does no I/O of its own. An error
	// of decide undoes everything it did and is returned as it is. Change returns only after the
	// commit that holds the change, with the stream's new version.
	Change(ctx context.Context, stream string, decide func(Tx) error) (version int64, err error)
	// View runs read on one consistent snapshot.
	View(ctx context.Context, read func(Reader) error) error
	// Claim leases up to n due errands of the given kinds to this caller, raising their fence and
	// counting the try before it is made. No errand is ever leased twice at a time.
	Claim(ctx context.Context, kinds []ErrandKind, now, until int64, n int) ([]Errand, error)
	// NextDue returns when the earliest unleased errand of the given kinds is due, 0 if none.
	NextDue(ctx context.Context, kinds []ErrandKind) (int64, error)
	// Lead tells whether holder may do until then what only one process at a time should do. A
	// holder that asks again in time keeps the lead.
	Lead(ctx context.Context, name, holder string, now, until int64) (bool, error)
	// Abandon gives back every errand that a process before this one had claimed. Where others may
	// share the store it does nothing: their leases end by themselves.
	Abandon(ctx context.Context) error
	// Hasten makes every errand due now, and ends leases that a clock which was ahead has given.
	Hasten(ctx context.Context, now int64) error
	// EnsureInstallation returns the settings, making and storing those of fresh if the store is new. A store
	// of the other mode returns [Conflict].
	EnsureInstallation(ctx context.Context, fresh Installation) (Installation, error)
}

// Reader reads. What is not there is [NotFound].
type Reader interface {
	SaleReader
	StallReader
	TakingsReader
	EnrolmentReader
	ItemReader
	SelfTestReader
	OfficeReader
	RetentionReader
	TrailReader
	PictureReader
	StatementReader
	WallReader
	AuditReader
	ParkedReader
	// Versions returns the version of each of the given streams; an unknown one is 0.
	Versions(streams []string) (map[string]int64, error)
	// Events returns up to n events of a stream behind seq after, in order.
	Events(stream string, after int64, n int) ([]Event, error)
}

// SaleReader finds sales.
type SaleReader interface {
	Sale(id string) (*Sale, error)
	// SaleByKey finds the sale that a command key of a device has made.
	SaleByKey(device, key string) (*Sale, error)
	SaleByReceipt(secret string) (*Sale, error)
	SaleByNumber(register, number string) (*Sale, error)
	// SaleByPayID finds the sale of a link by the gateway's number.
	SaleByPayID(account string, payID int64) (*Sale, int, error)
	SaleByRef(ref string) (*Sale, int, error)
	// SaleByToken finds the sale of a live webhook address by the hash of its token.
	SaleByToken(hash string) (*Sale, int, error)
	// Current returns the sale the register's screens are about.
	Current(register string) (*Sale, error)
	// LastSales returns the newest sales of a register, newest first.
	LastSales(register string, n int) ([]*Sale, error)
	// Watched returns the sales whose links the sweep must ask about, oldest first: those that
	// are not at rest, or whose link ended after since.
	Watched(since int64, n int) ([]*Sale, error)
	// Waiting returns inbox notices of a link, oldest first.
	Waiting(link string) ([]Inbox, error)
	Errand(sale string, d Duty) (Errand, error)
}

// TakingsReader reads sums and reports.
type TakingsReader interface {
	// Totals returns the running total of a register, or of the sales of one of its shifts.
	Totals(register, shift string) (Figures, error)
	Takings(q TakingsQuery) ([]Takings, error)
	// ListedMethods sums the gateway's standing rows of a register that were first seen after since, by
	// the way they were paid; those of which that is not known are left out. It is never nil.
	ListedMethods(register string, since int64) ([]MethodSum, error)
	Sold(q SoldQuery) ([]Sold, error)
	// Report finds the report of a closed shift.
	Report(shift string) (Report, error)
	// Reports returns the newest reports of a register with numbers below before (0: all).
	Reports(register string, before int64, n int) ([]Report, error)
}

// StallReader finds stalls, registers, devices and people.
type StallReader interface {
	Stall(id string) (Stall, error)
	Stalls() ([]Stall, error)
	Register(id string) (Register, error)
	Registers(stall string) ([]Register, error)
	// Device finds a device by the hash of its secret, revoked ones too.
	Device(secretHash string) (Device, error)
	Devices(register string) ([]Device, error)
	Staff(id string) (Staff, error)
	StaffOf(stall string) ([]Staff, error)
	OpenShift(register string) (Shift, error)
	Cart(register string) (Cart, error)
	Ticket(hash string) (Ticket, error)
	PairingByCode(code string) (Pairing, error)
	PairingBySecret(secretHash string) (Pairing, error)
	DeviceTries(device string) (Tries, error)
}

// Tx writes within one transaction on one stream, and what the office's trail has to tell of it.
type Tx interface {
	Reader
	EnrolmentWriter
	OfficeWriter
	RetentionWriter
	AuditWriter
	StatementWriter
	ParkedWriter
	// Number returns the next running sale number of the stream.
	Number() (int64, error)
	// OrderNumber returns the next order number of the stream's register on a day (days since 1 January
	// 1970): 1, 2 and so on.
	OrderNumber(day int64) (int64, error)
	// PutSale stores a sale with its links and rows; a second payment row for one link, a second
	// current sale of a register or a used command key is [Conflict].
	PutSale(s *Sale) error
	// Post adds to the running totals and the takings of a sale's place.
	Post(b NewPosting) error
	// PutReport freezes the report of a closed shift. A second one of that shift, or of that
	// number of the register, is [Conflict]; there is no way to change one.
	PutReport(r Report) error
	// Append seals the events behind the last one of the stream.
	Append(events ...Event) error
	// AppendOffice does the same behind the last one of the office's stream, whatever stream the
	// transaction is on: what somebody in the office did to a register.
	AppendOffice(events ...Event) error
	// Begin stores errands that are due at due, unless they exist; End removes errands.
	Begin(s *Sale, due int64, duties ...Duty) error
	End(s *Sale, duties ...Duty) error
	// Postpone gives a claimed errand back until due, with its Tries as they are now; false if its
	// fence has moved on.
	Postpone(e Errand, due int64) (bool, error)
	// PutInbox keeps a delivery: a body seen before on the same link only counts up.
	PutInbox(in Inbox) error
	PutToken(hash, sale string, link int, until int64) error
	PutStall(s Stall) error
	PutRegister(r Register) error
	PutDevice(d Device) error
	PutStaff(s Staff) error
	PutShift(s Shift) error
	PutCart(c Cart) error
	PutItem(i Item) error
	PutSelfTest(t SelfTest) error
	PutPicture(p Picture, raw []byte) error
	RemovePicture(id string) error
	PutTicket(t Ticket) error
	PutPairing(p Pairing) error
	TrimPairings(most int) error
	PutDeviceTries(device string, t Tries) error
}

// Inbox is a delivery at a webhook address, kept as it came.
type Inbox struct {
	Link        string // ID of the link
	Sale        string
	Sum         string // SHA-256 of Raw, hex
	ContentType string
	Raw         []byte
	At          int64 // Unix milliseconds of the first
	Copies      int
}

// Bus tells other processes that something changed. A ring carries no truth: whoever hears it
// reads what is stored, and a lost ring is healed by looking at versions now and then.
type Bus interface {
	// Ring says that stream is at version. It never blocks and never fails.
	Ring(stream string, version int64)
}

// Vault hashes what people know and seals what must be read again, with keys that are not in the
// store. Passwords and recovery codes are hashed like PINs.
type Vault interface {
	FactorVault
	HashPIN(pin string) (string, error)
	// CheckPIN tells whether pin belongs to hash. The work is the same for every hash; an empty
	// hash is checked against a decoy, so that an unknown person takes as long as a known one.
	CheckPIN(ctx context.Context, hash, pin string) (bool, error)
	// Seal encrypts plain so that it opens only with the same context.
	Seal(plain []byte, context string) ([]byte, error)
	Open(sealed []byte, context string) ([]byte, error)
}

// Observer is told how the sale path does, for metrics. Its methods must be quick.
type Observer interface {
	Created(d time.Duration, outcome string) // a create call at the gateway
	Noticed(d time.Duration, believed bool)  // from a webhook's body to its commit
	Polled(rows int, err error)
}
