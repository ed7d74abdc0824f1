package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"qrkiosk/kiosk"
)

// magic is how every SQLite file begins.
const magic = "SQLite format 3\x00"

// checkHeader looks at the first hundred bytes of the file, which costs nothing and is done at every
// start: a file that is none of SQLite's, or that lost its end, is refused before anything is read
// out of it. A log beside the file may hold what the file has not got yet.
func checkHeader(path string, log bool) error {
	f, err := os.Open(path)
	if err != nil {
		return away(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return away(err)
	}
	if info.Size() == 0 {
		return nil // new
	}
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return away(err)
	}
	if flaw := flawOf(head, info.Size(), log); flaw != "" {
		return &kiosk.Error{Code: kiosk.Internal, Key: KeyDamaged, Err: errors.New(flaw)}
	}
	return nil
}

// flawOf says what is wrong with a header of SQLite, "" if nothing is.
func flawOf(head []byte, size int64, log bool) string {
	if string(head[:len(magic)]) != magic {
		return "it does not begin like a SQLite file"
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 {
		return fmt.Sprintf("it has pages of %d bytes", page)
	}
	counted := binary.BigEndian.Uint32(head[24:]) == binary.BigEndian.Uint32(head[92:])
	if want := page * int64(binary.BigEndian.Uint32(head[28:])); counted && !log && size < want {
		return fmt.Sprintf("its end is missing: %d of %d bytes are there", size, want)
	}
	return ""
}
