package evening

import (
	"testing"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// Demo runs the demonstration on a new directory.
func Demo(t *testing.T) *kiosktest.Running {
	t.Helper()
	return kiosktest.Serve(t, assembly.Settings{Mode: kiosk.Sandbox}, assembly.Bakery(), assembly.Options{})
}
