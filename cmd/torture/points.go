//go:build unix

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// source is a Go file of the program as the harness reads it.
type source struct {
	path string
	tree *ast.File
	at   *token.FileSet
}

// rooms are the packages of the sale path: whatever they promise outside has a crash point before
// and behind it.
var rooms = []string{"kiosk", "kiosk/store"}

// readSources reads the sale path's files below the module's root, without tests.
func readSources(root string) ([]source, error) {
	var all []source
	for _, room := range rooms {
		names, err := filepath.Glob(filepath.Join(root, room, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			s := source{path: name, at: token.NewFileSet()}
			if s.tree, err = parser.ParseFile(s.at, name, raw, 0); err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// points lists the names of every crash point in the code, in order.
func points(sources []source) []string {
	var names []string
	for _, s := range sources {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if name, ok := pointOf(n); ok {
				names = append(names, name)
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// pointOf reads Crash("name") and kiosk.Crash("name").
func pointOf(n ast.Node) (name string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || lastName(call.Fun) != "Crash" || len(call.Args) != 1 {
		return "", false
	}
	text, isText := call.Args[0].(*ast.BasicLit)
	if !isText {
		return "", false
	}
	name, err := strconv.Unquote(text.Value)
	return name, err == nil
}

// lastName is Change of s.store.Change.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// phases are the calls by which the sale path reaches something that a crash cannot undo: by the
// field they are made on and their name.
var phases = map[string][]string{
	"gateway": {"Open", "Retire", "Find", "PayIns", "Refund"},
	"store":   {"Change", "Claim"},
	"tx":      {"Commit"},
}

// phaseOf tells whether a node is such a call, or SQLite's COMMIT.
func phaseOf(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if f.Sel.Name == "run" && len(call.Args) == 1 {
		text, isText := call.Args[0].(*ast.BasicLit)
		return isText && text.Value == `"COMMIT"`
	}
	return slices.Contains(phases[lastName(f.X)], f.Sel.Name)
}

// bare lists the phases of a file that have no crash point before or none behind them in the same
// block.
func bare(s source) []string {
	var found []string
	ast.Inspect(s.tree, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		if !ok {
			return true
		}
		for i, statement := range block.List {
			call := phaseIn(statement)
			if call == nil {
				continue
			}
			if !anyPoint(block.List[:i]) || !anyPoint(block.List[i+1:]) {
				found = append(found, s.at.Position(call.Pos()).String())
			}
		}
		return true
	})
	return found
}

// phaseIn finds a phase in a statement, but not within a block of its own: that one is looked at
// for itself.
func phaseIn(statement ast.Stmt) (call ast.Node) {
	ast.Inspect(statement, func(n ast.Node) bool {
		if _, inner := n.(*ast.BlockStmt); inner || call != nil {
			return false
		}
		if n != nil && phaseOf(n) {
			call = n
		}
		return true
	})
	return call
}

func anyPoint(list []ast.Stmt) bool {
	return slices.ContainsFunc(list, func(s ast.Stmt) bool {
		found := false
		ast.Inspect(s, func(n ast.Node) bool {
			if _, ok := pointOf(n); ok {
				found = true
			}
			return true
		})
		return found
	})
}
