package static

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing"
)

func names(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatal("no files", err)
	}
	return all
}

func TestOpen_everyFileUnderItsAddress(t *testing.T) {
	for _, name := range names(t) {
		raw, _ := FS.ReadFile(name)
		raw = slim(name, raw)
		got, kind, ok := Open(Path(name))
		if !ok || !bytes.Equal(got, raw) {
			t.Errorf("%s: not served as it is", name)
		}
		if want := types[path.Ext(name)]; kind == "" || kind != want {
			t.Errorf("%s: content type %q, want %q", name, kind, want)
		}
		packed, kind, ok := OpenGzip(Path(name))
		if !ok {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if plain, _ := io.ReadAll(z); !bytes.Equal(plain, raw) || kind == "" {
			t.Errorf("%s: compressed copy differs", name)
		}
	}
}

func TestOpen_refusesOtherAddresses(t *testing.T) {
	good := Path("css/base.css")
	for _, address := range []string{
		"", "/", Root, "css/base.css", "/static/css/base.css",
		"/static/0000000000000000/css/base.css", good + "/", good + "x",
		strings.Replace(good, "css/base", "css/../css/base", 1), path.Dir(good),
	} {
		if _, _, ok := Open(address); ok {
			t.Errorf("%q was opened", address)
		}
		if _, _, ok := OpenGzip(address); ok {
			t.Errorf("%q was opened compressed", address)
		}
	}
}

func TestPath_panicsForWhatIsNotThere(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Path("css/missing.css")
}

// Pages load nothing from anywhere else, and neither inline nor evaluated code.
func TestFiles_nothingFromElsewhere(t *testing.T) {
	foreign := regexp.MustCompile(`https?://|//[a-z]+\.|\beval\(|new Function|\.innerHTML\s*=\s*[^p\s]|document\.write|@import`)
	for _, name := range names(t) {
		if ext := path.Ext(name); ext != ".css" && ext != ".js" {
			continue
		}
		raw, _ := FS.ReadFile(name)
		if hit := foreign.Find(raw); hit != nil {
			t.Errorf("%s: %q", name, hit)
		}
	}
}

// Every module that is imported exists, by a relative address.
func TestModules_imports(t *testing.T) {
	imports := regexp.MustCompile(`from "([^"]+)"`)
	for _, name := range names(t) {
		raw, _ := FS.ReadFile(name)
		if path.Ext(name) != ".js" {
			continue
		}
		for _, m := range imports.FindAllSubmatch(raw, -1) {
			if _, err := FS.ReadFile(path.Join(path.Dir(name), string(m[1]))); err != nil {
				t.Errorf("%s imports %s: %v", name, m[1], err)
			}
		}
	}
}

// What browsers get has no comments of ours, and every other line of the source in its order.
func TestSlim(t *testing.T) {
	in := "// a\n\tconst x = `//b /* c */`; // d\n\n/** e\n * f */\nf(); /* g */\n/* h */\nend\n"
	if got, want := string(slim("js/x.js", []byte(in))), "const x = `//b /* c */`; // d\nf(); /* g */\nend\n"; got != want {
		t.Errorf("%q became %q, want %q", in, got, want)
	}
	if got := slim("icons/x.svg", []byte(in)); string(got) != in {
		t.Errorf("a picture became %q", got)
	}
	for _, name := range names(t) {
		raw, _ := FS.ReadFile(name)
		if ext := path.Ext(name); ext != ".js" && ext != ".css" {
			continue
		}
		if n := bytes.Count(raw, []byte("`")); n%2 != 0 {
			t.Errorf("%s has an odd number of back quotes", name)
		}
		for line := range bytes.Lines(raw) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("%s has a text over several lines, which slim would change: %s", name, line)
			}
		}
	}
}

func TestFont_isSmall(t *testing.T) {
	raw, err := FS.ReadFile("fonts/inter.woff2")
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 40<<10 {
		t.Errorf("font of %d bytes, want at most 40 KB", len(raw))
	}
}

// TestModules runs the tests of the pure modules; node is a tool of the tests only.
func TestModules(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the modules' own tests were not run")
	}
	version, _ := exec.Command(node, "--version").Output()
	var major, minor int
	if _, err := fmt.Sscanf(string(version), "v%d.%d", &major, &minor); err != nil || major < 20 || (major == 20 && minor < 19) {
		t.Skipf("node %s is older than 20.19 and cannot read modules: their own tests were not run", version)
	}
	out, err := exec.Command(node, "--test", "--test-reporter=tap", "js/testdata/figure.test.mjs", "js/testdata/plain.test.mjs").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("# fail 0")) || bytes.Contains(out, []byte("# pass 0\n")) {
		t.Fatalf("node ran no tests:\n%s", out)
	}
}
