// Package faults brings about the faults of the catalogue (../faults.md) in virtual time: the program
// over pipes, with a SQLite file and the sandbox, in which one thing at a time goes wrong. It owns the
// invariants that must hold behind every fault and nothing but tests, and nobody imports it.
package faults
