package views

import (
	"qrkiosk/kiosk"
)

// officeKeys are the keys of the office that the code puts together.
func officeKeys() []string {
	var keys []string
	for _, s := range sections {
		keys = append(keys, "office.nav."+s.key)
	}
	for _, s := range tabs {
		keys = append(keys, "office.tab."+s.key)
	}
	for _, said := range officeSaid {
		keys = append(keys, "office.said."+said)
	}
	for _, step := range officeSteps {
		keys = append(keys, "office.step."+step)
	}
	keys = append(keys, fleetKeys()...)
	for _, by := range TakingsBys {
		keys = append(keys, "office.by."+string(by))
	}
	for _, d := range NewDays(0, 0, 0).Ready {
		keys = append(keys, "office.days."+d.Key)
	}
	for _, key := range lineKeys {
		keys = append(keys, "office.line."+key)
	}
	for _, key := range []string{"gross", "withdrawn", "others", "fees", "stays"} {
		keys = append(keys, "office.line."+key+".hint")
	}
	for _, key := range saleColumns {
		keys = append(keys, "office.column."+key)
	}
	for _, key := range []string{"no-day", "waits", "nothing", "agrees", "less", "more"} {
		keys = append(keys, "office.payout."+key)
	}
	for _, c := range kiosk.ItemColumns() {
		keys = append(keys, "office.itemfile.column."+c)
	}
	for _, fate := range []kiosk.ItemFate{kiosk.ItemNew, kiosk.ItemBack, kiosk.ItemChanged, kiosk.ItemSame} {
		keys = append(keys, "office.itemfile.fate."+string(fate))
	}
	for _, kind := range kinds {
		keys = append(keys, "office.did."+kind)
	}
	return append(keys, "office.exports.title", "office.payouts.page", "office.takings.title", "office.itemfile.title", "office.shifts.title", "office.home.title", "office.own.title", "office.again.title")
}

// officeSaid are the keys of what pages say after something was done.
var officeSaid = []string{
	"stall-added", "register-added", "register-renamed", "register-moved", "link-ended", "device-revoked",
	"staff-changed", "staff-left", "owner-link-ended", "payouts-asked", "unmatched-settled", "held-deleted",
	"saved", "signed-out", "removed", "items-imported",
}

// officeSteps are the keys of the steps of the first start.
var officeSteps = []string{"told", "key", "address", "stall", "devices"}

// lineKeys are the keys of account lines, for the words.
var lineKeys = []string{
	"gross", "refunds", "disputes", "withdrawn", "kept", "others", "fees", "stays",
}
