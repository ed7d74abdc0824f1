package kiosk

import "context"

// AddStall adds a stall; its ID and time of creation are set here.
func (s *Shop) AddStall(ctx context.Context, stall Stall) (Stall, error) {
	if err := checkName(stall.Name); err != nil {
		return stall, err
	}
	if _, err := Zone(stall.Zone); err != nil {
		return stall, err
	}
	stall.Created = s.now()
	stall.ID = s.random.id(stall.Created)
	err := s.office(ctx, "stall.add", stall.ID, after("Name", stall.Name), func(tx Tx) error { return tx.PutStall(stall) })
	return stall, err
}

// AddRegister adds a register to a stall. Prefix comes first in the numbers of its sales.
func (s *Shop) AddRegister(ctx context.Context, stall, name, prefix string) (Register, error) {
	if err := checkName(name); err != nil {
		return Register{}, err
	}
	now := s.now()
	r := Register{ID: s.random.id(now), Stall: stall, Name: name, Prefix: prefix, Created: now}
	err := s.office(ctx, "register.add", r.ID, after("Name", name), func(tx Tx) error { return tx.PutRegister(r) })
	return r, err
}

// Stalls lists every stall with its registers; an empty installation has none.
func (s *Shop) Stalls(ctx context.Context) (stalls []Stall, registers map[string][]Register, err error) {
	registers = map[string][]Register{}
	err = s.store.View(ctx, func(r Reader) (err error) {
		if stalls, err = r.Stalls(); err != nil {
			return err
		}
		for _, stall := range stalls {
			if registers[stall.ID], err = r.Registers(stall.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return stalls, registers, err
}

// Stall finds a stall; an unknown one is [NotFound].
func (s *Shop) Stall(ctx context.Context, id string) (Stall, error) {
	var stall Stall
	err := s.store.View(ctx, func(r Reader) (err error) {
		stall, err = r.Stall(id)
		return err
	})
	return stall, err
}

// RandomPIN returns six digits that are not too simple, for people who are added by the program.
func (s *Shop) RandomPIN() string {
	for {
		pin := make([]byte, 0, 6)
		for _, b := range s.random.bytes(24) {
			if b < 250 && len(pin) < 6 {
				pin = append(pin, '0'+b%10)
			}
		}
		if len(pin) == 6 && checkNewPIN(string(pin)) == nil {
			return string(pin)
		}
	}
}

// StallOf finds the stall of a register; an unknown register is [NotFound].
func (s *Shop) StallOf(ctx context.Context, register string) (Stall, error) {
	var stall Stall
	err := s.store.View(ctx, func(r Reader) (err error) {
		_, stall, _, err = placeOf(r, register)
		return err
	})
	return stall, err
}
