package views

import (
	"qrkiosk/kiosk"
)

// fleetKeys are the keys of registers, devices, cards and the wall that the code puts together.
func fleetKeys() []string {
	keys := []string{
		"office.wall.title", "office.import.title", "office.cards.title", "office.lost.title",
		"office.wall.till.on", "office.wall.till.off", "office.wall.awake.on", "office.wall.awake.off",
		"office.wall.sound.on", "office.wall.sound.off", "office.device.tablet", "office.device.display",
		"office.card.tablet", "office.card.tablet.text", "office.card.display", "office.card.display.text",
	}
	for _, t := range kiosk.WallWarnings {
		keys = append(keys, "office.wall."+string(t))
	}
	for _, c := range fleetColumnKeys {
		keys = append(keys, "office.import.column."+c)
	}
	for _, state := range []string{"on", "off", "none", "insecure"} {
		keys = append(keys, "office.device.awake."+state)
		if state != "insecure" {
			keys = append(keys, "office.device.sound."+state)
		}
	}
	return keys
}
