package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"qrkiosk/kiosk/sandbox"
)

// Help is what `qrkiosk sandbox --help` says behind its first line: calls to paste into a shell,
// the control API and the faults. All three are the lists that the sandbox itself works by.
func (*sandboxCmd) Help() string {
	var b strings.Builder
	b.WriteString("It answers like the real gateway, shows the payment page of every link, calls webhooks and keeps\n" +
		"a book of its own. /control is the page from which it is steered.\n\nCalls to try, with --token play-key --recipient baker:\n")
	for _, e := range sandbox.Examples("http://127.0.0.1:8091", "play-key", "baker") {
		fmt.Fprintf(&b, "\n  # %s\n  %s\n", e.What, e.Command)
	}
	b.WriteString("\nAccounts file, of which only name and key are needed:\n\n" +
		`  [{"name": "Shop", "key": "play-key", "recipient_token": "shop", "service_fee": "1.0",` + "\n" +
		`    "callback_urls": ["http://127.0.0.1:3000/done"], "endpoints": ["http://127.0.0.1:3000/hook"],` + "\n" +
		`    "bank_transfer": true, "encryption": true, "encryption_key": "0123456789abcdef0123456789abcdef"}]` + "\n\nControl API:\n\n")
	b.WriteString(columns(sandbox.ControlCalls(), func(c sandbox.ControlCall) []any { return []any{c.Method, c.Path, c.Body, c.What} }))
	b.WriteString("\nFaults, set by POST /control/faults or by the amount of a link:\n\n")
	b.WriteString(columns(sandbox.Catalogue(), func(f sandbox.FaultInfo) []any {
		if f.Magic == 0 {
			return []any{f.Name, "", f.What}
		}
		return []any{f.Name, f.Magic, f.What}
	}))
	return b.String()
}

// columns writes a list as indented columns.
func columns[T any](list []T, cells func(T) []any) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, item := range list {
		row := cells(item)
		fmt.Fprintf(w, "  %v"+strings.Repeat("\t%v", len(row)-1)+"\n", row...)
	}
	_ = w.Flush() // a builder takes everything
	return b.String()
}
