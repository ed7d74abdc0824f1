//go:build !crash || !unix

package kiosk

// Crash is a place where the power may fail. In every build but one made with the tag crash it is
// nothing at all; there, the process kills itself with signal 9 at the place that QRKIOSK_CRASH
// names. cmd/torture dies at each of them; a test holds that no phase of the sale path is without.
func Crash(string) {}

// Bug tells whether a known bug is switched on, for the runs that prove that the tests would find
// it. Outside of builds with the tag crash it never is.
func Bug(string) bool { return false }
