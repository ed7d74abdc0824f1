// Package static owns everything a browser loads besides pages: style sheets, ES modules, the
// font and icons. It embeds them, takes out what only people read, gives each an address that changes with the content, and keeps
// a compressed copy. It must not know any page and must not serve anything itself.
//
// All files share one hash, so that a module may import its neighbour and a style sheet may name
// the font by a relative address; one changed byte changes every address.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// FS holds the files as they are in the source tree.
//
//go:embed css/*.css js/*.js fonts/inter.woff2 icons
var FS embed.FS

// Root is the address under which [Path] puts every file: "/static/".
const Root = "/static/"

// types is every kind of file there may be; a test holds the tree against it.
var types = map[string]string{
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".woff2":       "font/woff2",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".webmanifest": "application/manifest+json",
}

type file struct {
	raw    []byte
	kind   string
	packed func() []byte // gzip, nil where it does not pay
}

type tree struct {
	hash  string
	files map[string]file
}

// load reads the tree once. The files are part of the binary: reading them cannot fail.
var load = sync.OnceValue(func() tree {
	t := tree{files: map[string]file{}}
	sum := sha256.New()
	_ = fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := FS.ReadFile(name)
		sum.Write([]byte(name))
		sum.Write(raw)
		raw = slim(name, raw)
		t.files[name] = file{raw, types[path.Ext(name)], packer(name, raw)}
		return err
	})
	t.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return t
})

// packer compresses on first use, so that starting costs nothing. Fonts and pictures are
// compressed already.
func packer(name string, raw []byte) func() []byte {
	if ext := path.Ext(name); ext == ".woff2" || ext == ".png" {
		return nil
	}
	return sync.OnceValue(func() []byte {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = z.Write(raw)
		_ = z.Close()
		return b.Bytes()
	})
}

// Path returns the address of a file, "/static/<hash>/css/base.css" for "css/base.css". A name
// that does not exist panics: it is a mistake in a page, and every page is drawn by a test.
func Path(name string) string {
	t := load()
	if _, ok := t.files[name]; !ok {
		panic("static: no file " + name)
	}
	return Root + t.hash + "/" + name
}

// Open returns the file behind an address made by [Path], with its content type. ok is false for
// any other address, that of an older or newer build too. The content is shared: do not change it.
func Open(address string) (content []byte, contentType string, ok bool) {
	f, ok := find(address)
	return f.raw, f.kind, ok
}

// OpenGzip is [Open] for a client that accepts gzip; ok is false where there is no compressed
// copy and Open has to be asked.
func OpenGzip(address string) (content []byte, contentType string, ok bool) {
	f, ok := find(address)
	if !ok || f.packed == nil {
		return nil, "", false
	}
	return f.packed(), f.kind, true
}

func find(address string) (file, bool) {
	t := load()
	name, ok := strings.CutPrefix(address, Root+t.hash+"/")
	if !ok {
		return file{}, false
	}
	f, ok := t.files[name]
	return f, ok
}
