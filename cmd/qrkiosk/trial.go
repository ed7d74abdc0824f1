package main

import (
	"cmp"
	"strconv"

	"qrkiosk/cmd/qrkiosk/assembly"
)

// trial is what cmd/torture may ask of a test build and nobody of any other: many registers at
// once, more calls than the gateway's sixty a minute, and sales that lapse soon. It has no flags.
type trial struct {
	registers int   // beside the first
	perMinute int   // calls; 0 is the client's own limit
	lapse     int64 // milliseconds; 0 is the stall's own
}

// options are what tests and trials put in the place of parts.
func (p *process) options() assembly.Options {
	return assembly.Options{Store: p.tap, Gateway: p.gate, Calls: cmp.Or(p.calls, p.trial().perMinute), SandboxCalls: p.calls}
}

// trial reads what is asked for, where the build listens.
func (p *process) trial() trial {
	if !trying {
		return trial{}
	}
	number := func(name string) int {
		n, err := strconv.Atoi(p.env("QRKIOSK_TRIAL_" + name))
		if err != nil {
			return 0
		}
		return n
	}
	return trial{number("REGISTERS"), number("PER_MINUTE"), int64(number("LAPSE"))}
}
