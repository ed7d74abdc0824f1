// Package handlers is everything that can be asked of the program over HTTP: one table of routes,
// and one handler that is built from it. The table is written where the handlers are, wing by wing:
//
//	front       what the wings share: doors, sessions, hub, sockets, errors, metrics
//	bare        webhooks, health, metrics and files: what is for no person
//	counterweb  what cashiers and customers see and do
//	officeweb   what people in the office see and do
//
// The wings import front and never one another. No wing knows SQL, the gateway's wire or the bus:
// rings reach screens through [Server.Ring].
package handlers
