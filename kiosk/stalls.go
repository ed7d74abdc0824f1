package kiosk

import "context"

// NewStall adds a stall for the organizer; its ID and time of creation are set here.
func (s *Shop) NewStall(ctx context.Context, by Clerk, stall Stall) (Stall, error) {
	if err := by.organizes(); err != nil {
		return stall, err
	}
	if err := checkName(stall.Name); err != nil {
		return stall, err
	}
	stall.Created = s.now()
	stall.ID = s.random.id(stall.Created)
	err := s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		return changed{kind: "stall.add", subject: stall.ID, after: stall.record()}, tx.PutStall(stall)
	})
	return stall, err
}

// record is what the trail says of a stall.
func (s *Stall) record() map[string]any {
	return map[string]any{"Name": s.Name}
}

// StallsOf lists the stalls that a clerk may see, with their registers.
func (s *Shop) StallsOf(ctx context.Context, by Clerk) ([]Stall, map[string][]Register, error) {
	stalls, registers, err := s.Stalls(ctx)
	var own []Stall
	for _, stall := range stalls {
		if by.Heads(stall.ID) {
			own = append(own, stall)
		} else {
			delete(registers, stall.ID)
		}
	}
	return own, registers, err
}
