package store

import (
	"fmt"
	"syscall"

	"qrkiosk/kiosk"
)

// farAway are the file systems of other machines, by the number that Linux gives them. Their locks
// do not hold what SQLite needs.
var farAway = map[int64]string{
	0x6969: "NFS", 0x517B: "SMB", 0xFF534D42: "CIFS", 0xFE534D42: "SMB2", 0x564C: "NCP", 0x5346414F: "AFS",
	0x6B414653: "AFS", 0x73757245: "Coda", 0x00C36400: "Ceph", 0x0BD00BD0: "Lustre", 0x47504653: "GPFS",
	0x19830326: "BeeGFS", 0x01161970: "GFS2", 0x7461636F: "OCFS2",
}

// checkPlace refuses a directory on a network file system, with key KeySettings.
func checkPlace(dir string) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return away(err)
	}
	return judgePlace(dir, int64(stat.Type)) //nolint:unconvert // its size depends on the machine
}

func judgePlace(dir string, kind int64) error {
	name, far := farAway[kind&0xFFFFFFFF]
	if !far {
		return nil
	}
	return &kiosk.Error{
		Code: kiosk.Conflict, Key: KeySettings, Args: []string{"file system", name, "a local disk"},
		Err: fmt.Errorf("%s lies on %s; a SQLite file wants a local disk", dir, name),
	}
}
