package evening

import (
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

func TestMain(m *testing.M) { kiosktest.Main(m) }
