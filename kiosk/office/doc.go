// Package office is what organizers and heads of stalls do: they sign in with password and code, set
// up stalls, registers, people and devices, keep the catalogue, import files, watch the wall, decide
// about what nobody else can explain, and say how long things are kept. It owns every change of the
// installation itself, each written into the trail with who did it and what was there before. It
// never touches the facts of a sale, but for what retention erases.
//
// [Office] holds its parts, each with what it needs:
//
//	SignIn         coming in and leaving, wrong tries
//	Users          who may come in: invitations, sign-up, one-time codes, recovery
//	Stalls         stalls and the terms they sell under
//	StallAccounts  the accounts they sell with
//	Pictures       their logos and what displays show
//	Catalogue      their items, by hand or by a file
//	Registers      registers, devices, tickets, tablets that are connected by their code
//	Staff          people with a PIN
//	FleetImport    stalls, registers and staff from a file
//	Settings       gateway key, public address, retention
//	Retention      what is removed when its time is over
//	Unexplained    links and rows that a person has to decide about
//	Trail, Wall    what is read: the office's stream, all registers
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// A newer key of a known account replaces the older one. Accounts are told apart by their number at the
// gateway, and a key with a known number counts for links of before as well; as long as no link has told
// the number, every key is an account of its own. Renewing a key cuts the older one off at once, so that
// open links could not be read any more. If keys overlapped, each link could stay with its own.
package office
