//go:build !linux

package store

// checkPlace knows network file systems on Linux alone.
func checkPlace(string) error { return nil }
