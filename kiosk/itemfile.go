package kiosk

// ItemSheet are the columns of a file of items, in the order in which they are written, with what
// else people call them in German.
var ItemSheet = []Column{
	{Name: "id"},
	{Name: "category", Also: []string{"kategorie", "warengruppe"}},
	{Name: "name", Need: true, Also: []string{"artikel", "bezeichnung", "item"}},
	{Name: "price", Need: true, Also: []string{"preis"}},
	{Name: "vat", Also: []string{"ust", "mwst"}},
	{Name: "colour", Also: []string{"farbe", "color"}},
	{Name: "order", Also: []string{"reihenfolge", "platz"}},
}

// ItemColumns are the names of the columns of a file of items, in the order in which they are written.
func ItemColumns() (names []string) {
	for _, c := range ItemSheet {
		names = append(names, c.Name)
	}
	return names
}

// ItemFate is what becomes of an item that a file names.
type ItemFate string

// What may become of it.
const (
	ItemNew     ItemFate = "new"
	ItemBack    ItemFate = "back" // it was sold once, and is again
	ItemChanged ItemFate = "changed"
	ItemSame    ItemFate = "same"
)

// PlannedItem is an item of a file.
type PlannedItem struct {
	Item Item // as it would be; a new one has no ID
	Was  Item // as it is; the zero value for a new one
	Line int
	Fate ItemFate
}

// ItemPlan is what a file would make of the catalogue of a stall. Nothing of it is stored.
type ItemPlan struct {
	Items   []PlannedItem // in the order of the file
	Missing []Item        // sold now and not in the file, in the order of the catalogue
	Faults  []LineFault
}

// Count tells how many items of the file have a fate.
func (p *ItemPlan) Count(fate ItemFate) (n int) {
	for _, i := range p.Items {
		n += OneIf(i.Fate == fate)
	}
	return n
}

// Empty tells whether nothing would change but what is missing.
func (p *ItemPlan) Empty() bool { return p.Count(ItemSame) == len(p.Items) }
