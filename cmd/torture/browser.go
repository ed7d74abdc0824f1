//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// browser is a tablet or a display: cookies of its own, and an address of its own by which the
// server counts tries.
type browser struct {
	w      *world
	client *http.Client
	jar    *cookiejar.Jar
	ip     string
}

func (w *world) newBrowser(n int) *browser {
	jar, _ := cookiejar.New(nil) // without options it does not fail
	return &browser{
		w: w, jar: jar, ip: fmt.Sprintf("10.1.%d.%d", n/200, n%200+1),
		client: &http.Client{
			Jar: jar, Timeout: 6 * time.Second, Transport: &http.Transport{DialContext: w.dialTill, MaxIdleConnsPerHost: 2},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func (b *browser) base() string { return "http://" + b.w.till.addr }

func (b *browser) get(ctx context.Context, path, accept string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base()+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Accept", accept)
	return b.do(r)
}

// post sends a form as a page's script does; fields are names and values in turn.
func (b *browser) post(ctx context.Context, path string, fields ...string) (int, string, error) {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", b.base())
	return b.do(r)
}

func (b *browser) do(r *http.Request) (int, string, error) {
	r.Header.Set("X-Forwarded-For", b.ip)
	resp, err := b.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	return resp.StatusCode, string(raw), err
}

// frame is what a live screen is told.
type frame struct {
	Epoch   string `json:"epoch"`
	Version int64  `json:"version"`
	HTML    string `json:"html"`
}

// live opens the screen's socket and hands every frame over until it ends.
func (b *browser) live(ctx context.Context, path string, take func(frame)) error {
	d := websocket.Dialer{Jar: b.jar, HandshakeTimeout: 3 * time.Second, NetDialContext: b.w.dialTill}
	conn, resp, err := d.DialContext(ctx, "ws"+strings.TrimPrefix(b.base(), "http")+path, http.Header{
		"Origin": {b.base()}, "X-Forwarded-For": {b.ip},
	})
	if err != nil {
		return err
	}
	resp.Body.Close()
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	for {
		if err := conn.SetReadDeadline(time.Now().Add(25 * time.Second)); err != nil {
			return err
		}
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			return fmt.Errorf("a frame is no JSON: %w", err)
		}
		take(f)
	}
}
