package main

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// looksLikeMarkup finds a tag, an attribute with its value, or a bracket that was escaped.
var looksLikeMarkup = regexp.MustCompile(`<[a-zA-Z/!]|[a-z-]=\\?["']|\b(class|href|src|id)=|&(lt|gt|amp|#34|#39);`)

// searches are the functions that find a text in another, by package.
var searches = map[string][]string{
	"strings": {"Contains", "Count", "Cut", "HasPrefix", "HasSuffix", "Index", "LastIndex", "Split", "SplitN"},
	"bytes":   {"Contains", "Count", "Cut", "HasPrefix", "HasSuffix", "Index", "LastIndex", "Split", "SplitN"},
	"regexp":  {"Compile", "MustCompile"},
}

// byBytes are the searches for markup that stay, by file and what they look for, each with its reason.
var byBytes = map[string]map[string]string{
	"handlers/badheader_test.go": {
		inlineForm: "no selector asks for attributes by the beginning of their name, as those of scripts are",
	},
	"views/markup_test.go": {
		`<!doctype html>`:             "a parser makes up what is missing: that it is there is seen in the bytes",
		`<!doctype html><html lang="`: "as above",
	},
	"cmd/qrkiosk/bench/bench_page_test.go": {
		`(?s)<svg[^>]*>\s*<path.*?</svg>`: "it takes apart what was drawn, to weigh its parts",
	},
	"cmd/qrkiosk/bench/bench_charge_test.go": {
		`<path`: "it is asked within a measurement, of JSON that is not read",
	},
	"views/bench_test.go": {
		`<li><a`: "the page is cut there, to be made by hand beside",
		`</ol>`:  "as above",
	},
}

// inlineForm is what the policy of pages forbids.
const inlineForm = `(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<base|src="(?:https?:)?//|href="//`

// TestPages_areAskedBySelector: no test looks for markup in the bytes of a page, where it would be found
// in any place and missed when attributes change their order. Pages are asked by kiosktest/markup.
func TestPages_areAskedBySelector(t *testing.T) {
	files, used := 0, map[string]bool{}
	for _, path := range writtenFiles(t) {
		name, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		if name = filepath.ToSlash(name); !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, kiosktestRoom+"/") || name == "cmd/qrkiosk/selector_test.go" {
			continue
		}
		files++
		for at, literal := range soughtMarkup(parse(t, path)) {
			if byBytes[name][literal] == "" {
				t.Errorf("%s looks for %q: ask for it by selector, with kiosktest/markup", positions.Position(at), literal)
			}
			used[name+literal] = true
		}
	}
	if files < 150 {
		t.Errorf("only %d files were read", files)
	}
	for name, literals := range byBytes {
		for literal := range literals {
			if !used[name+literal] {
				t.Errorf("%s does not look for %q any more: the exceptions are fewer", name, literal)
			}
		}
	}
}

// soughtMarkup are the literals that look like markup and are given to a search, by where they stand.
func soughtMarkup(f *ast.File) map[token.Pos]string {
	found := map[token.Pos]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isSearch(call) {
			return true
		}
		for _, arg := range call.Args {
			ast.Inspect(arg, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && looksLikeMarkup.MatchString(text) {
						found[lit.Pos()] = text
					}
				}
				return true
			})
		}
		return true
	})
	return found
}

func isSearch(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && slices.Contains(searches[x.Name], sel.Sel.Name)
}

func TestLooksLikeMarkup(t *testing.T) {
	for text, want := range map[string]bool{
		`id="wrong-key"`: true, `<h1`: true, `</li>`: true, `class=`: true, `data-shows="paid"`: true, `data-now-state=\"awaiting\"`: true,
		`"><b`: true, `&lt;b&gt;x`: true, `name='sale'`: true,
		`"amount":5.00`: false, `SameSite=Lax`: false, `a < b`: false, `All is well`: false, `max-age=1`: false, `=`: false, `qk-session=;`: false,
	} {
		if got := looksLikeMarkup.MatchString(text); got != want {
			t.Errorf("%q looks like markup: %v", text, got)
		}
	}
}
