package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// faultLine is a line of testdata/faults.txt: number, what happens, and the tests that bring it
// about; or a dash and why this machine cannot.
type faultLine struct {
	number string
	what   string
	tests  []string // "package TestFault_F.."
	why    string   // it is not covered, or covered elsewhere
}

func faultLines(t *testing.T) (lines []faultLine) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "faults.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(raw)) {
		if strings.HasPrefix(text, "#") || strings.TrimSpace(text) == "" {
			continue
		}
		parts := strings.Split(strings.TrimSpace(text), " | ")
		if len(parts) != 3 {
			t.Fatalf("not a line of three parts: %s", text)
		}
		l := faultLine{number: parts[0], what: parts[1]}
		if why, no := strings.CutPrefix(parts[2], "- "); no {
			l.why = why
		} else {
			l.tests = strings.Split(parts[2], ", ")
		}
		lines = append(lines, l)
	}
	return lines
}

// faultTests reads the names of the catalogue's tests from the source of the whole house.
func faultTests(t *testing.T) (names []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		room, err := filepath.Rel(root, filepath.Dir(path))
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "TestFault_") {
				names = append(names, filepath.ToSlash(room)+" "+f.Name.Name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

var faultName = regexp.MustCompile(`^\S+ TestFault_(F\d\d)_[a-z]\w+$`)

// TestFaults_areListed holds the list of faults against the tests that there are, both ways.
func TestFaults_areListed(t *testing.T) {
	var listed []string
	for i, l := range faultLines(t) {
		if want := fmt.Sprintf("F%02d", i+1); l.number != want {
			t.Fatalf("line %d is about %s, want %s", i+1, l.number, want)
		}
		for _, name := range l.tests {
			if m := faultName.FindStringSubmatch(name); m == nil || m[1] != l.number {
				t.Errorf("%s: %q is no name of its test", l.number, name)
			}
		}
		listed = append(listed, l.tests...)
	}
	if n := len(faultLines(t)); n != 95 {
		t.Errorf("%d faults", n)
	}
	slices.Sort(listed)
	there := faultTests(t)
	for _, name := range listed {
		if !slices.Contains(there, name) {
			t.Errorf("listed, and not there: %s", name)
		}
	}
	for _, name := range there {
		if !slices.Contains(listed, name) {
			t.Errorf("there, and not listed in testdata/faults.txt: %s", name)
		}
	}
}

// TestFaults_table holds the table of faults.md against the list; QRKIOSK_WRITE=1 writes it.
func TestFaults_table(t *testing.T) {
	const file = "faults.md"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const head, foot = "<!-- faults -->\n", "<!-- /faults -->\n"
	before, rest, ok := strings.Cut(string(raw), head)
	table, after, ends := strings.Cut(rest, foot)
	if !ok || !ends {
		t.Fatal("faults.md has no place for the table of faults")
	}
	want := faultTable(faultLines(t))
	if table == want {
		return
	}
	if os.Getenv("QRKIOSK_WRITE") == "" {
		t.Fatal("the table of faults.md is not that of testdata/faults.txt; QRKIOSK_WRITE=1 writes it anew")
	}
	if err := os.WriteFile(file, []byte(before+head+want+foot+after), 0o644); err != nil { //nolint:gosec // it is for everybody
		t.Fatal(err)
	}
}

func faultTable(lines []faultLine) string {
	var b strings.Builder
	b.WriteString("| fault | what happens | tested in |\n|---|---|---|\n")
	for _, l := range lines {
		where := l.why
		if len(l.tests) > 0 {
			var rooms []string
			for _, name := range l.tests {
				room, _, _ := strings.Cut(name, " ")
				if !slices.Contains(rooms, "`"+room+"`") {
					rooms = append(rooms, "`"+room+"`")
				}
			}
			where = strings.Join(rooms, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", l.number, l.what, where)
	}
	return b.String()
}
