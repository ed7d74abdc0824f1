// Package handlers is the house's front: routes, forms, sessions, guards, the hub with its
// sockets, and metrics. It turns requests into use cases of [shop.Kernel] and results into pages of
// views. It knows no SQL, no gateway wire and no bus: rings reach it through [Server.Ring].
//
// Handlers return errors and one wrapper renders them. No command ever travels on a socket:
// sockets carry full snapshots out and nothing in.
package handlers
