package officeview

import (
	"net/url"
)

// The addresses of the office for registers, devices and people.
const (
	PathWall        = "/office/wall"         // GET
	PathWallLive    = "/office/wall/live"    // websocket
	PathImport      = "/office/import"       // GET the form; POST file: a preview
	PathImportApply = "/office/import/apply" // POST draft, life: makes it, and answers with the cards
	PathCards       = "/office/cards"        // GET the form; POST life, tablet-…, display-…, pin-…

	PathRegisters           = PathStall + "/registers" // GET; POST name, prefix
	PathRegister            = PathRegisters + "/{register}"
	PathRegisterName        = PathRegister + "/name"        // POST name
	PathRegisterMove        = PathRegister + "/move"        // POST to
	PathRegisterCard        = PathRegister + "/card"        // POST kind, life: answers with the card
	PathRegisterPair        = PathRegister + "/pair"        // POST code: asks whether that tablet is meant
	PathRegisterPairConfirm = PathRegisterPair + "/confirm" // POST code
	PathRegisterUnlink      = PathRegister + "/unlink"      // POST ticket
	PathRegisterRevoke      = PathRegister + "/revoke"      // POST device; without one, all of them
	PathRegisterLost        = PathRegister + "/lost"        // GET: what to do

	PathStaff       = PathStall + "/staff"       // GET; POST name, role, pin: answers with the slip
	PathStaffChange = PathStaff + "/{person}"    // POST name, role
	PathStaffPIN    = PathStaffChange + "/pin"   // POST: answers with the slip
	PathStaffLeave  = PathStaffChange + "/leave" // POST
)

// RegistersPath is the address of the list of a stall's registers.
func RegistersPath(stall string) string { return StallPath(stall, "/registers") }

// RegisterPath is the address of a register in the office; what begins with a slash is one of its
// further pages.
func RegisterPath(stall, register, further string) string {
	return RegistersPath(stall) + "/" + url.PathEscape(register) + further
}

// StaffPath is the address of the list of a stall's people.
func StaffPath(stall string) string { return StallPath(stall, "/staff") }

func personPath(stall, person, further string) string {
	return StaffPath(stall) + "/" + url.PathEscape(person) + further
}
