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
		needed(t, "curl")
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
		"let a day pass, so that a payout is made": `{"ok":true}`,
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
	form := url.Values{"amount": {"5"}, "recipient_note": {note}}
	req, err := http.NewRequest(http.MethodPost, s.url+"/api/v2/createLink", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("token", "play-key")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var answer struct{ Data struct{ ID json.Number } }
	err = json.NewDecoder(resp.Body).Decode(&answer)
	return answer.Data.ID.String(), err
}

// has wants every answered link in the list of the control API.
func (s *sandboxAlone) has(t *testing.T, answered map[string]string) {
	t.Helper()
	resp, err := http.Get(s.url + "/control/links")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var links []sandbox.LinkView
	if err := json.NewDecoder(resp.Body).Decode(&links); err != nil {
		t.Fatal(err)
	}
	there := map[string]string{}
	for _, k := range links {
		there[fmt.Sprint(k.ID)] = k.Note
	}
	for id, note := range answered {
		if there[id] != note {
			t.Errorf("link %s was answered with note %s, and is %q", id, note, there[id])
		}
	}
}
