package kiosk

import "slices"

// Role is what staff or a user may do. Another role is a row of [roles] and words under "role.".
type Role string

// The roles.
const (
	Cashier   Role = "cashier"
	Manager   Role = "manager"
	Viewer    Role = "viewer"
	Organizer Role = "organizer"
)

// power is what somebody of a role may do.
type power struct {
	role      Role
	till      int  // at a till, where each includes the lower ones; 0 is given no PIN
	office    bool // signs in to the office, and reads there
	ofStall   bool // of one stall alone; the others do not exist for this role
	changes   bool // changes what it reads
	organizes bool // may do what is kept for the organizer
}

// roles is what each role may, in the order in which they are offered.
var roles = []power{
	{role: Cashier, till: 1},
	{role: Manager, till: 2, office: true, ofStall: true, changes: true},
	{role: Viewer, office: true},
	{role: Organizer, till: 3, office: true, changes: true, organizes: true},
}

func (r Role) power() power {
	i := slices.IndexFunc(roles, func(p power) bool { return p.role == r })
	if i < 0 {
		return power{}
	}
	return roles[i]
}

func rolesThat(may func(power) bool) (all []Role) {
	for _, p := range roles {
		if may(p) {
			all = append(all, p.role)
		}
	}
	return all
}

// StaffRoles are those that people with a PIN may have.
func StaffRoles() []Role {
	return rolesThat(func(p power) bool { return p.till > 0 && !p.organizes })
}

// UserRoles are those that people of the office may have.
func UserRoles() []Role { return rolesThat(func(p power) bool { return p.office }) }

// OfStall tells whether a role is given for one stall.
func (r Role) OfStall() bool { return r.power().ofStall }

// Changes tells whether a role may change what it reads in the office.
func (r Role) Changes() bool { return r.power().changes }

// Organizes tells whether a role may do what is kept for the organizer.
func (r Role) Organizes() bool { return r.power().organizes }

// Covers tells whether somebody of role r may do at a till what needs role need.
func (r Role) Covers(need Role) bool { return r.power().till >= need.power().till }

// MayRead tells whether the actor may see a stall; "" stands for all of them.
func (c OfficeActor) MayRead(stall string) bool {
	p := c.Role.power()
	return p.office && (!p.ofStall || (stall != "" && stall == c.Stall))
}

// MayChange tells whether the actor may change a stall; "" stands for all of them.
func (c OfficeActor) MayChange(stall string) bool {
	return c.Role.Changes() && c.MayRead(stall)
}

// CheckMayRead is [NotFound] for a stall that the actor may not see: nobody learns which stalls there are.
func (c OfficeActor) CheckMayRead(stall string) error {
	if c.MayRead(stall) {
		return nil
	}
	return &Error{Code: NotFound, Key: string(NotFound)}
}

// CheckMayChange is [NotFound] for a stall that the actor may not see, and [Forbidden] for one that
// may only be read.
func (c OfficeActor) CheckMayChange(stall string) error {
	if err := c.CheckMayRead(stall); err != nil || c.MayChange(stall) {
		return err
	}
	return &Error{Code: Forbidden, Key: string(Forbidden)}
}

// CheckOrganizer is [Forbidden] for everybody but an organizer.
func (c OfficeActor) CheckOrganizer() error {
	if c.Role.Organizes() {
		return nil
	}
	return &Error{Code: Forbidden, Key: KeyOfficeOrganizer}
}
