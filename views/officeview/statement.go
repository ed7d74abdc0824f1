package officeview

import (
	"qrkiosk/kiosk"
)

// accountLine is one line of the account of a statement.
type accountLine struct {
	key    string // "office.line." and it
	amount kiosk.Money
	hint   bool        // "office.line." and it and ".hint" say more
	of     kiosk.Money // part of the amount that the hint tells of
	sum    bool        // a line that sums up those above
}

func (l accountLine) class() string {
	if l.sum {
		return "sum"
	}
	return ""
}

// accountLines goes from what customers paid to what stays on the account. Every line is a sum of
// facts; lines that are nothing are left out, but for the ends.
func accountLines(st kiosk.Statement) []accountLine {
	f := st.Figures
	lines := []accountLine{{key: "gross", amount: f.Gross, hint: f.Tips != 0, of: f.Tips}}
	add := func(key string, amount kiosk.Money, hint bool) {
		if amount != 0 {
			lines = append(lines, accountLine{key: key, amount: -amount, hint: hint})
		}
	}
	add("refunds", f.Refunds, false)
	add("disputes", f.Disputes, false)
	add("withdrawn", f.Withdrawn, true)
	lines = append(lines, accountLine{key: "kept", amount: f.Kept(), sum: true})
	add("others", f.Commission, true)
	add("fees", f.Fee+f.FeePSP, true)
	return append(lines, accountLine{key: "stays", amount: st.StaysOnAccount(), sum: true, hint: true})
}
