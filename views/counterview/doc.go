// Package counterview draws what people at a counter see: the till, the customer's screen, the receipt,
// a sale that was looked up with what may be decided about it, the keypad, the opening test, the pages
// on which a device becomes a till or a display and a cashier signs in, and the style guide of all
// these. It takes what the store has read as a type of [kiosk] and draws it with what package views
// has; it must never know the office's pages, decide anything or remember anything.
//
// A screen is drawn whole once, and from then on its fragment replaces what has changed. What belongs
// to one person or one page, a name or the key of a command, is part of the page and never of a
// fragment.
package counterview
