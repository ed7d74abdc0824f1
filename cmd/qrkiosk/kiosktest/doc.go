// Package kiosktest gives tests installations to play with: the whole program over pipes in virtual
// time with a sandbox before it ([Installation]), an office alone ([Bureau]), a market over loopback
// ([Fairground]), the program as its users run it ([Start]); and who uses them: clients with cookies
// and sockets ([Guest], [Device]), a browser ([Page]). What they are answered is asked by selector, with the room
// markup below this one. It owns what tests put before store, gateway
// and bus: crashes, frozen processes, a gateway that answers as it is told.
//
// Every installation comes from the assembly; here is no wiring, no test and nothing that the program
// needs. Tests alone import it.
package kiosktest
