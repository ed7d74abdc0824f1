package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk/sandbox"
)

// sandboxAlone is `qrkiosk sandbox` as a process of its own.
type sandboxAlone struct {
	url  string
	cmd  *exec.Cmd
	done func() // kills it and waits
}

// startSandbox starts the true program and returns once it has told its address. What it wrote to
// stderr is shown if the test fails.
func startSandbox(t testing.TB, args ...string) *sandboxAlone {
	t.Helper()
	path, err := exec.LookPath("qrkiosk") // this very binary, which TestMain turns into the program
	if err != nil {
		t.Fatal(err)
	}
	s := &sandboxAlone{cmd: exec.Command(path, append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...)...)}
	var log bytes.Buffer
	s.cmd.Stderr, s.cmd.Env = &log, []string{"HOME=" + t.TempDir()}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.done = sync.OnceFunc(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("the log of the sandbox:\n%s", log.Bytes())
		}
	})
	t.Cleanup(s.done)
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		if address, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "API"); ok {
			s.url = strings.TrimSuffix(strings.TrimSpace(address), "/api/v2/")
		}
	}
	if s.url == "" {
		t.Fatalf("no address: %v", lines.Err())
	}
	go io.Copy(io.Discard, out)
	return s
}

// shell runs one line as somebody who pasted it would.
func shell(t *testing.T, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "no_proxy=*"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s\n%v\n%s", line, err, out)
	}
	return string(out)
}

// TestSandbox_curl runs every line that `qrkiosk sandbox --help` and the page /control show, in
// their order, against the program.
func TestSandbox_curl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		kiosktest.Needed(t, "curl")
	}
	s := startSandbox(t, "--token", "play-key", "--recipient", "baker")
	want := map[string]string{
		"JSON":                               `"amount":49.99,"recipient_note":"Invoice 1234","status":"Unused"`,
		"form":                               `"amount":"49.99","recipient_note":"Invoice 1234","status":"Unused"`,
		"JSON as fetch sends it":             `"recipients":"[{\"token\":\"baker\",\"share\":60}]","is_split_link":"true","split_type":"absolute"`,
		"form as PHP builds it":              `"recipients":"[{\"token\":\"baker\",\"share\":\"2.5\"}]","is_split_link":"true","split_type":"normal"`,
		"multipart form":                     `"amount":"12.50","recipient_note":"Two coffees","status":"Unused"`,
		"list":                               `"amount":12.50,"recipient_note":"Two coffees"`,
		"pay the link as its customer would": `{"ok":true}`,
		"let two nights pass, so that a payout is made": `{"ok":true}`,
	}
	link := ""
	for _, e := range sandbox.Examples(s.url, "play-key", "baker") {
		got := shell(t, strings.ReplaceAll(e.Command, "LINK", link))
		if want[e.What] == "" || !strings.Contains(got, want[e.What]) {
			t.Errorf("%s\n%s\nanswered %s\nwant %s", e.What, e.Command, got, want[e.What])
		}
		delete(want, e.What)
		if id := regexp.MustCompile(`"id":(\d+)`).FindStringSubmatch(got); id != nil && link == "" {
			link = id[1]
		}
	}
	if len(want) != 0 {
		t.Errorf("not shown: %v", want)
	}
	if got := shell(t, "curl -sS -X POST -H 'token: play-key' "+s.url+"/api/v2/getPayOutTransactions"); !strings.Contains(got, `"payout_amount":"49.99"`) {
		t.Errorf("no payout: %s", got)
	}
	if help := shell(t, "qrkiosk sandbox --help"); !strings.Contains(help, sandbox.Examples("http://127.0.0.1:8091", "play-key", "baker")[3].Command) {
		t.Errorf("the help does not show the examples:\n%s", help)
	}
}

// TestSandbox_flags: what the flags and the accounts file say about an account is what its links
// are made of, in the generation that was asked for.
func TestSandbox_flags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts.json")
	err := os.WriteFile(file, []byte(`[{"name": "Shop", "key": "play-key-shop", "user_id": "usr-shop", "service_fee": "2.5", "endpoints": ["http://127.0.0.1:9/shop"]}]`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	common := []string{"--token", "play-key", "--accounts", file, "--url", "http://pay.example"}
	s := startSandbox(t, append(common, "--wire", "2024", "--limit", "2")...)
	got := s.ask(t, "play-key-shop", "amount=5")
	for _, want := range []string{`"user_id":"usr-shop"`, `"service_fee":"2.5"`, `"paymentEndpoint":"http://127.0.0.1:9/shop"`, `"recipient":null`, `"pay_link":"http://pay.example/payment?`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	s.ask(t, "play-key-shop", "amount=5")
	if got = s.ask(t, "play-key-shop", "amount=5"); !strings.Contains(got, "API rate limit exceeded") {
		t.Errorf("a third call of two: %s", got)
	}
	s = startSandbox(t, append(common, "--fee", "1.5", "--callback", "http://a.example/0,http://a.example/1", "--endpoint", "http://127.0.0.1:9/h",
		"--no-bank-transfer", "--encryption-key", "0123456789abcdef0123456789abcdef")...)
	got = s.ask(t, "play-key", "amount=5&callback_url=1")
	for _, want := range []string{`"servicefee":"1.5"`, `"callback_url":"http://a.example/1"`, `"paymentEndpoint":"http://127.0.0.1:9/h"`, `"bank_transfer":"false"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if links := s.links(t); len(links) != 1 || !links[0].Encrypted {
		t.Errorf("links %+v", links)
	}
}

// TestSandbox_kill kills the program with SIGKILL at random moments while links are being made.
// After every start each link that was ever answered is there, with its number and its note.
func TestSandbox_kill(t *testing.T) {
	book := filepath.Join(t.TempDir(), "play.book")
	answered := map[string]string{} // note by number
	random := rand.New(rand.NewPCG(7, 8))
	for round := range 4 {
		s := startSandbox(t, "--token", "play-key", "--limit", "0", "--book", book)
		s.has(t, answered)
		before := len(answered)
		s.createUntil(answered, fmt.Sprintf("round-%d", round), 1+random.IntN(200))
		s.done()
		if len(answered) == before {
			t.Fatal("no link was made")
		}
	}
	last := startSandbox(t, "--token", "play-key", "--book", book)
	last.has(t, answered)
	t.Logf("%d links answered, all there", len(answered))
}

// BenchmarkSandbox_start is the time from the order to start the program until it is ready, with a
// book of its own.
func BenchmarkSandbox_start(b *testing.B) {
	for n := 0; b.Loop(); n++ {
		s := startSandbox(b, "--token", "play-key", "--book", filepath.Join(b.TempDir(), fmt.Sprint(n)))
		s.done()
	}
}

// createUntil makes links from eight clients and kills the program after so many answers.
func (s *sandboxAlone) createUntil(answered map[string]string, name string, answers int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	left := answers
	for client := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				note := fmt.Sprintf("%s-%d-%d", name, client, n)
				id, err := s.create(note)
				if err != nil {
					return
				}
				mu.Lock()
				answered[id] = note
				if left--; left == 0 {
					s.cmd.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func (s *sandboxAlone) create(note string) (id string, err error) {
	resp, err := s.post("play-key", url.Values{"amount": {"5"}, "recipient_note": {note}}.Encode())
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct{ Data struct{ ID json.Number } }
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return answer.Data.ID.String(), err
}

// post makes a createLink call from a form.
func (s *sandboxAlone) post(key, form string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, s.url+"/api/v2/createLink", strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	req.Header.Set("token", key)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return http.DefaultClient.Do(req)
}

// ask is post for a test that wants the answer, whatever it is.
func (s *sandboxAlone) ask(t *testing.T, key, form string) string {
	t.Helper()
	resp, err := s.post(key, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// has wants every answered link in the list of the control API.
func (s *sandboxAlone) has(t *testing.T, answered map[string]string) {
	t.Helper()
	there := map[string]string{}
	for _, k := range s.links(t) {
		there[fmt.Sprint(k.ID)] = k.Note
	}
	for id, note := range answered {
		if there[id] != note {
			t.Errorf("link %s was answered with note %s, and is %q", id, note, there[id])
		}
	}
}

// links is what the control API lists.
func (s *sandboxAlone) links(t *testing.T) (links []sandbox.LinkView) {
	t.Helper()
	resp, err := http.Get(s.url + "/control/links")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&links); err != nil {
		t.Fatal(err)
	}
	return links
}
