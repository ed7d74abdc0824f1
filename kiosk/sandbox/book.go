package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
)

// The book is a text file: one header line, then one line per flush. A line is the CRC-32C of its
// text in eight hexadecimal digits, a space, and a JSON array of entries. Everything one flush
// writes is one line, so what was written together is there together or not at all.
const bookHeader = "secpaid-sandbox-book 1\n"

// ErrBook is the error of [New] for a book that is damaged anywhere but at its very end, and of
// every call after writing to the book has failed once.
var ErrBook = errors.New("sandbox book")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// book appends entries to a file. Callers queue while they hold the server's lock, which gives the
// order, and wait for the disk afterwards, so that many calls share one fsync.
type book struct {
	file *os.File // nil: kept in memory only

	mu      sync.Mutex // guards the three below
	pending []byte
	queued  uint64
	failed  error

	flush  sync.Mutex // held while writing
	synced uint64
}

// openBook replays the file at path through apply and returns it ready for appending. A torn last
// line is cut off; any other damage is an error that wraps [ErrBook].
func openBook(path string, log *slog.Logger, apply func(line []byte) error) (*book, error) {
	if path == "" {
		return &book{}, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBook, err)
	}
	if err := prepareBook(file, log, apply); err != nil {
		return nil, errors.Join(fmt.Errorf("%w %s: %w", ErrBook, path, err), file.Close())
	}
	return &book{file: file}, nil
}

func prepareBook(file *os.File, log *slog.Logger, apply func([]byte) error) error {
	if err := lockFile(file); err != nil {
		return fmt.Errorf("in use by another process: %w", err)
	}
	raw, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	good, err := replay(raw, apply)
	if err != nil {
		return err
	}
	if good < len(raw) {
		log.Warn("the book ended in a torn record, cut off", "bytes", len(raw)-good)
		if err := file.Truncate(int64(good)); err != nil {
			return err
		}
	}
	if _, err := file.Seek(int64(good), io.SeekStart); err != nil {
		return err
	}
	if good == 0 {
		if _, err := file.WriteString(bookHeader); err != nil {
			return err
		}
	}
	return file.Sync()
}

// replay hands the JSON text of every whole line to apply and returns how many bytes are good.
// A bad line is forgiven only where nothing follows it: that is what a power cut leaves.
func replay(raw []byte, apply func([]byte) error) (good int, err error) {
	if len(raw) < len(bookHeader) && bytes.HasPrefix([]byte(bookHeader), raw) {
		return 0, nil
	}
	if !bytes.HasPrefix(raw, []byte(bookHeader)) {
		return 0, errors.New("this file is not a sandbox book")
	}
	good = len(bookHeader)
	for number := 1; good < len(raw); number++ {
		line, rest, whole := bytes.Cut(raw[good:], []byte("\n"))
		text, ok := checkLine(line)
		if !whole || !ok {
			if len(rest) > 0 {
				return good, fmt.Errorf("record %d at byte %d is damaged and others follow it", number, good)
			}
			return good, nil
		}
		if err := apply(text); err != nil {
			return good, fmt.Errorf("record %d at byte %d: %w", number, good, err)
		}
		good += len(line) + 1
	}
	return good, nil
}

func checkLine(line []byte) (text []byte, ok bool) {
	if len(line) < 10 || line[8] != ' ' {
		return nil, false
	}
	want, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil {
		return nil, false
	}
	return line[9:], uint32(want) == crc32.Checksum(line[9:], castagnoli)
}

func sealLine(text []byte) []byte {
	line := fmt.Appendf(make([]byte, 0, len(text)+10), "%08x ", crc32.Checksum(text, castagnoli))
	return append(append(line, text...), '\n')
}

// queue adds entries, already encoded and separated by commas, to the next line. It must be called
// in the order in which the entries were applied.
func (b *book) queue(encoded []byte) {
	if b.file == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.pending) > 0 {
		b.pending = append(b.pending, ',')
	}
	b.pending = append(b.pending, encoded...)
	b.queued++
}

// sync returns after everything queued so far is on disk. After one failure it fails for ever:
// what is in memory can no longer be trusted to be what a restart would find.
func (b *book) sync() error {
	if b.file == nil {
		return nil
	}
	b.mu.Lock()
	goal := b.queued
	b.mu.Unlock()

	b.flush.Lock()
	defer b.flush.Unlock()
	b.mu.Lock()
	if b.failed != nil || b.synced >= goal {
		defer b.mu.Unlock()
		return b.failed
	}
	text, upto := b.pending, b.queued
	b.pending = nil
	b.mu.Unlock()

	err := b.write(text)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.failed = fmt.Errorf("%w: %w", ErrBook, err)
		return b.failed
	}
	b.synced = upto
	return nil
}

func (b *book) write(entries []byte) error {
	text := append(append([]byte{'['}, entries...), ']')
	if _, err := b.file.Write(sealLine(text)); err != nil {
		return err
	}
	return b.file.Sync()
}

func (b *book) close() error {
	if b.file == nil {
		return nil
	}
	err := b.sync()
	b.flush.Lock()
	defer b.flush.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil {
		b.failed = fmt.Errorf("%w: closed", ErrBook)
	}
	return errors.Join(err, b.file.Close())
}
