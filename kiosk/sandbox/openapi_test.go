package sandbox

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// spec is the served description, with what is needed to hold answers against it.
type spec struct {
	root map[string]any
}

func readSpec(t *testing.T) spec {
	t.Helper()
	raw, err := fs.ReadFile(staticFiles, "static/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var s spec
	if err := json.Unmarshal(raw, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// at follows a path of names.
func (s spec) at(names ...string) map[string]any {
	node := s.root
	for _, name := range names {
		next, ok := node[name].(map[string]any)
		if !ok {
			return nil
		}
		node = next
	}
	return node
}

// resolve follows a reference inside the document.
func (s spec) resolve(schema map[string]any) map[string]any {
	ref, ok := schema["$ref"].(string)
	if !ok {
		return schema
	}
	var names []string
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		names = append(names, strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~"))
	}
	return s.at(names...)
}

// check returns what is wrong with a value, "" if it obeys the schema.
func (s spec) check(schema map[string]any, v any) string {
	schema = s.resolve(schema)
	if schema == nil {
		return "a reference leads nowhere"
	}
	if list, ok := schema["oneOf"].([]any); ok {
		return s.checkOne(list, v)
	}
	if want, ok := schema["const"]; ok && want != v {
		return fmt.Sprintf("%v is not %v", v, want)
	}
	if list, ok := schema["enum"].([]any); ok && !slices.Contains(list, v) {
		return fmt.Sprintf("%v is none of %v", v, list)
	}
	if want, ok := schema["type"]; ok && !typeFits(want, v) {
		return fmt.Sprintf("%v is no %v", v, want)
	}
	if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(fmt.Sprint(v)) {
		return fmt.Sprintf("%v does not match %s", v, pattern)
	}
	switch v := v.(type) {
	case map[string]any:
		return s.checkObject(schema, v)
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, item := range v {
			if bad := s.check(items, item); bad != "" {
				return fmt.Sprintf("[%d] %s", i, bad)
			}
		}
	}
	return ""
}

func (s spec) checkOne(list []any, v any) string {
	var why []string
	for _, one := range list {
		if bad := s.check(one.(map[string]any), v); bad != "" {
			why = append(why, bad)
		}
	}
	if len(list)-len(why) == 1 {
		return ""
	}
	return strings.Join(why, "; or ")
}

func (s spec) checkObject(schema map[string]any, v map[string]any) string {
	props, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Sprintf("%v is missing", name)
		}
	}
	for name, item := range v {
		prop, ok := props[name].(map[string]any)
		if !ok {
			return name + " is not described"
		}
		if bad := s.check(prop, item); bad != "" {
			return name + ": " + bad
		}
	}
	return ""
}

func typeFits(want, v any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(one any) bool { return typeFits(one, v) })
	}
	switch v := v.(type) {
	case nil:
		return want == "null"
	case bool:
		return want == "boolean"
	case string:
		return want == "string"
	case float64:
		return want == "number" || want == "integer" && v == math.Trunc(v)
	case []any:
		return want == "array"
	}
	return want == "object"
}

// TestOpenAPI_calls: every answer of the sandbox, good and bad, obeys the description.
func TestOpenAPI_calls(t *testing.T) {
	s := readSpec(t)
	st := newStage(t, WireSeeds, day).load(entry{Link: splitLink(t)}, entry{Link: plainLink(t)}, entry{Link: usedLink(t, 99000, 500, "", day, recipient{Token: "asdf", Text: "2"})})
	st.paid(99001, 1000)
	if err := st.Advance(40 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		key, name, body string
		fault           Fault
	}{
		{goldenKey, "createLink", `{"amount":49.99,"is_qr_link":true}`, ""},
		{goldenKey, "createLink", `{"amount":"49.90"}`, ""},
		{goldenKey, "createSplitLink", `{"amount":100,"recipients":[{"token":"recipient_a","share":6}]}`, ""},
		{goldenKey, "createSplitLink", `{}`, ""},
		{goldenKey, "getMyUnusedLinks", `{}`, ""},
		{goldenKey, "getMyUsedLinks", `{}`, ""},
		{goldenKey, "getPayInTransactions", `{"since":60}`, ""},
		{goldenKey, "getPayOutTransactions", `{}`, ""},
		{goldenKey, "getTaxInvoiceList", `{}`, ""},
		{goldenKey, "refundPayment", `{"pay_id":99001,"refund_amount":1}`, ""},
		{goldenKey, "refundPayment", `{"pay_id":99001,"refund_amount":1}`, ""},
		{goldenKey, "deleteLink", `{"link_id":99290}`, ""},
		{goldenKey, "deleteLink", `{"link_id":99290}`, ""},
		{goldenKey, "getTaxInvoiceList", `{"page":"x"}`, ""},
		{"", "createLink", ``, ""},
		{"nobody", "deleteLink", ``, ""},
		{goldenKey, "refundPayment", `{}`, TooMany},
		{goldenKey, "getMyUsedLinks", `{}`, ListDown},
	} {
		if c.fault != "" {
			st.Set(c.fault, 1)
		}
		status, body := st.sendAs(c.key, c.name, jsonType, c.body)
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		schema := s.at("paths", "/api/v2/"+c.name, "post", "responses", fmt.Sprint(status), "content", jsonType, "schema")
		if bad := s.check(schema, v); bad != "" {
			t.Errorf("%s %s: %d %s\n%s", c.name, c.body, status, bad, body)
		}
		if rows, ok := v.(map[string]any)["data"].([]any); ok && len(rows) == 0 {
			t.Errorf("%s listed nothing to look at", c.name)
		}
	}
}

// TestOpenAPI_names: the description has the endpoints of the code and no others, and the request
// fields that the code reads.
func TestOpenAPI_names(t *testing.T) {
	s := readSpec(t)
	var want, described []string
	for name := range newStage(t, WireSeeds, day).api.endpoints() {
		want = append(want, "/api/v2/"+name)
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(s.at("paths"))); !slices.Equal(got, want) {
		t.Errorf("paths %v, not %v", got, want)
	}
	for _, path := range want {
		described = append(described, slices.Collect(maps.Keys(s.at("paths", path, "post", "requestBody", "content", jsonType, "schema", "properties")))...)
	}
	slices.Sort(described)
	read := fieldsRead(t)
	if described = slices.Compact(described); !slices.Equal(described, read) {
		t.Errorf("described %v\nread      %v", described, read)
	}
}

// fieldsRead finds the names of request fields in the code of the endpoints.
func fieldsRead(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`\bin\.get\("(\w+)"\)`)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "control.go" {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range field.FindAllStringSubmatch(string(raw), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestOpenAPI_served: at the promised address, as JSON.
func TestOpenAPI_served(t *testing.T) {
	a := newRig(t).get("/sandbox/openapi.json")
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), jsonType) || !strings.Contains(a.body, `"openapi": "3.1.0"`) {
		t.Errorf("%d %s", a.status, a.header)
	}
}
