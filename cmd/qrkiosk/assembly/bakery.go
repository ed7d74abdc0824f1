package assembly

import (
	"context"

	"qrkiosk/kiosk"
)

// German rates, in hundredths of a percent: food over the counter, and drinks.
const (
	vatFood  = 700
	vatDrink = 1900
)

// bakeryItems is the catalogue of the demonstration.
var bakeryItems = []kiosk.Item{
	{Category: "Bread", Name: "Rye bread", Price: 350, VAT: vatFood, Colour: "brown"},
	{Category: "Bread", Name: "Sourdough loaf", Price: 480, VAT: vatFood, Colour: "brown"},
	{Category: "Bread", Name: "Baguette", Price: 220, VAT: vatFood, Colour: "brown"},
	{Category: "Bread", Name: "Wheat roll", Price: 45, VAT: vatFood, Colour: "brown"},
	{Category: "Bread", Name: "Poppy seed roll", Price: 70, VAT: vatFood, Colour: "brown"},
	{Category: "Bread", Name: "Pretzel", Price: 110, VAT: vatFood, Colour: "brown"},
	{Category: "Cakes", Name: "Apple cake", Price: 400, VAT: vatFood, Colour: "pink"},
	{Category: "Cakes", Name: "Cheesecake", Price: 420, VAT: vatFood, Colour: "pink"},
	{Category: "Cakes", Name: "Cinnamon bun", Price: 290, VAT: vatFood, Colour: "pink"},
	{Category: "Cakes", Name: "Butter croissant", Price: 210, VAT: vatFood, Colour: "pink"},
	{Category: "Cakes", Name: "Plum tart", Price: 380, VAT: vatFood, Colour: "pink"},
	{Category: "Snacks", Name: "Cheese roll", Price: 360, VAT: vatFood, Colour: "amber"},
	{Category: "Snacks", Name: "Ham roll", Price: 380, VAT: vatFood, Colour: "amber"},
	{Category: "Snacks", Name: "Soup of the day", Price: 590, VAT: vatFood, Colour: "amber"},
	{Category: "Drinks", Name: "Coffee", Price: 260, VAT: vatDrink, Colour: "teal"},
	{Category: "Drinks", Name: "Cappuccino", Price: 340, VAT: vatDrink, Colour: "teal"},
	{Category: "Drinks", Name: "Espresso", Price: 220, VAT: vatDrink, Colour: "teal"},
	{Category: "Drinks", Name: "Tea", Price: 280, VAT: vatDrink, Colour: "teal"},
	{Category: "Drinks", Name: "Apple juice", Price: 290, VAT: vatDrink, Colour: "teal"},
	{Category: "Drinks", Name: "Water", Price: 210, VAT: vatDrink, Colour: "teal"},
	{Category: "", Name: "Paper bag", Price: 20, VAT: vatDrink},
}

// stock fills a stall's catalogue in the order of the list; one that sells something is left alone.
func (a *Program) stock(ctx context.Context, stall string, items []kiosk.Item) error {
	there, err := a.Shop.Office.Catalogue.Items(ctx, stall)
	if err != nil || len(there) > 0 {
		return err
	}
	for n, item := range items {
		item.Stall, item.Order = stall, int64(n+1)
		if _, err := a.Shop.Office.Catalogue.Put(ctx, kiosk.OfficeActor{Role: kiosk.Organizer}, item); err != nil {
			return err
		}
	}
	return nil
}

// DemoPIN is everybody's PIN in the demonstration. It is printed and documented; the demonstration
// takes play money only.
const DemoPIN = "271828"

// DemoPassword opens the office of the demonstration, for the name "demo".
const DemoPassword = "bread for " + DemoPIN

// Bakery is the stall of the demonstration.
func Bakery() Opening {
	return Opening{
		Stall: kiosk.Stall{
			Name: "Bakery Lind", Town: "Berlin", Tagline: "Fresh since six this morning.", Accent: "#12506b",
			Languages: []string{"en", "de"}, Region: "de", Seller: "Lind", VAT: 700,
		},
		Register: "Register 2", Prefix: "B2",
		People: []Person{
			{Name: "Ada", Role: kiosk.Cashier, pin: DemoPIN},
			{Name: "Lind", Role: kiosk.Manager, pin: DemoPIN},
		},
		items:  bakeryItems,
		Always: true, pin: DemoPIN, office: demoLogin{"demo", DemoPassword},
	}
}
