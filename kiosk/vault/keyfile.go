package vault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"qrkiosk/kiosk"
)

// keyMark begins a key file, so that nobody takes it for something else.
const keyMark = "qrkiosk-key-1 "

// mostKeyFile bounds what is read of a key file.
const mostKeyFile = 4096

// Load makes a vault from a key file. A missing file is made, with mode 0600, at once and whole:
// whoever stops in the middle leaves no half key. A file that other users may read is refused
// with key KeyShared, one that holds no key with KeyContent; both name the path in Args.
func Load(path string, options ...Option) (*Vault, error) {
	text, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKey(path); err == nil {
			text, err = readKey(path)
		}
	}
	if err != nil {
		return nil, fileError(KeyFile, path, err)
	}
	key, err := parseKey(text)
	if err != nil {
		return nil, fileError(KeyContent, path, err)
	}
	return New(key, options...)
}

func fileError(key, path string, err error) error {
	var known *kiosk.Error
	if errors.As(err, &known) {
		return err
	}
	return &kiosk.Error{Code: kiosk.Conflict, Key: key, Args: []string{path}, Err: err}
}

// readKey reads the file and looks at the mode of the very file it has open.
func readKey(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // read only
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fileError(KeyContent, path, errors.New("not a regular file"))
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fileError(KeyShared, path, fmt.Errorf("mode is %#o, must be 0600 or less", mode))
	}
	text, err := io.ReadAll(io.LimitReader(f, mostKeyFile))
	return string(text), err
}

// parseKey reads the mark and the key in base64. The error never holds the text.
func parseKey(text string) ([]byte, error) {
	rest, marked := strings.CutPrefix(strings.TrimSuffix(text, "\n"), keyMark)
	key, err := base64.StdEncoding.Strict().DecodeString(rest)
	if !marked || err != nil || len(key) != KeySize || strings.ContainsAny(rest, "\r\n") {
		return nil, errors.New("the file holds no key")
	}
	return key, nil
}

// makeKey writes a new key beside path, flushes it and gives it its name, unless another process
// was faster.
func makeKey(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // the name that stays is path
	text := keyMark + base64.StdEncoding.EncodeToString(random(make([]byte, KeySize))) + "\n"
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
