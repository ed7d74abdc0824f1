package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/reconcile"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

type verifyCmd struct {
	dataFlags `embed:"" set:"data=data"`

	Anchor      string `placeholder:"FILE" help:"Compare with this copy of the anchors, kept elsewhere, in place of --anchors."`
	WriteAnchor string `placeholder:"FILE" help:"Add what the journal ends with now to this file of anchors, if nothing was found."`
}

// examination is the last line that verify prints.
type examination struct {
	Findings int            `json:"findings"`
	Of       map[string]int `json:"of,omitempty"` // findings by what they are
	Streams  int            `json:"streams"`
	Entries  int64          `json:"entries"`
	Sales    int64          `json:"sales"`
	Anchored int            `json:"anchored"`
	Restored int            `json:"restored"`
}

// Run recomputes the journal and everything that rests on it, and says what does not fit.
func (c *verifyCmd) Run(ctx context.Context, p *process) error {
	s, err := p.checkDataAlone(c.dataFlags)
	if err != nil {
		return err
	}
	st, err := assembly.OpenToRead(ctx, s)
	if err != nil {
		return assembly.Refusal(err, s)
	}
	defer assembly.Closing(&err, st.Close)
	v := examination{Of: map[string]int{}}
	found := func(f store.Finding) {
		v.Findings++
		v.Of[f.What]++
		fmt.Fprintln(p.stdout, finding(f))
	}
	heads, err := c.anchored(s, found)
	if err != nil {
		return err
	}
	x, err := st.Examine(ctx, heads, found)
	if err != nil {
		return assembly.Refusal(err, s)
	}
	v.Streams, v.Entries, v.Sales, v.Anchored, v.Restored = x.Streams, x.Events, x.Sales, x.Anchored, x.Restored
	if v.Findings == 0 && c.WriteAnchor != "" {
		if err := c.write(ctx, st, s); err != nil {
			return err
		}
	}
	return v.end(p)
}

// end prints the last line and chooses the exit code.
func (v examination) end(p *process) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, string(raw))
	if v.Findings > 0 {
		return exited(exitFailed)
	}
	return nil
}

func finding(f store.Finding) string {
	text := f.What
	if f.Stream != "" {
		text += " " + f.Stream
	}
	if f.Seq > 0 {
		text += fmt.Sprintf(" entry %d", f.Seq)
	}
	return text + ": " + f.Text
}

// anchored reads the file to compare with, if there is one. One that was changed is itself a finding,
// and nothing is compared with it.
func (c *verifyCmd) anchored(s assembly.Settings, found func(store.Finding)) ([]kiosk.Head, error) {
	file := c.Anchor
	if file == "" {
		file = s.Anchors
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && c.Anchor == "" {
		return nil, nil
	}
	if err != nil {
		return nil, assembly.Usagef("the anchors cannot be read: %w", err)
	}
	keys, err := existingKey(s)
	if err != nil {
		return nil, err
	}
	anchors, _, err := reconcile.ParseAnchors(raw, keys.Stamp)
	if err != nil && !errors.Is(err, reconcile.ErrAnchorTorn) {
		found(store.Finding{What: "anchors", Text: file + ": " + err.Error()})
		return nil, nil
	}
	return headsOf(anchors), nil
}

// existingKey is the vault of a key file that must be there: a new one would fit nothing.
func existingKey(s assembly.Settings) (*vault.Vault, error) {
	if _, err := os.Stat(s.KeyFile); err != nil {
		return nil, assembly.Usagef("anchors are sealed with the key file, and it cannot be read: %w", err)
	}
	keys, err := vault.Load(s.KeyFile)
	if err != nil {
		return nil, assembly.Refusal(err, s)
	}
	return keys, nil
}

func headsOf(a *reconcile.Anchors) (all []kiosk.Head) {
	for _, anchor := range a.All {
		all = append(all, anchor.Heads...)
	}
	return all
}

// write adds an anchor to a file of its own. One that is there must be whole.
func (c *verifyCmd) write(ctx context.Context, st *store.Store, s assembly.Settings) error {
	keys, err := existingKey(s)
	if err != nil {
		return err
	}
	born, err := st.Installation(ctx)
	if err != nil {
		return assembly.Refusal(err, s)
	}
	f, err := assembly.OpenAnchors(c.WriteAnchor, born.Code, keys.Stamp)
	if err != nil {
		return assembly.Usagef("%s cannot be written: %w", c.WriteAnchor, err)
	}
	heads, err := st.Heads(ctx)
	if err == nil {
		err = f.Add(time.Now(), heads)
	}
	return err
}
