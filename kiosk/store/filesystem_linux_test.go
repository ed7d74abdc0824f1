package store

import (
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

// TestFault_F54_networkFileSystem: a SQLite file on another machine's disk is refused.
func TestFault_F54_networkFileSystem(t *testing.T) {
	for kind, name := range farAway {
		if err := judgePlace("/data", kind); kiosk.KeyOf(err) != KeySettings || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, local := range []int64{0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630} { // ext, XFS, btrfs, tmpfs, overlay
		if err := judgePlace("/data", local); err != nil {
			t.Errorf("%#x: %v", local, err)
		}
	}
	if err := checkPlace(t.TempDir()); err != nil {
		t.Errorf("the disk of this test: %v", err)
	}
}
