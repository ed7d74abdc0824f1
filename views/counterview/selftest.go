package counterview

import (
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// finding is one line of a self-test: how it stands and what it means.
type finding struct {
	look string // ok, bad, wait or quiet
	text string
}

func (f finding) icon() string {
	switch f.look {
	case "ok":
		return "tick"
	case "bad":
		return "alert"
	}
	return "wait"
}

func (f finding) class() string {
	switch f.look {
	case "ok":
		return "sign"
	case "bad":
		return "sign bad"
	}
	return "sign idle"
}

// asks is the test that this till has not answered yet, "" if there is none.
func (t till) asks() string {
	if c := t.s.Test; c != nil && !c.Over(t.s.Now) && c.Till() == nil {
		return c.ID
	}
	return ""
}

// verdict is the test in one line.
func (t till) verdict() finding {
	c := t.s.Test
	switch {
	case c.Good():
		return finding{"ok", t.T("test.good", "time", t.When(c.Started, t.s.Now), "seconds", tenths(t.Region, (c.Took()+99)/100))}
	case !c.Over(t.s.Now):
		return finding{"wait", t.T("test.wait")}
	}
	return finding{"bad", t.T("test.bad", "time", t.When(c.Started, t.s.Now))}
}

// findings are the lines of the test.
func (t till) findings() []finding {
	c := t.s.Test
	list := []finding{t.hookFinding()}
	if p := c.Till(); p != nil {
		list = append(list, finding{"ok", t.T("test.till")})
		list = append(list, t.screenFindings(*p)...)
	} else {
		list = append(list, t.missing(t.T("test.till.missing")))
	}
	shown := c.Displays()
	if n := len(shown); n > 0 {
		list = append(list, finding{"ok", t.N("test.display", n)})
	}
	for _, p := range shown {
		list = append(list, t.displayFindings(p)...)
	}
	switch {
	case c.Expects == 0:
		list = append(list, finding{"quiet", t.T("test.display.none")})
	case len(shown) < c.Expects:
		list = append(list, t.missing(t.T("test.display.missing")))
	}
	return list
}

func (t till) missing(words string) finding {
	if t.s.Test.Over(t.s.Now) {
		return finding{"bad", words}
	}
	return finding{"wait", t.T("test.wait")}
}

func (t till) hookFinding() finding {
	switch t.s.Test.Hook {
	case kiosk.HookCame:
		return finding{"ok", t.T("test.hook")}
	case kiosk.HookNone:
		return finding{"quiet", t.T("device.webhook.none")}
	case kiosk.HookLost:
		return finding{"bad", t.T("test.hook.lost")}
	case kiosk.HookWaits:
	}
	return t.missing(t.T("test.hook.lost"))
}

// screenFindings are what the till said of itself; the words are those of its device row.
func (t till) screenFindings(p kiosk.ScreenProof) []finding {
	list := []finding{
		{lookOf(p.Sound), t.T(orOff("js.sound.", p.Sound))},
		{lookOf(p.Awake), t.T(orOff("js.awake.", p.Awake))},
	}
	return append(list, clockFinding(p, t.T("test.clock.right"), t.T("test.clock", "wait", t.Wait(p.Off()))))
}

// displayFindings say only what is not well.
func (t till) displayFindings(p kiosk.ScreenProof) []finding {
	var list []finding
	if p.Sound != "on" {
		list = append(list, finding{"bad", t.T("test.display.sound")})
	}
	if p.Awake != "on" {
		list = append(list, finding{"bad", t.T("test.display.awake")})
	}
	if !p.ClockRight() {
		list = append(list, finding{"bad", t.T("test.display.clock", "wait", t.Wait(p.Off()))})
	}
	return list
}

func clockFinding(p kiosk.ScreenProof, right, wrong string) finding {
	if p.ClockRight() {
		return finding{"ok", right}
	}
	return finding{"bad", wrong}
}

func lookOf(state string) string {
	if state == "on" {
		return "ok"
	}
	return "bad"
}

// orOff names the words of a state; one that a browser did not tell counts as off.
func orOff(key, state string) string {
	if state == "" {
		state = "off"
	}
	return key + state
}

// tenths writes a number of tenths: "0,8".
func tenths(region string, n int64) string {
	return views.Text64(n/10) + views.HabitOf(region).Decimal + views.Text64(n%10)
}
