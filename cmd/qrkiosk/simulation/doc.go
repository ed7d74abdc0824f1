// Package simulation plays afternoons of mishaps, an hour of thirty tills, and a flood of webhooks. It
// owns what the seeds come to (testdata/sim.txt) and nothing but tests, and nobody imports it.
package simulation
