//go:build unix

package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// fewestPoints is how many crash points the program has. A run refuses to begin with fewer: a point
// that was lost, or moved to where nobody looks, would never be died at, and nobody would notice.
// Whoever adds one raises this number; testdata/points.txt has their names.
const fewestPoints = 59

// source is a Go file of the program as the harness reads it.
type source struct {
	path string
	tree *ast.File
	at   *token.FileSet
}

// readRooms takes the packages of the program from the table in the comment of package kiosk, so
// that a package that is added there is read here as well.
func readRooms(root string) ([]string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "kiosk", "doc.go"), nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return roomsOf(tree.Doc.Text())
}

// roomsOf reads the first column of the table that begins with the words "room" and "owns". A line
// that is indented further continues the one above it.
func roomsOf(doc string) ([]string, error) {
	for _, block := range new(comment.Parser).Parse(doc).Content {
		table, isTable := block.(*comment.Code)
		if !isTable {
			continue
		}
		head, body, _ := strings.Cut(table.Text, "\n")
		if columns := strings.Fields(head); len(columns) < 2 || columns[0] != "room" || columns[1] != "owns" {
			continue
		}
		var rooms []string
		for line := range strings.Lines(body) {
			if line = strings.TrimRight(line, "\n"); line != "" && line[0] != ' ' {
				rooms = append(rooms, strings.Fields(line)[0])
			}
		}
		return rooms, nil
	}
	return nil, errors.New("the comment of package kiosk has no table of rooms")
}

// readSources reads the files of every room below the module's root, without tests.
func readSources(root string) ([]source, error) {
	rooms, err := readRooms(root)
	if err != nil {
		return nil, err
	}
	var all []source
	for _, room := range rooms {
		names, err := filepath.Glob(filepath.Join(root, room, "*.go"))
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("the table of rooms names %s, where no Go file is", room)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			s := source{path: name, at: token.NewFileSet()}
			if s.tree, err = parser.ParseFile(s.at, name, nil, parser.SkipObjectResolution); err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// allPoints lists every crash point of the program and fails if some are missing.
func allPoints(root string) ([]string, error) {
	sources, err := readSources(root)
	if err != nil {
		return nil, err
	}
	names := points(sources)
	if len(names) < fewestPoints {
		return nil, fmt.Errorf("%d crash points are in the code, %d were: see cmd/torture/testdata/points.txt", len(names), fewestPoints)
	}
	return names, nil
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

// pointOf reads Crash("name"), under whatever name its package is imported.
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
// field they are made on, in small letters, and their name.
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
	return slices.Contains(phases[strings.ToLower(lastName(f.X))], f.Sel.Name)
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
