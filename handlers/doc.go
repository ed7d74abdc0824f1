// Package handlers is the house's front: routes, forms, sessions, guards, the hub with its
// sockets, and metrics. It turns requests into use cases of [Rooms] and results into pages of
// views. It knows no SQL, no gateway wire and no bus: rings reach it through [Server.Ring].
//
// Handlers return errors and one wrapper renders them. No command ever travels on a socket:
// sockets carry full snapshots out and nothing in.
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
//	news   the alarms of the house above that, "" for none; the same
//
// The server remembers per socket which version of each tile it has written, and makes the next
// frame only once the last one is written: a slow reader skips versions and never sees an old one
// behind a new one, and the first frame of a socket has everything. After each frame the page must
// have count tiles whose versions add up to sum; if it has not, it asks for a new socket. Rings of
// a fifth of a second are drawn together. Everything is read again every five seconds, since time
// alone makes troubles; a page that hears nothing for a lease says so.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// Handlers know templ's component type. They render what views draws and need its interface, which
// is the runtime's and not ours. Hiding it behind a type of our own would add a name and no wall. If
// views ever draws without templ, the type changes in both rooms.
//
// Device cookies are lax, sessions strict. A link from elsewhere may open a till or a display, and a
// strict cookie would make it look like a stranger and show a pairing code. What commands need, the
// session, stays strict, and every unsafe request is checked for its origin besides. A browser that
// keeps device secrets in another way would end the difference.
//
// A body in chunks ends its connection. Chunks beside a length are to be read as chunks and noted, because
// proxies differ about which of the two counts; net/http forgets that there was a length, so every HTTP/1
// request in chunks is the last one of its connection, and what a proxy took for part of the body is never
// read. A server library that told of both framings would let the others keep their connections.
package handlers
