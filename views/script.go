package views

import (
	"encoding/json"
)

// scriptWords are the sentences that only the modules say.
var scriptWords = []string{
	"js.lost", "js.unreachable", "js.offline", "js.too-large", "js.key.mark", "js.key.decimals", "js.key.whole", "js.key.factor", "js.key.first",
	"js.each", "js.piece", "js.pieces", "js.removed", "js.emptied", "js.given-back", "js.discount",
	"js.zero", "js.charge", "js.busy", "js.reason", "js.off", "js.soldout", "js.less", "js.more",
	"js.sound.on", "js.sound.off", "js.sound.none", "js.awake.on", "js.awake.off", "js.awake.insecure",
	"js.awake.none", "js.full.on", "js.full.off", "js.full.none",
	"js.worker.on", "js.worker.off", "js.worker.insecure", "js.worker.none",
}

// WordsForScript packs them for a data attribute.
func (p Page) WordsForScript() string { return Words(p.Lang).script() }

// HabitForScript packs how amounts are written: decimal mark, grouping, before, after.
func (p Page) HabitForScript() string {
	h := HabitOf(p.Region)
	raw, err := json.Marshal([]string{h.Decimal, h.Group, h.Before, h.After})
	if err != nil {
		return "[]"
	}
	return string(raw)
}
