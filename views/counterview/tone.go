package counterview

// toneName is a tone and what people call it.
type toneName struct{ key, name string }

func tones(t till) []toneName {
	return []toneName{
		{"two", t.T("tone.two")}, {"bell", t.T("tone.bell")}, {"chord", t.T("tone.chord")}, {"knock", t.T("tone.knock")},
	}
}

// speeches are whether displays speak.
func speeches(t till) []toneName {
	return []toneName{{"on", t.T("tone.speech.on")}, {"off", t.T("tone.speech.off")}}
}

// pressed is the state of a button that stays down.
func pressed(down bool) string {
	if down {
		return "true"
	}
	return "false"
}
