//go:build !unix

package main

import "os"

// lockData makes the directory; only Unix systems keep it for one process.
func lockData(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, usagef("--data cannot be used: %w", err)
	}
	return func() error { return nil }, nil
}
