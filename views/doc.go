// Package views is what every page is drawn with: the words of all languages, money and time as people
// write them, a stall's colours, the frame of a page with its icons, the QR code as SVG, files for
// spreadsheets. The pages themselves are drawn by two wings below it that never know one another,
// counterview and officeview; here are only those that belong to neither or to both: an error, what is
// said without a connection, and the report of a shift, which is read on the till and in the office.
// It takes what [kiosk] has read and never reads, decides or remembers anything itself; it knows no
// request and no store.
//
// A fragment is what a live frame carries: a sequence of elements with ids, each of which takes
// the place of the element with the same id in the page. Nothing in a fragment depends on the
// person who looks, so that it is drawn once per register and language.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// Numbers follow the place, words the person. A stall says whose number format its pages use and a
// browser or customer chooses the language. Two people at one counter must read the same digits in
// the same places. A stall that sells across borders from one register would want both to follow
// the person.
package views
