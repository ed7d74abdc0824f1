package till

import (
	"qrkiosk/kiosk"
)

// price fills in what the catalogue says of the items of a charge. A price that a till showed and
// that is another one by now is refused: nobody is charged what no screen said.
// A typed amount has the rate of the stall.
func price(r kiosk.ItemReader, stall kiosk.Stall, lines []kiosk.Line) error {
	for i := range lines {
		if lines[i].Item == "" {
			lines[i].Name, lines[i].VAT = "", stall.VAT
			continue
		}
		item, err := r.Item(lines[i].Item)
		switch {
		case kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && item.Stall != stall.ID):
			return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyItemUnknown, Field: "lines"}
		case err != nil:
			return err
		case item.Gone > 0:
			return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyItemGone, Field: "lines", Args: []string{item.Name}}
		case lines[i].Unit != 0 && lines[i].Unit != item.Price:
			return &kiosk.Error{
				Code: kiosk.Invalid, Key: kiosk.KeyItemPrice, Field: "lines", Args: []string{item.Name},
				Amounts: []kiosk.Money{item.Price, lines[i].Unit},
			}
		}
		lines[i].Name, lines[i].Unit, lines[i].VAT = item.Name, item.Price, item.VAT
	}
	return nil
}
