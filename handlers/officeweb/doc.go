// Package officeweb is what people in the office ask for: the [Door] they come in by, [People] and
// [Stalls], the [Fleet] of registers and devices with cards and imports, and [Reports] with their files.
// [Office] is what these share, with home, settings and the wall. Who may do what follows from the route
// alone; a form that was refused is shown again with what was typed.
//
// # The wall
//
// The office's wall shows hundreds of registers and pushes over a socket of its own, on which
// nothing is ever said to the server. What travels is never a difference: a tile is the whole
// drawing of one register with a version of its own, which grows whenever the drawing changes.
//
//	frame  {"epoch", "now", "lease", "count", "sum", "tiles", "order", "head", "news"}
//	tiles  those with a newer version than was written to this very socket: {"id", "v", "html"}
//	order  every tile there is, worst trouble first; left out while it has not changed
//	head   what stands above the tiles; the same
//	news   the alarms of the installation above that, "" for none; the same
//
// The server remembers per socket which version of each tile it has written, and makes the next
// frame only once the last one is written: a slow reader skips versions and never sees an old one
// behind a new one, and the first frame of a socket has everything. After each frame the page must
// have count tiles whose versions add up to sum; if it has not, it asks for a new socket. Rings of
// a fifth of a second are drawn together. Everything is read again every five seconds, since time
// alone makes troubles; a page that hears nothing for a lease says so.
package officeweb
