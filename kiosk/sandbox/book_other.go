//go:build !unix

package sandbox

import "os"

// lockFile does nothing where the system has no advisory locks in the standard library.
func lockFile(*os.File) error { return nil }
