package main

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mostMethods = 60    // of a type
	mostLines   = 6_000 // of a package: people's code, .templ included, tests not
)

// largeTypes are the types with more methods than anybody can keep in mind, how many each has today,
// and why. The number may fall and never rise.
var largeTypes = map[string]struct {
	methods int
	why     string
}{
	"kiosk.Sale":         {69, "a sale's facts and everything that follows from them is one thing"},
	"kiosk/store.reader": {78, "it is the union of what the rooms read"},
	"kiosk/store.tx":     {62, "the same for writing"},
}

// largePackages are the packages above the limit, with their lines today and why.
var largePackages = map[string]struct {
	lines int
	why   string
}{
	"kiosk": {6_210, "a twentieth of it is the package comment: how the whole fits together, and its words"},
}

// TestSizes prints how many methods types have and how many lines packages, and holds both within limits.
func TestSizes(t *testing.T) {
	methods, lineCount := map[string]int{}, map[string]int{}
	for _, path := range sources(t, root) {
		name := packageOf(t, path)
		f := parse(t, path)
		lineCount[name] += positions.File(f.Pos()).LineCount()
		for _, d := range f.Decls {
			countMethods(methods, name, d)
		}
	}
	for _, path := range templates(t) {
		lineCount[packageOf(t, path)] += strings.Count(readText(t, path), "\n")
	}
	for name, n := range methods {
		limit := mostMethods
		if large, known := largeTypes[name]; known {
			limit = large.methods
		}
		if n > limit {
			t.Errorf("%s has %d methods, more than %d", name, n, limit)
		}
	}
	for name, n := range lineCount {
		limit := mostLines
		if large, known := largePackages[name]; known {
			limit = large.lines
		}
		if n > limit {
			t.Errorf("%s has %d lines, more than %d", name, n, limit)
		}
	}
	t.Logf("methods: %s", largest(methods, 8))
	t.Logf("lines: %s", largest(lineCount, 8))
}

// countMethods counts what a declaration adds: a method to its receiver, and to an interface every
// name it has itself; those of embedded interfaces count with the union by hand of the reader.
func countMethods(of map[string]int, pkg string, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil {
			of[pkg+"."+receiverName(d.Recv)]++
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			ts, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			if i, ok := ts.Type.(*ast.InterfaceType); ok {
				of[pkg+"."+ts.Name.Name] += i.Methods.NumFields()
			}
		}
	}
}

func receiverName(recv *ast.FieldList) string {
	typ := recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return "?"
}

func packageOf(t *testing.T, path string) string {
	t.Helper()
	rel, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(rel)
}

// templates lists the pages as people write them.
func templates(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"views/*.templ", "views/*/*.templ", "kiosk/*/*.templ"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		all = append(all, found...)
	}
	return all
}

// largest writes the largest entries, largest first.
func largest(of map[string]int, n int) string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return of[b] - of[a] })
	var out []string
	for _, name := range names[:min(n, len(names))] {
		out = append(out, fmt.Sprintf("%s %d", name, of[name]))
	}
	return strings.Join(out, ", ")
}
