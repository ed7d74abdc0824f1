package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	mostMethods = 60    // of a type
	mostLines   = 6_000 // of a package: people's code, .templ included, tests not
)

// longPackages may have more lines than others; why stands in their package comment.
var longPackages = map[string]int{"kiosk": 7_300}

// largeTypes are the types with more methods than anybody can keep in mind, how many each has today,
// and why. The number may fall and never rise.
var largeTypes = map[string]struct {
	methods int
	why     string
}{
	"kiosk.Sale":          {74, "a sale's facts and everything that follows from them is one thing"},
	"kiosk.Reader":        {73, "it is the union of what the rooms read"},
	"kiosk.Tx":            {117, "the same for writing"},
	"kiosk/store.reader":  {82, "it answers for kiosk.Reader"},
	"kiosk/store.tx":      {145, "it answers for kiosk.Tx, and is the reader as well"},
	"kiosk/shop.wakingTx": {118, "it is the transaction it was given, of which it hears two calls"},
}

// TestSizes prints how many methods types have and how many lines packages, and holds both within limits.
func TestSizes(t *testing.T) {
	all, lineCount := methodSets{}, map[string]int{}
	for _, path := range sources(t, root) {
		name := packageOf(t, path)
		f := parse(t, path)
		lineCount[name] += positions.File(f.Pos()).LineCount()
		all.read(name, f)
	}
	for _, path := range templates(t) {
		lineCount[packageOf(t, path)] += strings.Count(readText(t, path), "\n")
	}
	methods := all.count()
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
		if limit := max(mostLines, longPackages[name]); n > limit {
			t.Errorf("%s has %d lines, more than %d", name, n, limit)
		}
	}
	for name := range largeTypes {
		if methods[name] <= mostMethods {
			t.Errorf("%s has no more than %d methods any more", name, mostMethods)
		}
	}
	t.Logf("methods, promoted ones too:\n%s", largest(methods, 20))
	t.Logf("lines:\n%s", largest(lineCount, len(lineCount)))
}

func TestSizes_promotedMethodsCount(t *testing.T) {
	const text = `package outer
import "qrkiosk/inner"
type base struct{}
func (base) A() {}
func (*base) B() {}
type narrow interface { C(); D() }
type wide interface { narrow; E() }
type all struct { *base; wide; inner.Deep; field int }
func (all) A() {}
`
	const within = `package inner
type Deep struct { Deep2 }
type Deep2 struct{}
func (Deep2) F() {}
`
	sets := methodSets{}
	for name, text := range map[string]string{"outer": text, "inner": within} {
		f, err := parser.ParseFile(token.NewFileSet(), name+".go", text, 0)
		if err != nil {
			t.Fatal(err)
		}
		sets.read(name, f)
	}
	want := map[string]int{
		"outer.base": 2, "outer.narrow": 2, "outer.wide": 3, "outer.all": 6, "inner.Deep": 1, "inner.Deep2": 1,
	}
	if diff := cmp.Diff(want, sets.count()); diff != "" {
		t.Error(diff)
	}
}

// methodSets are the types of this module by package and name.
type methodSets map[string]*methodSet

// methodSet is what a type brings itself, and what it takes over from types of this module.
type methodSet struct {
	names    []string
	embedded []string // package and name
}

func (m methodSets) of(pkg, name string) *methodSet {
	name = pkg + "." + name
	if m[name] == nil {
		m[name] = &methodSet{}
	}
	return m[name]
}

// read notes what a file declares: methods with their receivers, and what structs and interfaces embed.
func (m methodSets) read(pkg string, f *ast.File) {
	rooms := roomsOf(f)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				set := m.of(pkg, receiverName(d.Recv))
				set.names = append(set.names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok {
					m.of(pkg, ts.Name.Name).readType(pkg, ts.Type, rooms)
				}
			}
		}
	}
}

// readType notes what a type declaration says: a struct's fields bring methods if they are embedded, an
// interface's names are methods.
func (s *methodSet) readType(pkg string, typ ast.Expr, rooms map[string]string) {
	var fields *ast.FieldList
	switch typ := typ.(type) {
	case *ast.StructType:
		fields = typ.Fields
	case *ast.InterfaceType:
		fields = typ.Methods
		for _, method := range fields.List {
			for _, name := range method.Names {
				s.names = append(s.names, name.Name)
			}
		}
	default:
		return
	}
	for _, field := range fields.List {
		if len(field.Names) == 0 {
			s.embed(pkg, field.Type, rooms)
		}
	}
}

// embed notes a type of this module that is embedded; of others' types nothing is known here.
func (s *methodSet) embed(pkg string, typ ast.Expr, rooms map[string]string) {
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	switch typ := typ.(type) {
	case *ast.Ident:
		s.embedded = append(s.embedded, pkg+"."+typ.Name)
	case *ast.SelectorExpr:
		if from, ok := typ.X.(*ast.Ident); ok && rooms[from.Name] != "" {
			s.embedded = append(s.embedded, rooms[from.Name]+"."+typ.Sel.Name)
		}
	}
}

// roomsOf are the packages of this module that a file imports, by the names it gives them.
func roomsOf(f *ast.File) map[string]string {
	rooms := map[string]string{}
	for _, i := range f.Imports {
		room, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "qrkiosk/")
		if !ours {
			continue
		}
		name := room[strings.LastIndexByte(room, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		rooms[name] = room
	}
	return rooms
}

// count counts the methods of every type, each name once.
func (m methodSets) count() map[string]int {
	counts := map[string]int{}
	for name := range m {
		names := map[string]bool{}
		m.collect(name, names)
		if len(names) > 0 {
			counts[name] = len(names)
		}
	}
	return counts
}

func (m methodSets) collect(name string, into map[string]bool) {
	set := m[name]
	if set == nil {
		return
	}
	for _, method := range set.names {
		into[method] = true
	}
	for _, other := range set.embedded {
		m.collect(other, into)
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
		out = append(out, fmt.Sprintf("%6d %s", of[name], name))
	}
	return strings.Join(out, "\n")
}
