// Package front is what every wing of the handlers stands on: who may use a route and through which
// doors a request goes ([Route], [Front.Doors]), sessions and cookies, languages, the hub of the live
// screens with its sockets, how errors become pages, and metrics. It turns nothing into use cases: it
// reads who asks and leaves the rest to the wings.
//
// Handlers return errors and one wrapper renders them. No command ever travels on a socket: sockets
// carry full snapshots out and nothing in.
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
// strict cookie would make it look like a stranger, which gets a code and another cookie. What commands
// need, the session, stays strict, and every unsafe request is checked for its origin besides. A browser
// that keeps device secrets in another way would end the difference.
//
// A body in chunks ends its connection. Chunks beside a length are to be read as chunks and noted, because
// proxies differ about which of the two counts; net/http forgets that there was a length, so every HTTP/1
// request in chunks is the last one of its connection, and what a proxy took for part of the body is never
// read. A server library that told of both framings would let the others keep their connections.
//
// A route's handler is a method value of its wing. The table then needs no server to be listed: tests walk
// the lines of wings that were never opened. If a wing ever needs to choose its lines at start, the test
// that compares table and router has to open one.
package front
