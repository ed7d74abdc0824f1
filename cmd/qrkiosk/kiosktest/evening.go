package kiosktest

import (
	"regexp"
)

// EveningStalls are twelve sellers with thirty registers between them.
var EveningStalls = []string{
	"Bakery Roth", "Crêpes & Co", "Müller's Grill", "Tea House", "Candles", "Cheese Dairy",
	"Honey", "Wood Toys", "Mulled Wine", "Soup Kitchen", "Pottery", "Waffles \"Anna\"",
}

// CardForm finds the cards of devices on a page of the office.
var CardForm = regexp.MustCompile(`(?s)<article class="tag tag-(tablet|display)"><header><h2>(.*?)</h2><p>(.*?)</p>.*?<p class="address"[^>]*>(.*?)</p></article>`)
