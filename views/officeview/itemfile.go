package officeview

import (
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The catalogue of a stall as a file, behind [PathStallItems].
const (
	PathItemsCSV        = PathStall + "/items.csv"         // GET the file
	PathItemImport      = PathStallItems + "/import"       // GET the form; POST file: a preview
	PathItemImportApply = PathStallItems + "/import/apply" // POST draft, remove: makes it
	itemImport          = "/items/import"
	itemsCSV            = "/items.csv"
)

// ItemImport is the page on which a file of items is chosen, and its preview.
type ItemImport struct {
	Stall kiosk.Stall
	Plan  *kiosk.ItemPlan // nil before a file was chosen
	Draft string          // imports the file of the preview, "" if it cannot be imported
}

// ItemsSheet is the catalogue of a stall as a file that [office.Catalogue.Preview] reads. The names of
// its columns are the same in every language.
func ItemsSheet(p views.Page, items []kiosk.Item) []byte {
	s := views.NewSpreadsheet(p.Region, kiosk.ItemColumns()...)
	for _, i := range items {
		s.Text(i.ID).Text(i.Category).Text(i.Name).Money(i.Price)
		s.Money(kiosk.Money(i.VAT)) // hundredths as well: 700 is 7.00
		s.Text(i.Colour).Number(i.Order).End()
	}
	return s.Bytes()
}

// ItemsFile is what the catalogue of a stall is called as a file.
func ItemsFile(s kiosk.Stall) string { return views.FileName(s.Name) + "items.csv" }

// itemSum says what a file would make of the catalogue, in one line.
func itemSum(p views.Page, plan kiosk.ItemPlan) string {
	n := func(fate kiosk.ItemFate) string { return views.Text64(int64(plan.Count(fate))) }
	return p.T("office.itemfile.sum", "new", n(kiosk.ItemNew), "back", n(kiosk.ItemBack), "changed", n(kiosk.ItemChanged), "same", n(kiosk.ItemSame))
}

// changedItems are the items of a plan that would change, same those that would not.
func changedItems(plan kiosk.ItemPlan) (changed, same []kiosk.PlannedItem) {
	for _, i := range plan.Items {
		if i.Fate == kiosk.ItemSame {
			same = append(same, i)
		} else {
			changed = append(changed, i)
		}
	}
	return changed, same
}

// itemCell is a cell of an item as it is and as it would be.
type itemCell struct {
	was, is string
	look    string // class
	head    bool
}

// itemCells are those of an item that a file names; what it was is "" where nothing differs.
func itemCells(p views.Page, one kiosk.PlannedItem) []itemCell {
	was, is := itemTexts(p, one.Was), itemTexts(p, one.Item)
	cells := make([]itemCell, len(is))
	for at, text := range is {
		cells[at] = itemCell{is: text, head: at == 0}
		if at == 2 || at == 3 || at == 5 {
			cells[at].look = "num"
		}
		if one.Was.ID != "" && was[at] != text {
			cells[at].was = was[at]
			if was[at] == "" {
				cells[at].was = "–"
			}
		}
	}
	return cells
}

// itemTexts are name, category, price, rate, colour and place of an item as people read them.
func itemTexts(p views.Page, i kiosk.Item) []string {
	colour := ""
	if i.Colour != "" {
		colour = p.T("colour." + i.Colour)
	}
	return []string{i.Name, i.Category, p.Amount(i.Price), views.Percent(p.Region, i.VAT), colour, views.Text64(i.Order)}
}
