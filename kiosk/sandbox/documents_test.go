package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// testdata/documents holds every JSON text of the vendor's documents that this project was given,
// as it stands there. One recipient token with the looks of a real one is replaced by another
// with the same kinds of characters.

func document(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "documents", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// documentSent makes the sandbox produce what a document shows; those of the newest generation in
// the wire seeds, the default.
var documentSent = map[string]func(*testing.T) (int, string){
	"createLink.response.json": func(t *testing.T) (int, string) {
		return newStage(t, WireSeeds, "2026-05-20 11:19:48").next(99290).json("createLink", `{"amount":25,"recipient_note":"Test regular link"}`)
	},
	"createLink.error.json": func(t *testing.T) (int, string) { return newStage(t, WireSeeds, day).json("createLink", `{}`) },
	"createSplitLink.response.json": func(t *testing.T) (int, string) {
		return newStage(t, WireSeeds, "2026-05-20 11:19:42").next(99289).json("createSplitLink",
			`{"amount":35.39,"recipient_note":"Test-Ala","recipients":[{"token":"testuser-a","share":10}]}`)
	},
	"createSplitLink.error.json": func(t *testing.T) (int, string) {
		return newStage(t, WireSeeds, day).json("createSplitLink", `{"amount":1,"recipients":[{"token":"nobody","share":1}]}`)
	},
	"paths.createLink.response.json":      goldenSent["createLink.response.2024.json"],
	"paths.createSplitLink.response.json": goldenSent["createSplitLink.response.2024.json"],
	"paths.createLink.error.201.json":     goldenSent["error.unknown-key.2024.json"],
	"paths.createLink.error.400.json":     goldenSent["error.400.json"],
	"paths.createLink.error.401.json":     goldenSent["error.401.json"],
	"paths.createLink.error.403.json":     goldenSent["error.403.json"],
	"paths.createLink.error.500.json":     onCreate("createLink"),
	"paths.createSplitLink.error.201.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2024, day).sendAs("x", "createSplitLink", "", "")
	},
	"paths.createSplitLink.error.400.json": func(t *testing.T) (int, string) { return newStage(t, Wire2024, day).json("createSplitLink", `{}`) },
	"paths.createSplitLink.error.401.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2024, day).sendAs("", "createSplitLink", "", "")
	},
	"paths.createSplitLink.error.403.json":      goldenSent["error.403.json"],
	"paths.createSplitLink.error.500.json":      onCreate("createSplitLink"),
	"paths.getPayOutTransactions.response.json": func(t *testing.T) (int, string) { return payOuts2024(t, WireSeeds) },
}

func onCreate(name string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		st := newStage(t, Wire2024, day)
		st.Set(Create500Unmade, 1)
		return st.json(name, `{"amount":100,"recipients":[{"token":"recipient_a","share":50}]}`)
	}
}

// documentOther checks what is no answer: requests, schemas, parts.
var documentOther = map[string]func(*testing.T, string){
	"createLink.request.json":                  accepted("createLink"),
	"createSplitLink.request.normal.json":      accepted("createSplitLink"),
	"createSplitLink.request.absolute.json":    accepted("createSplitLink"),
	"createLink.headers.json":                  headersWork,
	"createSplitLink.headers.json":             headersWork,
	"paths.createSplitLink.recipient.json":     recipientWorks,
	"schemas.recipient.json":                   recipientWorks,
	"schemas.link.json":                        schemaOf("getMyUnusedLinks", WireSeeds),
	"schemas.payin.json":                       schemaOf("getPayInTransactions", WireSeeds),
	"schemas.payout.json":                      schemaOf("getPayOutTransactions", Wire2025),
	"schemas.invoice.json":                     schemaOf("getTaxInvoiceList", WireSeeds),
	"schemas.error.json":                       errorSchema,
	"paths.getPayInTransactions.template.json": templateOnly,
}

// TestDocuments: every JSON text of the documents is produced byte for byte, accepted, or obeyed
// as a schema.
func TestDocuments(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "documents", "*.json"))
	if err != nil || len(files) != 30 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			if other, ok := documentOther[name]; ok {
				other(t, document(t, name))
				return
			}
			make, ok := documentSent[name]
			if !ok {
				t.Fatal("nobody looks at this file")
			}
			status, got := make(t)
			if want := compact(t, document(t, name)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if want := statusIn(name); status != want {
				t.Errorf("status %d, not %d", status, want)
			}
		})
	}
}

// statusIn reads the status out of a name such as paths.createLink.error.401.json.
func statusIn(name string) int {
	status := 200
	for part := range strings.SplitSeq(name, ".") {
		fmt.Sscan(part, &status)
	}
	return status
}

func accepted(name string) func(*testing.T, string) {
	return func(t *testing.T, body string) {
		st := newStage(t, WireSeeds, day)
		if status, got := st.json(name, body); status != 200 || !strings.Contains(got, msgCreated) || len(st.Links()) != 1 {
			t.Errorf("%d %s", status, got)
		}
	}
}

// headersWork sends the headers of the JavaScript examples.
func headersWork(t *testing.T, raw string) {
	var headers map[string]string
	if err := json.Unmarshal([]byte(raw), &headers); err != nil {
		t.Fatal(err)
	}
	status, got := newStage(t, WireSeeds, day).sendAs(headers["token"], "createLink", headers["Content-Type"], `{"amount":49.99}`)
	if status != 200 || !strings.Contains(got, msgCreated) {
		t.Errorf("%d %s", status, got)
	}
}

// recipientWorks puts the recipient of a document into a call; its token has an account.
func recipientWorks(t *testing.T, raw string) {
	var r struct{ Token string }
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		t.Fatal(err)
	}
	st := newStage(t, WireSeeds, day)
	if err := st.AddAccount(Account{Name: "R", Key: "test-r", RecipientToken: r.Token}); err != nil {
		t.Fatal(err)
	}
	status, got := st.json("createSplitLink", `{"amount":100,"recipients":[`+raw+`]}`)
	if each, owner := st.keeper.ledger.links[st.keeper.ledger.lastID].parts(); status != 200 || each[0] != 5000 || owner != 5000 {
		t.Errorf("%d %s", status, got)
	}
}

// schemaOf compares the rows of a list with a schema: the names in their order, the kinds of the
// values, and the words where the schema names them.
func schemaOf(name string, wire Wire) func(*testing.T, string) {
	return func(t *testing.T, raw string) {
		st := newStage(t, wire, "2026-06-02 12:00:00").load(entry{Link: plainLink(t)}, entry{Link: splitLink(t)})
		if name != "getMyUnusedLinks" {
			for _, id := range []int64{99290, 99289} {
				if err := st.Pay(id); err != nil {
					t.Fatal(err)
				}
			}
			if err := st.Advance(40 * 24 * time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		_, body := st.json(name, `{"since":60}`)
		rows, err := readJSON([]byte(body))
		if err != nil || len(rows.get("data").items) == 0 {
			t.Fatalf("no rows: %s", body)
		}
		schema, err := readJSON([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows.get("data").items {
			if !slices.Equal(row.keys, schema.keys) {
				t.Fatalf("names %v, not %v", row.keys, schema.keys)
			}
			for i, item := range row.items {
				if !fits(item, schema.items[i].text) {
					t.Errorf("%s: %+v is no %s", row.keys[i], item, schema.items[i].text)
				}
			}
		}
	}
}

// fits compares a value with the word that a schema has for it.
func fits(v value, word string) bool {
	switch word {
	case "integer", "double":
		return v.kind == number
	case "string":
		return v.kind == text
	case "json":
		return v.kind == null || v.kind == text && json.Valid([]byte(v.text))
	case "datetime":
		_, err := time.Parse(time.DateTime, v.text)
		return err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, v.text)
		return err == nil
	}
	return slices.Contains(strings.Split(word, " | "), v.text)
}

func errorSchema(t *testing.T, raw string) {
	_, body := newStage(t, Wire2024, day).json("createLink", `{}`)
	got, err := readJSON([]byte(body))
	want, err2 := readJSON([]byte(raw))
	if err != nil || err2 != nil || !slices.Equal(got.keys, want.keys) {
		t.Errorf("%s", body)
	}
}

// templateOnly: this text fills types in where values would be ("string", 0, {}) and names the
// fields of a link, not of a payment. The schema of the payment, newer and whole, is followed
// instead; what remains common is the frame.
func templateOnly(t *testing.T, raw string) {
	want, err := readJSON([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, body := newStage(t, WireSeeds, day).json("getPayInTransactions", "")
	got, err := readJSON([]byte(body))
	if err != nil || !slices.Equal(got.keys, want.keys) || got.get("data").kind != array {
		t.Errorf("%v, not %v", got.keys, want.keys)
	}
}
