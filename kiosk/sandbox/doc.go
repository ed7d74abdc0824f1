// Package sandbox is an embedded SecPaid: a real HTTP server that speaks SecPaid API V2, keeps its
// own durable book, shows hosted checkout pages and calls webhooks, so that qrkiosk and anybody
// else who integrates SecPaid can work without an account.
//
// It owns the gateway's side of the wire, written on its own from what is known of it: wire.md beside
// package secpaid says what, and from where. It must not share wire code with the client package: a
// mistake made once would hide in both. Of ours it imports [qrkiosk/kiosk.Money] only.
//
// The default wire ([WireSeeds]) answers a create as the vendor's newest pages show it and lists as its
// schemas do; the pages of single years are selectable. Where they all are silent the sandbox had to choose;
// each choice is named where it is made.
//
// # Parts
//
// [Server] is the door; behind it each part has its own state:
//
//	keeper     the ledger and its book, one lock for both, the clock
//	bank       what payers, their banks and the operator do to a link, and the rows that follow
//	postman    webhooks: what they say, their tries, what they met
//	calendar   nights, months, and what takes days
//	api        the calls of merchants; its limiter counts them, its dialect writes the answers of one wire
//	checkout   the hosted pages
//	control    the page and the API behind /control, which use the door as anybody would
//	faults     which faults are armed; callLog: which calls were made; address: where all this is reached
//
// # How it works
//
// Everything that happened is an entry in the book ([Config.Book]): links, payments, webhooks and
// the answers they met. The ledger in memory is what the entries say, nothing else; a start replays
// them. A call decides under one lock, appends its entries, and is answered only after they are on
// disk, so that an answered call survives kill -9. Concurrent calls share one fsync.
//
// # Time
//
// The gateway's clock is the real one plus what [Server.Advance] added, and the book remembers it.
// Payouts are made every night and completed the next, invoices on the first of a month; bank
// transfers and undecided refunds take five days. All of that is worked off before a call is
// answered and by [Server.Run], each piece at its own time, so that a caller sees what the clock
// says and not when somebody looked.
//
// # Faults
//
// [Server.Set], POST /control/faults or the amount of a link make the gateway misbehave in the ways
// that [Catalogue] lists. The sandbox is the only fake gateway of this project: what a client must
// survive belongs into that list.
//
// # Money and people
//
// No money moves here. The checkout asks for no card data: its buttons say what the payer does.
// Outgoing calls reach loopback and the addresses in [Config.Allow] only, checked at the moment of
// dialling. /control and the list of open links need no key; they answer to loopback callers only
// unless [Config.ControlAnywhere] is set.
package sandbox
