package main

import "strconv"

// trial is what cmd/torture may ask of a test build and nobody of any other: many registers at
// once, more calls than the gateway's sixty a minute, and sales that lapse soon. It has no flags.
type trial struct {
	registers int   // beside the first
	perMinute int   // calls; 0 is the client's own limit
	lapse     int64 // milliseconds; 0 is the stall's own
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
