package kiosk

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// The keys of messages about files of items.
const (
	KeyItemFilePrice     = "item-file-price"
	KeyItemFileAmbiguous = "item-file-ambiguous"
	KeyItemFileDecimals  = "item-file-decimals"
	KeyItemFileZero      = "item-file-zero"
	KeyItemFileDear      = "item-file-dear"
	KeyItemFileColour    = "item-file-colour"
	KeyItemFileOrder     = "item-file-order"
	KeyItemFileTwice     = "item-file-twice"
	KeyItemFileNames     = "item-file-names"
	KeyItemFileMoved     = "item-file-moved"
)

// itemRows is how many items a file may have; a till shows each of them as a tile.
const itemRows = 2_000

// itemStep lies between the places of items that a file adds without naming their place, as it does
// where they are added by hand.
const itemStep = 10

// itemSheet are the columns of a file of items, in the order in which they are written, with what
// else people call them in German.
var itemSheet = []column{
	{name: "id"},
	{name: "category", also: []string{"kategorie", "warengruppe"}},
	{name: "name", need: true, also: []string{"artikel", "bezeichnung", "item"}},
	{name: "price", need: true, also: []string{"preis"}},
	{name: "vat", also: []string{"ust", "mwst"}},
	{name: "colour", also: []string{"farbe", "color"}},
	{name: "order", also: []string{"reihenfolge", "platz"}},
}

// ItemColumns are the names of the columns of a file of items, in the order in which they are written.
func ItemColumns() (names []string) {
	for _, c := range itemSheet {
		names = append(names, c.name)
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
		n += oneIf(i.Fate == fate)
	}
	return n
}

// Empty tells whether nothing would change but what is missing.
func (p *ItemPlan) Empty() bool { return p.Count(ItemSame) == len(p.Items) }

// itemPlanner turns the rows of a file into a plan.
type itemPlanner struct {
	stall  Stall
	sheet  *sheet
	byID   map[string]Item
	sold   map[string][]Item // by folded name
	taken  map[string]int    // item to the line that names it
	called map[string]itemName
	next   []int // places in the plan of items that name no place
	plan   ItemPlan
}

// itemName is who is called so in the file first.
type itemName struct {
	line  int
	known bool // it was found by its ID
}

// planItems reads a file against the items of a stall, those that are sold no more too. It stores
// nothing and changes nothing.
func planItems(raw []byte, stall Stall, there []Item) ItemPlan {
	s, faults := readSheet(raw, itemSheet)
	if s != nil && len(s.rows) > itemRows {
		faults = fileFault(s.rows[itemRows].line, &Error{Code: Invalid, Key: KeySheetLong, Args: []string{strconv.Itoa(itemRows)}})
		s = nil
	}
	p := &itemPlanner{
		stall: stall, sheet: s, plan: ItemPlan{Faults: faults}, byID: map[string]Item{}, sold: map[string][]Item{},
		taken: map[string]int{}, called: map[string]itemName{},
	}
	if s == nil {
		return p.plan
	}
	if len(s.rows) == 0 && len(faults) == 0 {
		p.plan.Faults = fileFault(1, &Error{Code: Invalid, Key: KeySheetEmpty})
	}
	p.know(there)
	for _, row := range s.rows {
		p.row(row)
	}
	p.place(there)
	p.miss(there)
	slices.SortStableFunc(p.plan.Faults, func(a, b LineFault) int { return a.Line - b.Line })
	return p.plan
}

func (p *itemPlanner) know(there []Item) {
	for _, i := range there {
		p.byID[i.ID] = i
		if i.Gone == 0 {
			p.sold[foldName(i.Name)] = append(p.sold[foldName(i.Name)], i)
		}
	}
}

func (p *itemPlanner) fault(row sheetRow, column string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Code: Invalid, Key: string(Invalid), Err: err}
	}
	p.plan.Faults = append(p.plan.Faults, LineFault{Line: row.line, Column: column, Err: e})
}

// row takes one line: finds the item it is about, and what it would make of it.
func (p *itemPlanner) row(row sheetRow) {
	before := len(p.plan.Faults)
	name := p.sheet.get(row, "name")
	was, byID := p.find(row, name)
	one := PlannedItem{Item: was, Was: was, Line: row.line}
	if was.ID == "" {
		one.Item = Item{Stall: p.stall.ID, VAT: p.stall.VAT}
	}
	one.Item.Gone = 0
	for _, cell := range itemCells {
		text := p.sheet.get(row, cell.column)
		if err := cell.set(&one.Item, text, p.has(cell.column)); err != nil {
			p.fault(row, cell.column, err)
		}
	}
	if len(p.plan.Faults) > before {
		return
	}
	if line := p.once(row, name, was.ID, byID); line > 0 {
		p.fault(row, "", itemError(KeyItemFileTwice, strconv.Itoa(line), shorten(name)))
		return
	}
	one.Fate = fateOf(one.Item, was)
	if one.Fate == ItemNew && p.sheet.get(row, "order") == "" {
		p.next = append(p.next, len(p.plan.Items))
	}
	p.plan.Items = append(p.plan.Items, one)
}

func (p *itemPlanner) has(column string) bool {
	_, there := p.sheet.at[column]
	return there
}

// find finds the item of a line: by its ID, or else by its name among those that are sold.
func (p *itemPlanner) find(row sheetRow, name string) (was Item, byID bool) {
	if was, byID = p.byID[p.sheet.get(row, "id")]; byID {
		return was, true
	}
	named := p.sold[foldName(name)]
	if len(named) > 1 {
		p.fault(row, "name", itemError(KeyItemFileNames, strconv.Itoa(len(named)), shorten(name)))
	}
	if len(named) == 0 {
		return Item{}, false
	}
	return named[0], false
}

// once returns the line that has named the same item before, 0 if none has. Two of one name are two
// items only if both are told apart by their IDs.
func (p *itemPlanner) once(row sheetRow, name, id string, byID bool) int {
	first, named := p.called[foldName(name)]
	if named && (!byID || !first.known) {
		return first.line
	}
	if line, taken := p.taken[id]; taken && id != "" {
		return line
	}
	if !named {
		p.called[foldName(name)] = itemName{row.line, byID}
	}
	p.taken[id] = row.line
	return 0
}

func fateOf(item, was Item) ItemFate {
	switch {
	case was.ID == "":
		return ItemNew
	case was.Gone > 0:
		return ItemBack
	case item != was:
		return ItemChanged
	}
	return ItemSame
}

// place puts new items that name no place behind all others, in the order of the file.
func (p *itemPlanner) place(there []Item) {
	var last int64
	for _, i := range there {
		if i.Gone == 0 {
			last = max(last, i.Order)
		}
	}
	for _, i := range p.plan.Items {
		last = max(last, i.Item.Order)
	}
	for _, at := range p.next {
		last += itemStep
		p.plan.Items[at].Item.Order = last
	}
}

// miss lists what is sold now and not in the file.
func (p *itemPlanner) miss(there []Item) {
	for _, i := range sortItems(there) {
		if _, taken := p.taken[i.ID]; !taken {
			p.plan.Missing = append(p.plan.Missing, i)
		}
	}
}

// sortItems are those of some items that are sold, in the order of the catalogue.
func sortItems(all []Item) []Item {
	sold := slices.DeleteFunc(slices.Clone(all), func(i Item) bool { return i.Gone > 0 })
	slices.SortStableFunc(sold, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
	return sold
}

// itemCells read what the columns say of an item. An empty text is told apart from a column that the
// file does not have: without a column what is stored stays.
var itemCells = []struct {
	column string
	set    func(i *Item, text string, has bool) error
}{
	{"name", setItemName},
	{"category", setItemCategory},
	{"price", setItemPrice},
	{"vat", setItemVAT},
	{"colour", setItemColour},
	{"order", setItemOrder},
}

func itemError(key string, args ...string) *Error { return &Error{Code: Invalid, Key: key, Args: args} }

func setItemName(i *Item, text string, _ bool) error {
	i.Name = text
	return i.checkName()
}

func setItemCategory(i *Item, text string, has bool) error {
	if has {
		i.Category = text
	}
	return i.checkCategory()
}

// setItemPrice reads a price, where a whole number means euros: spreadsheets write 3.00 as 3. What
// can be read in two ways is refused.
func setItemPrice(i *Item, text string, _ bool) error {
	typed := text
	if text != "" && len(text) < 60 && strings.Trim(text, "0123456789") == "" {
		typed += ".00"
	}
	var err error
	if i.Price, err = ParseMoney(typed); err != nil {
		return itemError(priceKey(KeyOf(err)), shorten(text))
	}
	return nil
}

// priceKey is what a file is told where a till is told that nothing was charged.
func priceKey(key string) string {
	switch key {
	case KeyAmountAmbiguous:
		return KeyItemFileAmbiguous
	case KeyAmountDecimals:
		return KeyItemFileDecimals
	case KeyAmountZero:
		return KeyItemFileZero
	case KeyAmountTooLarge:
		return KeyItemFileDear
	}
	return KeyItemFilePrice
}

func setItemVAT(i *Item, text string, _ bool) error {
	if text == "" {
		return nil
	}
	rate, err := ParsePercent(text)
	if err != nil {
		return itemError(KeyFleetVAT, shorten(text))
	}
	i.VAT = rate
	return nil
}

func setItemColour(i *Item, text string, has bool) error {
	if text = strings.ToLower(text); text != "" && !slices.Contains(Colours, text) {
		return itemError(KeyItemFileColour, shorten(text), strings.Join(Colours, ", "))
	}
	if has {
		i.Colour = text
	}
	return nil
}

func setItemOrder(i *Item, text string, _ bool) error {
	if text == "" {
		return nil
	}
	if len(text) > 9 || strings.Trim(text, "0123456789") != "" {
		return itemError(KeyItemFileOrder, shorten(text))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	i.Order = n
	return err
}
