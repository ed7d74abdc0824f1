package office

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// sortItems are those of some items that are sold, in the order of the catalogue.
func sortItems(all []kiosk.Item) []kiosk.Item {
	sold := slices.DeleteFunc(slices.Clone(all), func(i kiosk.Item) bool { return i.Gone > 0 })
	slices.SortStableFunc(sold, func(a, b kiosk.Item) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
	return sold
}

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

// itemPlanner turns the rows of a file into a plan.
type itemPlanner struct {
	stall  kiosk.Stall
	sheet  *sheet
	byID   map[string]kiosk.Item
	sold   map[string][]kiosk.Item // by folded name
	taken  map[string]int          // item to the line that names it
	called map[string]itemName
	next   []int // places in the plan of items that name no place
	plan   kiosk.ItemPlan
}

// itemName is who is called so in the file first.
type itemName struct {
	line  int
	known bool // it was found by its ID
}

// planItems reads a file against the items of a stall, those that are sold no more too. It stores
// nothing and changes nothing.
func planItems(raw []byte, stall kiosk.Stall, there []kiosk.Item) kiosk.ItemPlan {
	s, faults := readSheet(raw, kiosk.ItemSheet)
	if s != nil && len(s.rows) > itemRows {
		faults = fileFault(s.rows[itemRows].line, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetLong, Args: []string{strconv.Itoa(itemRows)}})
		s = nil
	}
	p := &itemPlanner{
		stall: stall, sheet: s, plan: kiosk.ItemPlan{Faults: faults}, byID: map[string]kiosk.Item{}, sold: map[string][]kiosk.Item{},
		taken: map[string]int{}, called: map[string]itemName{},
	}
	if s == nil {
		return p.plan
	}
	if len(s.rows) == 0 && len(faults) == 0 {
		p.plan.Faults = fileFault(1, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetEmpty})
	}
	p.know(there)
	for _, row := range s.rows {
		p.row(row)
	}
	p.place(there)
	p.miss(there)
	slices.SortStableFunc(p.plan.Faults, func(a, b kiosk.LineFault) int { return a.Line - b.Line })
	return p.plan
}

func (p *itemPlanner) know(there []kiosk.Item) {
	for _, i := range there {
		p.byID[i.ID] = i
		if i.Gone == 0 {
			p.sold[NameKey(i.Name)] = append(p.sold[NameKey(i.Name)], i)
		}
	}
}

func (p *itemPlanner) fault(row sheetRow, column string, err error) {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		e = &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Err: err}
	}
	p.plan.Faults = append(p.plan.Faults, kiosk.LineFault{Line: row.line, Column: column, Err: e})
}

// row takes one line: finds the item it is about, and what it would make of it.
func (p *itemPlanner) row(row sheetRow) {
	before := len(p.plan.Faults)
	name := p.sheet.get(row, "name")
	was, byID := p.find(row, name)
	one := kiosk.PlannedItem{Item: was, Was: was, Line: row.line}
	if was.ID == "" {
		one.Item = kiosk.Item{Stall: p.stall.ID, VAT: p.stall.VAT}
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
	if one.Fate == kiosk.ItemNew && p.sheet.get(row, "order") == "" {
		p.next = append(p.next, len(p.plan.Items))
	}
	p.plan.Items = append(p.plan.Items, one)
}

func (p *itemPlanner) has(column string) bool {
	_, there := p.sheet.at[column]
	return there
}

// find finds the item of a line: by its ID, or else by its name among those that are sold.
func (p *itemPlanner) find(row sheetRow, name string) (was kiosk.Item, byID bool) {
	if was, byID = p.byID[p.sheet.get(row, "id")]; byID {
		return was, true
	}
	named := p.sold[NameKey(name)]
	if len(named) > 1 {
		p.fault(row, "name", itemError(KeyItemFileNames, strconv.Itoa(len(named)), shorten(name)))
	}
	if len(named) == 0 {
		return kiosk.Item{}, false
	}
	return named[0], false
}

// once returns the line that has named the same item before, 0 if none has. Two of one name are two
// items only if both are told apart by their IDs.
func (p *itemPlanner) once(row sheetRow, name, id string, byID bool) int {
	first, named := p.called[NameKey(name)]
	if named && (!byID || !first.known) {
		return first.line
	}
	if line, taken := p.taken[id]; taken && id != "" {
		return line
	}
	if !named {
		p.called[NameKey(name)] = itemName{row.line, byID}
	}
	p.taken[id] = row.line
	return 0
}

func fateOf(item, was kiosk.Item) kiosk.ItemFate {
	switch {
	case was.ID == "":
		return kiosk.ItemNew
	case was.Gone > 0:
		return kiosk.ItemBack
	case item != was:
		return kiosk.ItemChanged
	}
	return kiosk.ItemSame
}

// place puts new items that name no place behind all others, in the order of the file.
func (p *itemPlanner) place(there []kiosk.Item) {
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
func (p *itemPlanner) miss(there []kiosk.Item) {
	for _, i := range sortItems(there) {
		if _, taken := p.taken[i.ID]; !taken {
			p.plan.Missing = append(p.plan.Missing, i)
		}
	}
}

// itemCells read what the columns say of an item. An empty text is told apart from a column that the
// file does not have: without a column what is stored stays.
var itemCells = []struct {
	column string
	set    func(i *kiosk.Item, text string, has bool) error
}{
	{"name", setItemName},
	{"category", setItemCategory},
	{"price", setItemPrice},
	{"vat", setItemVAT},
	{"colour", setItemColour},
	{"order", setItemOrder},
}

func itemError(key string, args ...string) *kiosk.Error {
	return &kiosk.Error{Code: kiosk.Invalid, Key: key, Args: args}
}

func setItemName(i *kiosk.Item, text string, _ bool) error {
	i.Name = text
	return i.CheckName()
}

func setItemCategory(i *kiosk.Item, text string, has bool) error {
	if has {
		i.Category = text
	}
	return i.CheckCategory()
}

// setItemPrice reads a price, where a whole number means euros: spreadsheets write 3.00 as 3. What
// can be read in two ways is refused.
func setItemPrice(i *kiosk.Item, text string, _ bool) error {
	typed := text
	if text != "" && len(text) < 60 && strings.Trim(text, "0123456789") == "" {
		typed += ".00"
	}
	var err error
	if i.Price, err = kiosk.ParseMoney(typed); err != nil {
		return itemError(priceKey(kiosk.KeyOf(err)), shorten(text))
	}
	return nil
}

// priceKey is what a file is told where a till is told that nothing was charged.
func priceKey(key string) string {
	switch key {
	case kiosk.KeyAmountAmbiguous:
		return KeyItemFileAmbiguous
	case kiosk.KeyAmountDecimals:
		return KeyItemFileDecimals
	case kiosk.KeyAmountZero:
		return KeyItemFileZero
	case kiosk.KeyAmountTooLarge:
		return KeyItemFileDear
	}
	return KeyItemFilePrice
}

func setItemVAT(i *kiosk.Item, text string, _ bool) error {
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

func setItemColour(i *kiosk.Item, text string, has bool) error {
	if text = strings.ToLower(text); text != "" && !slices.Contains(kiosk.Colours, text) {
		return itemError(KeyItemFileColour, shorten(text), strings.Join(kiosk.Colours, ", "))
	}
	if has {
		i.Colour = text
	}
	return nil
}

func setItemOrder(i *kiosk.Item, text string, _ bool) error {
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
