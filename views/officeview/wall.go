package officeview

import (
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Wall is what the wall shows.
type Wall struct {
	Tiles  []kiosk.WallTile // in order
	Health kiosk.Health
	Alarms []kiosk.Alarm // of the house
	Now    int64         // Unix milliseconds
	Lease  int64         // milliseconds
}

// tells tells whether an alarm of a kind about the house's own account stands at the top.
func (w Wall) tells(kind kiosk.AlarmKind) bool {
	return slices.ContainsFunc(w.Alarms, func(a kiosk.Alarm) bool { return a.Kind == kind && a.AccountID == "" })
}

// clerk is who looks, as far as it decides what they are told.
func (w Wall) clerk(l kiosk.User) kiosk.OfficeActor {
	return l.Acting("")
}

// sums adds up what stands above the tiles.
func (w Wall) sums() (kept kiosk.Money, sales int64, open, wrong int) {
	for _, t := range w.Tiles {
		kept += t.Kept
		sales += t.Sales
		if t.Opened > 0 {
			open++
		}
		if len(t.Warnings) > 0 {
			wrong++
		}
	}
	return kept, sales, open, wrong
}

// region is whose numbers a sum over many stalls uses: those of the first one.
func (w Wall) region() string {
	if len(w.Tiles) == 0 {
		return ""
	}
	return views.RegionOf(w.Tiles[0].Stall)
}

// wallLook is the class of a tile by its worst trouble.
func wallLook(t kiosk.WallTile) string {
	switch {
	case len(t.Warnings) == 0 && t.Opened == 0:
		return "tile closed"
	case len(t.Warnings) == 0:
		return "tile"
	case t.Warnings[0] == kiosk.WallAlarm || t.Warnings[0] == kiosk.WallSlow:
		return "tile alarm"
	}
	return "tile warn"
}

// wallState says what a register is doing.
func wallState(p views.Page, t kiosk.WallTile) string {
	switch {
	case t.Current != nil:
		return p.T("state." + string(t.Current.State()))
	case t.Opened > 0:
		return p.T("office.wall.open")
	}
	return p.T("office.wall.closed")
}

// wallLast says what the sale in hand is, or else the last one.
func wallLast(p views.Page, t kiosk.WallTile) string {
	s := t.Current
	if s == nil {
		s = t.Last
	}
	if s == nil {
		return p.T("office.wall.none")
	}
	at := s.PaidAt
	if at == 0 {
		at = s.Created
	}
	return p.T("office.wall.last", "amount", views.Amount(views.RegionOf(t.Stall), s.Total()),
		"state", p.T("state."+string(s.State())), "time", p.Clock(at))
}

// wallWarning says what is wrong.
func wallWarning(p views.Page, t kiosk.WallTile, what kiosk.WallWarning) string {
	switch what {
	case kiosk.WallAlarm:
		return p.N("office.wall.alarm", t.Alarms)
	case kiosk.WallSlow:
		return p.N("office.wall.slow", t.Slow)
	case kiosk.WallLate:
		return p.T("office.wall.late", "time", p.Wait(t.Delay))
	case kiosk.WallNoTill, kiosk.WallNoDisplay, kiosk.WallNoWebhook, kiosk.WallBattery, kiosk.WallAsleep, kiosk.WallMute:
	}
	return p.T("office.wall." + string(what))
}

// wallSign is one sign of a tile's row of devices.
type wallSign struct {
	icon, text string // text stands beside the icon
	say        string // for those who do not see it
	off        bool
}

// wallSigns tell how the devices do, always in the same order.
func wallSigns(p views.Page, t kiosk.WallTile) []wallSign {
	tills, _ := t.Count(kiosk.Tablet)
	on, all := t.Count(kiosk.Display)
	signs := []wallSign{
		{"tablet", "", p.T("office.wall.till." + onOff(tills > 0)), tills == 0},
		{"display", views.Text64(int64(on)), p.T("office.wall.displays", "n", views.Text64(int64(on)), "all", views.Text64(int64(all))), on == 0},
	}
	has := map[kiosk.WallWarning]bool{}
	for _, w := range t.Warnings {
		has[w] = true
	}
	if on > 0 {
		signs = append(signs, wallSign{"awake", "", p.T("office.wall.awake." + onOff(!has[kiosk.WallAsleep])), has[kiosk.WallAsleep]})
	}
	if tills > 0 || on > 0 {
		icon := "sound"
		if has[kiosk.WallMute] {
			icon = "mute"
		}
		signs = append(signs, wallSign{icon, "", p.T("office.wall.sound." + onOff(!has[kiosk.WallMute])), has[kiosk.WallMute]})
	}
	if low := lowest(t); low >= 0 {
		level := views.Text64(int64(low))
		signs = append(signs, wallSign{"battery", level, p.T("office.wall.level", "n", level), has[kiosk.WallBattery]})
	}
	if t.Delay >= 0 {
		signs = append(signs, wallSign{"bell", views.Text64((t.Delay + 999) / 1000), p.T("office.wall.delay", "time", p.Wait(t.Delay)), t.Silent || has[kiosk.WallLate]})
	}
	return signs
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// lowest is the lowest battery of the connected devices, -1 where no browser tells.
func lowest(t kiosk.WallTile) int {
	low := -1
	for _, d := range t.Devices {
		if d.Online && d.Health.Seen > 0 && d.Health.Battery >= 0 && (low < 0 || d.Health.Battery < low) {
			low = d.Health.Battery
		}
	}
	return low
}

func signClass(s wallSign) string {
	if s.off {
		return "off"
	}
	return "on"
}

func wrongClass(n int) string {
	if n > 0 {
		return "wrong"
	}
	return ""
}

// wallFrame gives the wall its own style and script, and the whole width.
func wallFrame(f Frame) Frame {
	f.Styles, f.Script, f.Again = []string{"css/wall.css"}, "js/wall.js", "10"
	return f
}
