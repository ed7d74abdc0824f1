package counterview

// toneName is a tone and what people call it.
type toneName struct{ key, name string }

func tones(t till) []toneName {
	return []toneName{
		{"two", t.T("tone.two")}, {"bell", t.T("tone.bell")}, {"chord", t.T("tone.chord")}, {"knock", t.T("tone.knock")},
	}
}

// pressed is the state of a button that stays down.
func pressed(down bool) string {
	if down {
		return "true"
	}
	return "false"
}
