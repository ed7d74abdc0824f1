package assets_test

import (
	"io/fs"
	"maps"
	"regexp"
	"strings"
	"testing"

	"qrkiosk/assets"
)

// TestFault_F65_stepsOnlyAdd: while an upgrade rolls, programs of before work on the schema of after.
// Steps therefore only add, but for the first three, which nobody ran apart: tables, indexes, and columns that may be left out.
func TestFault_F65_stepsOnlyAdd(t *testing.T) {
	steps, err := fs.Glob(assets.Migrations, "migrations/*.sql")
	if err != nil || len(steps) < 2 {
		t.Fatalf("%v, %v", steps, err)
	}
	const before = 3
	takesAway := regexp.MustCompile(`(?i)\b(DROP|RENAME|TRUNCATE|DELETE|ALTER\s+COLUMN|SET\s+NOT\s+NULL|ADD\s+CONSTRAINT)\b`)
	addColumn := regexp.MustCompile(`(?is)ADD\s+COLUMN[^;]*`)
	uniqueOnOld := regexp.MustCompile(`(?is)CREATE\s+UNIQUE\s+INDEX\s+\w+\s+ON\s+(\w+)`)
	known := map[string]bool{}
	created := regexp.MustCompile(`(?i)CREATE\s+TABLE\s+(\w+)`)
	for i, name := range steps {
		raw, err := fs.ReadFile(assets.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		up := plainSQL(string(raw))
		fresh := map[string]bool{}
		for _, m := range created.FindAllStringSubmatch(up, -1) {
			fresh[m[1]] = true
		}
		if i < before {
			maps.Copy(known, fresh)
			continue
		}
		if found := takesAway.FindString(up); found != "" {
			t.Errorf("%s says %s: programs of before still use what it takes away", name, found)
		}
		for _, column := range addColumn.FindAllString(up, -1) {
			if strings.Contains(strings.ToUpper(column), "NOT NULL") && !strings.Contains(strings.ToUpper(column), "DEFAULT") {
				t.Errorf("%s: programs of before do not write %s", name, column)
			}
		}
		for _, m := range uniqueOnOld.FindAllStringSubmatch(up, -1) {
			if known[m[1]] {
				t.Errorf("%s: a new unique rule on %s, of which programs of before know nothing", name, m[1])
			}
		}
		maps.Copy(known, fresh)
	}
}

// plainSQL is what a step does on the way up, without comments.
func plainSQL(text string) string {
	up, _, _ := strings.Cut(text, "+goose Down")
	return regexp.MustCompile(`--[^\n]*`).ReplaceAllString(up, "")
}
