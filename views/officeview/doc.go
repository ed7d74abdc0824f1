// Package officeview draws the office: sign-in and first start, stalls with their items, terms and
// accounts, registers and staff, imports and printed cards, the wall, takings, statements, payouts,
// exports, settings, users and the trail, and the files that can be taken from them. Every page stands
// in one [Frame]. It takes what was read as a type of [kiosk] and draws it with what package views
// has; it must never know the counter's pages, decide anything or remember anything.
package officeview
