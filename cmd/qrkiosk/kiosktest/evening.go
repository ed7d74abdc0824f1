package kiosktest

import "qrkiosk/cmd/qrkiosk/kiosktest/markup"

// EveningStalls are twelve sellers with thirty registers between them.
var EveningStalls = []string{
	"Bakery Roth", "Crêpes & Co", "Müller's Grill", "Tea House", "Candles", "Cheese Dairy",
	"Honey", "Wood Toys", "Mulled Wine", "Soup Kitchen", "Pottery", "Waffles \"Anna\"",
}

// Card is the card of a device, as a page of the office shows it to be printed.
type Card struct{ Stall, Register, Kind, Address string }

// Cards are those of devices on a page.
func Cards(page *markup.Page) (all []Card) {
	for _, one := range page.All(".tag-tablet, .tag-display") {
		kind := "tablet"
		if one.Is(".tag-display") {
			kind = "display"
		}
		all = append(all, Card{one.Text("header h2"), one.Text("header p"), kind, one.Text(".address")})
	}
	return all
}
