package secpaid

import (
	"net/http"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

// TestClient_As: another account is asked with its own key, over the same budget; that its key is
// refused, or that its calls fail, is not the client's trouble.
func TestClient_As(t *testing.T) {
	const theirs = "key-of-another-account"
	var mu sync.Mutex
	keys, status := map[string]int{}, http.StatusUnauthorized
	c, _ := connect(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		keys[r.Header.Get("token")]++
		now := status
		mu.Unlock()
		if r.Header.Get("token") == theirs {
			says(now, `{"ResponseCode":0,"Result":"False"}`)(w, r)
			return
		}
		says(http.StatusOK, done(echo))(w, r)
	})
	other, err := c.As(theirs)
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.Open(t.Context(), order())
	wantError(t, err, kiosk.Refused, KeyKey)
	if h := c.Health(); h.LastKey != "" || h.LastCode != "" || h.Used != 1 {
		t.Errorf("the client's health after a refusal of another's key: %+v", h)
	}
	mu.Lock()
	status = http.StatusInternalServerError
	mu.Unlock()
	for range tripFailures {
		_, err = other.Open(t.Context(), order())
		wantError(t, err, kiosk.Unclear, KeyUnclear)
	}
	_, err = other.Open(t.Context(), order())
	wantError(t, err, kiosk.NotSent, KeyUnreachable)
	if _, err := c.Open(t.Context(), order()); err != nil {
		t.Errorf("the client itself: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if keys[theirs] != 1+tripFailures || keys[c.key()] != 1 || len(keys) != 2 || c.Health().Used != 2+tripFailures {
		t.Errorf("calls by key %v, %d counted", keys, c.Health().Used)
	}
	if _, err := c.As("with a blank"); err == nil {
		t.Error("a key with a blank is taken")
	}
}

func (c *Client) key() string { return (*c.token.Load())() }
