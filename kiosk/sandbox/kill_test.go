package sandbox

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// childBook names the book of the process that TestKill kills.
const childBook = "SANDBOX_TEST_BOOK"

func TestMain(m *testing.M) {
	if book := os.Getenv(childBook); book != "" {
		if err := serveChild(book); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func serveChild(book string) error {
	s, err := New(Config{Accounts: merchants(), Book: book, Limit: -1})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, s.Handler())
}

// TestKill: every link whose creation was answered is in the book of a process that was killed in
// the middle of making more.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), childBook+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	answered := createUntilKilled(t, "http://"+strings.TrimSpace(addr)+"/api/v2/createLink", func() { child.Process.Kill() })
	child.Wait()

	s, err := New(Config{Accounts: merchants(), Book: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	kept := map[string]bool{}
	for _, v := range s.Links() {
		kept[v.Note] = true
	}
	for _, note := range answered {
		if !kept[note] {
			t.Errorf("%s was answered and is gone", note)
		}
	}
	if len(answered) < 100 || len(kept) < len(answered) {
		t.Errorf("%d answered, %d kept", len(answered), len(kept))
	}
}

// createUntilKilled makes links from four clients, kills the server after a hundred answers, and
// returns the notes of all links that were answered.
func createUntilKilled(t *testing.T, target string, kill func()) (answered []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for client := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				note := fmt.Sprintf("%d-%d", client, n)
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader("amount=5&recipient_note="+note))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("token", "test-key-stall")
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					return
				}
				if a := wholeAnswer(resp); strings.Contains(a, msgCreated) {
					mu.Lock()
					if answered = append(answered, note); len(answered) == 100 {
						kill()
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return answered
}

// wholeAnswer reads an answer that may end in the middle.
func wholeAnswer(resp *http.Response) string {
	defer resp.Body.Close()
	var text strings.Builder
	if _, err := bufio.NewReader(resp.Body).WriteTo(&text); err != nil {
		return ""
	}
	return text.String()
}
