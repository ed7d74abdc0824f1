package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"qrkiosk/cmd/qrkiosk/assembly"
)

func TestSecret_neverPrints(t *testing.T) {
	const key = "a-key-that-must-not-show"
	s := assembly.Settings{Token: assembly.NewSecret(key), DatabaseURL: assembly.NewSecret("postgres://u:" + key + "@h/d")}
	var b bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&b, nil)), slog.New(slog.NewJSONHandler(&b, nil))} {
		l.Info("settings", "all", s, "one", s.Token, "any", struct{ Token assembly.Secret }{s.Token})
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&b, form+form+form, s, &s, s.Token)
	}
	if err := json.NewEncoder(&b).Encode(map[string]any{"token": s.Token}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, key) || strings.Contains(text, fmt.Sprintf("%x", key)) {
		t.Errorf("the key shows:\n%s", text)
	}
	if !strings.Contains(b.String(), assembly.Masked) {
		t.Error("nothing says that a key is set")
	}
	if s.Token.Reveal() != key || !(assembly.Secret{}).Empty() {
		t.Error("the secret itself is lost")
	}
}

func TestReadSecret_fromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("  from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &process{env: func(string) string { return "" }}
	s, err := p.readSecret("SECPAID_TOKEN", file)
	if err != nil || s.Reveal() != "from-a-file" {
		t.Errorf("%q, %v", s.Reveal(), err)
	}
}

// once are commands that people type: what they do to a database must not come from a variable that
// somebody forgot.
var once = map[string]bool{"backup": true, "restore": true, "verify": true, "reset-organizer": true}

// TestFlags_haveVariables holds the promise that every flag of what runs can be set from the
// environment.
func TestFlags_haveVariables(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	ours := regexp.MustCompile(`^(QRKIOSK|SECPAID)_[A-Z_]+$`)
	count := 0
	for _, command := range parser.Model.Children {
		for _, f := range command.Flags {
			if f.Name == "help" {
				continue
			}
			count++
			own := once[command.Name] && len(f.Envs) == 0
			if !own && !ours.MatchString(strings.Join(f.Envs, " ")) {
				t.Errorf("%s --%s has the variables %q", command.Name, f.Name, f.Envs)
			}
			if f.Help == "" {
				t.Errorf("%s --%s has no help", command.Name, f.Name)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d flags found", count)
	}
}

func TestCheckURL(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"https://Kiosk.Example/":          "https://kiosk.example",
		"https://kiosk.example:8443":      "https://kiosk.example:8443",
		"http://[fd00::1]:8080":           "http://[fd00::1]:8080",
		"kiosk.example":                   "wrong",
		"https://":                        "wrong",
		"https://kiosk.example/shop":      "wrong",
		"https://kiosk.example?a=b":       "wrong",
		"https://u:p@kiosk.example":       "wrong",
		"javascript:alert(1)":             "wrong",
		"https://kiosk.example/#fragment": "wrong",
	} {
		got, err := checkURL("--public-url", text)
		var usage assembly.UsageError
		if want == "wrong" {
			if !errors.As(err, &usage) {
				t.Errorf("%q is taken as %q", text, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestReadNetwork(t *testing.T) {
	got := map[string]string{}
	for _, text := range []string{"10.1.2.3/8", " 192.0.2.7 ", "fd00::/8", "10.0.0.0/33", "office"} {
		network, err := readNetwork(text)
		got[text] = network.String()
		if err != nil {
			got[text] = "wrong"
		}
	}
	want := map[string]string{
		"10.1.2.3/8": "10.0.0.0/8", " 192.0.2.7 ": "192.0.2.7/32", "fd00::/8": "fd00::/8",
		"10.0.0.0/33": "wrong", "office": "wrong",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLan listens for everybody only where that was asked for.
func TestLan(t *testing.T) {
	p := &process{env: func(string) string { return "" }}
	play := gatewayFlags{Sandbox: true}
	s, err := p.check(webFlags{Listen: "127.0.0.1:8090", Lan: true}, dataFlags{Data: "x"}, play)
	if err != nil || s.Listen != "0.0.0.0:8090" {
		t.Errorf("with --lan: %q, %v", s.Listen, err)
	}
	s, err = p.check(webFlags{Listen: "127.0.0.1:8090"}, dataFlags{Data: "x"}, play)
	if err != nil || s.Listen != "127.0.0.1:8090" {
		t.Errorf("without: %q, %v", s.Listen, err)
	}
	for _, open := range []string{":8090", "0.0.0.0:8090", "[::]:8090", "10.0.0.1:8090", "kiosk.example:80"} {
		if _, err = p.check(webFlags{Listen: open}, dataFlags{Data: "x"}, play); err == nil {
			t.Errorf("%s is open to others without --lan", open)
		}
	}
}

// TestReadme_isComplete finds every flag, variable and outside module in the README.
func TestReadme_isComplete(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := string(raw)
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, command := range parser.Model.Children {
		names = append(names, "qrkiosk "+command.Name)
		for _, f := range command.Flags {
			if command.Name == "serve" && f.Name != "help" && !strings.HasSuffix(f.Name, "-file") {
				names = append(names, "`--"+f.Name, f.Envs[0])
			}
		}
	}
	for _, r := range rooms {
		names = append(names, r.outside...)
	}
	for _, name := range names {
		if !strings.Contains(readme, name) {
			t.Errorf("the README does not mention %s", name)
		}
	}
}

// TestReadme_pointsAtWhatIsThere follows the links, files and verbs that the README names, and keeps
// it short enough to be read.
func TestReadme_pointsAtWhatIsThere(t *testing.T) {
	readme, makefile := readText(t, filepath.Join(root, "README.md")), readText(t, filepath.Join(root, "Makefile"))
	if n := strings.Count(readme, "\n"); n > 300 {
		t.Errorf("%d lines: what is longer than 300 belongs beside the code it describes", n)
	}
	links := regexp.MustCompile("\\]\\(([a-z][^):]*)\\)|`((?:assets|cmd|handlers|kiosk|views)(?:/[^`* ]+)?)`")
	for _, m := range links.FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat(filepath.Join(root, m[1]+m[2])); err != nil {
			t.Error(err)
		}
	}
	for _, m := range regexp.MustCompile("(?:`|    )make ([a-z-]+)").FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("the Makefile has no verb %s", m[1])
		}
	}
}
