package kiosk

// FirstShare is the one recipient that a file may name for a stall.
func (s *Stall) FirstShare() *Share {
	if len(s.SplitTerms) == 0 {
		s.SplitTerms = []Share{{Name: s.Name}}
	}
	return &s.SplitTerms[0]
}
