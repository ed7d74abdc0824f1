package kiosk

// Share is the one recipient that a file may name for a stall.
func (s *Stall) Share() *Share {
	if len(s.SplitTerms) == 0 {
		s.SplitTerms = []Share{{Name: s.Name}}
	}
	return &s.SplitTerms[0]
}
