//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
)

// remote is the control API of the sandbox: by it the world plays payers, operator and a gateway that misbehaves.
type remote struct {
	client *http.Client
	url    string // with final slash; known once the sandbox has an address
}

// command tells the sandbox what to do through its control API.
func (rc *remote) command(ctx context.Context, what string, fields map[string]any) (int, error) {
	raw, err := json.Marshal(fields)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, rc.url+what, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := rc.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// ask reads a list of the control API.
func (rc *remote) ask(ctx context.Context, what string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, rc.url+what, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := rc.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}
