// Package counterweb is what cashiers and customers ask for: [Till] is the tablet's pages and commands,
// [Display] the customer's screen, the tip, and the receipt, and [Counter] what both stand on, from
// the code of a device that is none yet, enrolling and signing in to drawing its live screen. A till names
// nothing that belongs to another register: what it may do follows from its device and from who is signed
// in. It must never show money as paid that a screen of the store does not show.
package counterweb
