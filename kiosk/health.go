package kiosk

// Health tells how gateway and store answer, for the till's device row and its alarms.
type Health struct {
	GatewayDown    int64 // Unix milliseconds since when every call fails, 0 while it answers
	GatewaySeen    int64 // Unix milliseconds of its last answer, 0 before the first
	ThrottledUntil int64 // Unix milliseconds until when no call may be made: the calls of a minute are used up
	KeyRefused     int64 // Unix milliseconds since when it refuses our key, 0 while it does not
	StoreDown      int64 // Unix milliseconds since when nothing can be written, 0 while it can
	LastPoll       int64 // Unix milliseconds of the last list read and stored
	Webhooks       bool  // there is an address the gateway can reach
	LastNotice     int64 // Unix milliseconds of the last webhook of any kind
}

// Of is h with what the gateway says to a stall's account, nil for nothing yet.
func (h Health) Of(own *Health) Health {
	h.GatewayDown, h.GatewaySeen, h.ThrottledUntil, h.KeyRefused = 0, 0, 0, 0
	if own != nil {
		h.GatewayDown, h.GatewaySeen, h.ThrottledUntil, h.KeyRefused = own.GatewayDown, own.GatewaySeen, own.ThrottledUntil, own.KeyRefused
	}
	return h
}
