package handlers_test

import (
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/views/officeview"
)

// TestViewer: who only reads sees what every stall has set and says so, and is refused a card of a
// device, which names its stall in the form and not in the address.
func TestViewer(t *testing.T) {
	b := kiosktest.NewBureau(t)
	b.Organizer()
	viewer := b.Viewer()
	for _, stall := range b.Stalls {
		a := viewer.Get(officeview.StallPath(stall.ID, "/registers"))
		a.Want(t, "the registers of a stall", 200, "")
		if !a.Page(t).Has("main#matter[data-reads]") {
			t.Error("the page does not say that it is only read")
		}
	}
	viewer.Post(officeview.PathCards, "tablet-"+b.Tills[0].ID, "yes", "life", "24").Want(t, "a card", 403, "")
	viewer.Get(officeview.PathPeople).Want(t, "the people of the office", 403, "")
	viewer.Get(officeview.PathTakings).Want(t, "takings of all stalls", 200, "")
}
