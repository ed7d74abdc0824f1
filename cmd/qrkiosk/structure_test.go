package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tests of this file hold the walls of the house: who may import whom, how long things may
// get, what may not exist. kiosk/doc.go says why.

const (
	kiosktestRoom    = "cmd/qrkiosk/kiosktest"
	module           = "qrkiosk"
	root             = "../.." // of the module, seen from here
	longestFunction  = 100
	longestFile      = 600
	desirableMedian  = 12
	desirableNinety5 = 60
)

// room is what a package may import.
type room struct {
	ours    []string // packages of ours
	tests   bool     // it is for tests, and uses their modules
	outside []string // modules
	never   []string // packages of the standard library, with everything below them
}

// web and sql are what most rooms have no business with.
var (
	web = []string{"net/http"}
	sql = []string{"database/sql"}
)

// useCase is what a room of use cases may know: the domain and the kernel, never another one.
var useCase = []string{"kiosk", "kiosk/shop"}

// wing is what the pages of the counter and those of the office may know: what both are drawn with, never
// one another.
var wing = room{
	ours:    []string{"kiosk", "views", "static", "assets"},
	outside: []string{"github.com/a-h/templ"},
	never:   slices.Concat(web, sql),
}

// rooms is the table of imports. A package that is missing here is a mistake, not a freedom.
var rooms = map[string]room{
	"kiosk":           {never: slices.Concat(web, sql)},
	"kiosk/shop":      {ours: []string{"kiosk"}, never: slices.Concat(web, sql)},
	"kiosk/till":      {ours: useCase, never: slices.Concat(web, sql)},
	"kiosk/reconcile": {ours: useCase, never: slices.Concat(web, sql)},
	"kiosk/office":    {ours: useCase, never: slices.Concat(web, sql)},
	"kiosk/report":    {ours: useCase, never: slices.Concat(web, sql)},
	"kiosk/store": {
		ours:    []string{"kiosk", "assets"},
		outside: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"},
		never:   web,
	},
	"kiosk/secpaid": {ours: []string{"kiosk"}, never: sql},
	"kiosk/sandbox": {ours: []string{"kiosk"}, outside: []string{"github.com/a-h/templ"}, never: sql},
	"kiosk/bus":     {ours: []string{"kiosk"}, outside: []string{"github.com/nats-io/nats.go"}, never: slices.Concat(web, sql)},
	"kiosk/vault":   {ours: []string{"kiosk"}, outside: []string{"golang.org/x/crypto"}, never: slices.Concat(web, sql)},
	"static":        {never: slices.Concat(web, sql)},
	"assets":        {never: slices.Concat(web, sql)},
	"views": {
		ours:    []string{"kiosk", "static", "assets"},
		outside: []string{"github.com/a-h/templ", "github.com/skip2/go-qrcode", "golang.org/x/text"},
		never:   slices.Concat(web, sql),
	},
	"views/counterview": wing,
	"views/officeview":  wing,
	"handlers": {
		ours:    []string{"handlers/front", "handlers/bare", "handlers/counterweb", "handlers/officeweb"},
		outside: []string{"github.com/go-chi/chi/v5"},
		never:   sql,
	},
	"handlers/front": {
		ours: []string{
			"kiosk", "kiosk/shop", "kiosk/till", "kiosk/reconcile", "kiosk/office", "kiosk/report",
			"views", "views/counterview", "views/officeview",
		},
		outside: []string{
			"github.com/go-chi/chi/v5", "github.com/alexedwards/scs/v2", "github.com/gorilla/websocket",
			"github.com/prometheus/client_golang", "github.com/klauspost/compress", "github.com/a-h/templ",
		},
		never: sql,
	},
	"handlers/bare": {
		ours:    []string{"kiosk", "views", "views/counterview", "static", "handlers/front"},
		outside: []string{"github.com/go-chi/chi/v5", "github.com/prometheus/client_golang"},
		never:   sql,
	},
	"handlers/counterweb": {
		ours:    []string{"kiosk", "kiosk/till", "views", "views/counterview", "handlers/front"},
		outside: []string{"github.com/go-chi/chi/v5"},
		never:   sql,
	},
	"handlers/officeweb": {
		ours: []string{
			"kiosk", "kiosk/till", "kiosk/office", "kiosk/report", "views", "views/counterview", "views/officeview", "handlers/front",
		},
		outside: []string{
			"github.com/go-chi/chi/v5", "github.com/gorilla/websocket", "github.com/a-h/templ", "golang.org/x/image",
		},
		never: sql,
	},
	"cmd/qrkiosk/assembly": {
		ours: []string{
			"kiosk", "kiosk/shop", "kiosk/reconcile", "kiosk/office", "kiosk/store", "kiosk/secpaid", "kiosk/sandbox",
			"kiosk/bus", "kiosk/vault", "static", "views", "views/counterview", "views/officeview", "handlers", "handlers/front",
		},
		outside: []string{"golang.org/x/sync"},
		never:   sql,
	},
	"cmd/qrkiosk": {
		ours: []string{
			"cmd/qrkiosk/assembly", "kiosk", "kiosk/reconcile", "kiosk/store", "kiosk/secpaid", "kiosk/sandbox", "kiosk/vault",
			"views/officeview",
		},
		outside: []string{"github.com/alecthomas/kong"},
		never:   sql,
	},
	"cmd/qrkiosk/kiosktest": { // imported by tests alone: no room has it among its neighbours
		ours: []string{
			"cmd/qrkiosk/assembly", "cmd/qrkiosk/kiosktest/markup", "kiosk", "kiosk/reconcile", "kiosk/till", "kiosk/store",
			"kiosk/secpaid", "kiosk/sandbox", "kiosk/bus", "kiosk/vault", "views", "views/counterview", "handlers", "handlers/front",
		},
		tests: true,
	},
	"cmd/qrkiosk/kiosktest/markup": {tests: true, never: slices.Concat(web, sql)}, // as above
	"cmd/qrkiosk/faults":           {},
	"cmd/qrkiosk/simulation":       {},
	"cmd/qrkiosk/screens":          {},
	"cmd/qrkiosk/evening":          {},
	"cmd/qrkiosk/bench":            {},
	"cmd/torture": {
		ours: []string{"assets"},
		outside: []string{
			"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/gorilla/websocket", "github.com/nats-io/nats-server/v2",
		},
	},
}

// testModules may be imported by tests, beside what their room may import.
var testModules = []string{
	"github.com/chromedp/chromedp", "github.com/chromedp/cdproto", "github.com/makiuchi-d/gozxing",
	"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal",
	"github.com/gorilla/websocket", "github.com/prometheus/client_golang", "golang.org/x/net",
	"github.com/nats-io/nats.go", "github.com/nats-io/nats-server/v2", "github.com/a-h/templ",
	"github.com/jackc/pgx/v5", "github.com/alexedwards/scs/v2", "github.com/PuerkitoBio/goquery",
}

// pkg is what go list tells about a package.
type pkg struct {
	ImportPath, Name, Doc, Dir         string
	Standard                           bool
	Module                             *struct{ Path string }
	Imports, TestImports, XTestImports []string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// list reads the real graph, dependencies of tests included.
func list(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", "-json", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	all := map[string]pkg{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.ImportPath, " [") && !strings.HasSuffix(p.ImportPath, ".test") {
			all[p.ImportPath] = p
		}
	}
}

func ownName(path string) (name string, own bool) {
	return strings.CutPrefix(path, module+"/")
}

func TestImports(t *testing.T) {
	all := list(t)
	seen := 0
	for path, p := range all {
		name, own := ownName(path)
		if !own {
			continue
		}
		seen++
		r, known := rooms[name]
		if !known {
			t.Errorf("package %s has no line in the table of imports", name)
			continue
		}
		for _, i := range p.Imports {
			if why := r.forbids(all, i); why != "" {
				t.Errorf("%s imports %s: %s", name, i, why)
			}
		}
		for _, i := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := r.forbidsTests(all, i); why != "" {
				t.Errorf("the tests of %s import %s: %s", name, i, why)
			}
		}
	}
	if seen < len(rooms) {
		t.Errorf("%d packages found, the table of imports names %d", seen, len(rooms))
	}
}

// TestImports_areTold: the table of kiosk/doc.go names for every room what it may import.
func TestImports_areTold(t *testing.T) {
	_, text, found := strings.Cut(readText(t, filepath.Join(root, "kiosk/doc.go")), "against the imports that are there:")
	if !found {
		t.Fatal("kiosk/doc.go has no table of imports")
	}
	told, last := map[string][]string{}, ""
	for line := range strings.SplitSeq(text, "\n") {
		cells, inTable := strings.CutPrefix(line, "//\t")
		if !inTable {
			if len(told) > 0 {
				break
			}
			continue
		}
		name, list, both := strings.Cut(cells, " ")
		if both && name != "" {
			last = name
		}
		for word := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ' ' || r == ',' }) {
			if word != "nothing" {
				told[last] = append(told[last], word)
			}
		}
	}
	for name, r := range rooms {
		if name == kiosktestRoom {
			continue // it is for tests, and told of in words
		}
		if _, there := told[name]; !there && len(r.ours) > 0 {
			t.Errorf("kiosk/doc.go does not tell what %s may import", name)
		}
		if missing, wrong := without(r.ours, told[name]), without(told[name], r.ours); len(missing)+len(wrong) > 0 {
			t.Errorf("%s may import %v, which kiosk/doc.go does not tell; it tells of %v", name, missing, wrong)
		}
	}
}

// without lists what is in one list and not in another.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// forbids returns why a room may not import a package, "" if it may.
func (r room) forbids(all map[string]pkg, path string) string {
	if name, own := ownName(path); own {
		if !slices.Contains(r.ours, name) {
			return "not its neighbour"
		}
		return ""
	}
	p := all[path]
	if p.Standard {
		return r.forbidsStandard(path)
	}
	if p.Module == nil || !slices.Contains(r.modules(), p.Module.Path) {
		return "an outside module that belongs to another room, or to none"
	}
	return ""
}

// modules are those that a room may import.
func (r room) modules() []string {
	if r.tests {
		return slices.Concat(r.outside, testModules)
	}
	return r.outside
}

func (r room) forbidsStandard(path string) string {
	switch path {
	case "unsafe", "plugin", "C":
		return "nobody needs it"
	}
	for _, never := range r.never {
		if path == never || strings.HasPrefix(path, never+"/") {
			return "never in this room"
		}
	}
	return ""
}

// forbidsTests leaves tests free in whom of ours they bring together and in the standard library.
func (r room) forbidsTests(all map[string]pkg, path string) string {
	p := all[path]
	if _, own := ownName(path); own || p.Standard {
		return ""
	}
	if p.Module == nil || !slices.Contains(slices.Concat(r.outside, testModules), p.Module.Path) {
		return "not a module that tests use"
	}
	return ""
}

// TestSandboxTakesMoneyOnly holds the promise that client and sandbox share no wire code: of the
// domain the sandbox may use what money.go declares and nothing else.
func TestSandboxTakesMoneyOnly(t *testing.T) {
	money := declared(parse(t, filepath.Join(root, "kiosk", "money.go")))
	if !money["Money"] {
		t.Fatal("money.go declares no Money")
	}
	for _, path := range sources(t, filepath.Join(root, "kiosk", "sandbox")) {
		ast.Inspect(parse(t, path), func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "kiosk" && !money[sel.Sel.Name] {
				t.Errorf("%s uses kiosk.%s, which is not money", path, sel.Sel.Name)
			}
			return true
		})
	}
}

// declared is every name that a file adds to its package.
func declared(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = d.Recv == nil
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	return names
}

func TestPackages_sayWhatTheyOwn(t *testing.T) {
	for path, p := range list(t) {
		if name, own := ownName(path); own && len(p.Doc) < 20 {
			t.Errorf("package %s has no comment that says what it owns", name)
		}
	}
}

func TestNames_sayWhatIsInside(t *testing.T) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "models", "services", "types", "misc"}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && outsideTree(d.Name()) {
			return filepath.SkipDir
		}
		stem := strings.TrimSuffix(d.Name(), "_test.go")
		stem = strings.TrimSuffix(stem, filepath.Ext(stem))
		if slices.Contains(banned, stem) {
			t.Errorf("%s has a name that says nothing", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// outsideTree names folders that hold no source: what git, builds and runs leave behind.
func outsideTree(name string) bool {
	return (strings.HasPrefix(name, ".") && name != ".ci") || slices.Contains([]string{"bin", "data", "out", "testdata", "node_modules"}, name)
}

// sources lists Go files that people write: no tests, nothing generated.
func sources(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != dir && outsideTree(d.Name()) {
			return filepath.SkipDir
		}
		name := d.Name()
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var positions = token.NewFileSet()

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(positions, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func lines(n ast.Node) int {
	return positions.Position(n.End()).Line - positions.Position(n.Pos()).Line + 1
}

// TestLengths prints what the house looks like and fails on what nobody wants to read.
func TestLengths(t *testing.T) {
	var functions, files []int
	for _, path := range sources(t, root) {
		f := parse(t, path)
		length := positions.File(f.Pos()).LineCount()
		files = append(files, length)
		if length > longestFile {
			t.Errorf("%s has %d lines, more than %d", path, length, longestFile)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := lines(fn)
			functions = append(functions, n)
			if n > longestFunction {
				t.Errorf("%s: %s has %d lines, more than %d", path, fn.Name.Name, n, longestFunction)
			}
		}
	}
	median, most, longest := spread(functions)
	t.Logf("%d functions: median %d lines, 95 of 100 at most %d, longest %d (aim: %d and %d)",
		len(functions), median, most, longest, desirableMedian, desirableNinety5)
	median, most, longest = spread(files)
	t.Logf("%d files: median %d lines, 95 of 100 at most %d, longest %d", len(files), median, most, longest)
}

// spread returns median, 95th percentile and largest.
func spread(n []int) (median, most, largest int) {
	if len(n) == 0 {
		return 0, 0, 0
	}
	slices.Sort(n)
	return n[len(n)/2], n[len(n)*95/100], n[len(n)-1]
}

func TestExported_isDocumented(t *testing.T) {
	for _, path := range sources(t, root) {
		for _, d := range parse(t, path).Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: exported %s has no comment", path, name)
			}
		}
	}
}

// undocumented lists exported names of a declaration without a comment. A method of an unexported
// type is nobody's business, and within a group the comment of the group counts.
func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv)) && !plain(d.Name.Name) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if d.Doc == nil {
				names = append(names, undocumentedSpec(s)...)
			}
		}
	}
	return names
}

// plain are methods whose meaning the standard library fixes.
func plain(method string) bool {
	return slices.Contains([]string{"Error", "Unwrap", "String", "GoString", "LogValue", "Close", "Read", "Write"}, method)
}

func exportedReceiver(recv *ast.FieldList) bool {
	typ := recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

func undocumentedSpec(s ast.Spec) (names []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
			names = append(names, s.Name.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if s.Doc == nil && s.Comment == nil && n.IsExported() {
				names = append(names, n.Name)
			}
		}
	}
	return names
}

// TestSales_changeByTake: sales are stored by [kiosk.Outcome.Store] alone, and by the two exceptions that
// the comment of [kiosk.Sale.Take] names: the register that a paid sale gives up, and retention. A
// transaction that overhears PutSale and hands it on stores nothing of its own.
func TestSales_changeByTake(t *testing.T) {
	may := map[string]bool{"Store": false, "freeRegister": false, "eraseOf": false}
	for _, path := range sources(t, filepath.Join(root, "kiosk")) {
		for _, d := range parse(t, path).Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name == "PutSale" {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if call, ok := n.(*ast.SelectorExpr); ok && call.Sel.Name == "PutSale" {
					if _, known := may[fn.Name.Name]; !known {
						t.Errorf("%s: %s stores a sale beside Take", path, fn.Name.Name)
					}
					may[fn.Name.Name] = true
				}
				return true
			})
		}
	}
	for name, seen := range may {
		if !seen {
			t.Errorf("%s does not store a sale any more: the exceptions are fewer", name)
		}
	}
}

// wiring are the calls that bring an installation together, by package and function.
var wiring = []string{"front.OpenRooms", "handlers.New", "shop.New", "till.New", "reconcile.New", "office.New", "report.New"}

// TestWiring_isTheAssemblys: nobody but the assembly brings rooms together, not even a test: what a test
// plays with is what the program is. A room's own tests may open that room alone.
func TestWiring_isTheAssemblys(t *testing.T) {
	found := 0
	for _, path := range writtenFiles(t) {
		room := packageOf(t, path)
		if !strings.HasSuffix(path, ".go") || room == "cmd/torture" {
			continue
		}
		ast.Inspect(parse(t, path), func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok || !slices.Contains(wiring, x.Name+"."+sel.Sel.Name) {
				return true
			}
			if found++; room != "cmd/qrkiosk/assembly" && filepath.Base(path) != "rooms.go" {
				t.Errorf("%s: %s.%s is the assembly's", positions.Position(call.Pos()), x.Name, sel.Sel.Name)
			}
			return true
		})
	}
	if found < 5 {
		t.Errorf("only %d calls were found", found)
	}
}

// absent finds the names of papers that are not in the tree, and sections of whatever is not named.
// Numbers of the fault catalogue (F94, B051) and of the invariants (I4) stand in the tree.
var absent = regexp.MustCompile(`\b(DESIGN|FAULTS|STATES|SECURITY|PERFORMANCE|EXPERIENCE|STYLE|LOOKS2?)\b` +
	`|(?i)\bprotocol (section |row |page )?[0-9]|\brows? [0-9]+ of (the|its) (table|protocol)|\bsections? [0-9]|§ ?[0-9]|\bchapters? [0-9]` +
	`|\bsecpaid-protocol\b|\bhouse-moves\b|\.\./shared\b|\b[0-9a-f]{3}_[0-9a-f]{16}\.txt`)

// standards may be named by their sections: everybody can read them.
var standards = regexp.MustCompile(`\b(RFC [0-9]+|ISO [0-9-]+|PCI DSS|WCAG)\b[^.]*?\bsections? [0-9.]+`)

// cited returns what a text cites of a paper that is not here, "" if nothing.
func cited(text string) string {
	return absent.FindString(standards.ReplaceAllString(strings.Join(strings.Fields(text), " "), ""))
}

// TestComments_citeNothingAbsent reads every comment as one text, so that a citation over the end of a
// line is found too, and other files whole.
func TestComments_citeNothingAbsent(t *testing.T) {
	comments, files := 0, 0
	for _, path := range writtenFiles(t) {
		files++
		if !strings.HasSuffix(path, ".go") {
			if what := cited(withoutMarks(readText(t, path))); what != "" {
				t.Errorf("%s cites %q: say in plain words what it says", path, what)
			}
			continue
		}
		for _, group := range parse(t, path).Comments {
			comments++
			if what := cited(group.Text()); what != "" {
				t.Errorf("%s cites %q: say in plain words what it says", positions.Position(group.Pos()), what)
			}
		}
	}
	if files < 300 || comments < 3000 {
		t.Errorf("only %d files and %d comments were read", files, comments)
	}
}

func TestCited(t *testing.T) {
	for text, want := range map[string]bool{
		"as of DESIGN section 5": true, "(FAULTS 6.3)": true, "the answer (protocol\n14, row 23)": true, "see section 14": true,
		"(EXPERIENCE, the customer)": true, "SECURITY T04": true, "(FAULTS F94)": true, "Protocol 7.5": true, "§ 3": true,
		"002_d1d74afc9a285962.txt, field table": true, "secpaid-protocol.md": true,
		"RFC 9112, section 6.1": false, "fault F94": false, "(B051, B052)": false, "I4": false, "old protocol": false,
		"a section of the page": false, "STALLS 2": false, "protocol of 1995": false,
	} {
		if got := cited(text); (got != "") != want {
			t.Errorf("%q cites %q", text, got)
		}
	}
}

// withoutMarks joins lines of comments in languages that are not Go.
func withoutMarks(text string) string {
	return strings.NewReplacer("\n//", "\n", "\n\t//", "\n", "\n#", "\n", "\n--", "\n", "\n *", "\n").Replace(text)
}

// writtenFiles lists what people write: source, templates, styles, scripts, documents, fixtures by hand.
func writtenFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && d.Name() != "testdata" && outsideTree(d.Name()) || d.Name() == "axe" || d.Name() == "fuzz" {
				return filepath.SkipDir
			}
			return nil
		}
		name := d.Name()
		known := slices.Contains([]string{".go", ".templ", ".md", ".css", ".js", ".sql", ".txt", ".txtar", ".yml", ".yaml", ".json", ""}, filepath.Ext(name))
		if known && !strings.HasSuffix(name, "_templ.go") && name != "LICENSE" && !strings.Contains(name, ".min.") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
