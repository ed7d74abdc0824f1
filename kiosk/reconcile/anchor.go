package reconcile

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// Anchor is what the journal's streams ended with at some time, as it was written down outside of
// the database: of the streams that had grown since the anchor before.
type Anchor struct {
	At    int64 // Unix milliseconds, whole seconds
	Heads []kiosk.Head
}

// anchorMark begins a file of anchors.
const anchorMark = "qrkiosk-anchors-1"

// The flaws of a file of anchors.
var (
	ErrAnchorForm = errors.New("this is no file of anchors")
	ErrAnchorSeal = errors.New("an anchor was altered, or sealed with another key")
	ErrAnchorTorn = errors.New("the last anchor was not written to its end")
)

// Anchors is a file of anchors: text, one block per anchor, each sealed over itself and the seal of
// the block before, so that none can be changed or left out without the key.
//
//	qrkiosk-anchors-1 VJ9E
//	@ 2026-11-20T15:04:05Z
//	office 12 6f3a…
//	= 9b1c…
type Anchors struct {
	Installation string
	All          []Anchor
	last         []byte // seal of the last block
	seal         func([]byte) []byte
}

// NewAnchors makes an empty file; seal computes a keyed hash of a block.
func NewAnchors(installation string, seal func([]byte) []byte) *Anchors {
	return &Anchors{Installation: installation, seal: seal}
}

// First is how the file begins.
func (a *Anchors) First() []byte { return []byte(anchorMark + " " + a.Installation + "\n") }

// Add appends the heads that differ from those known so far and returns the text of the new block,
// nil if there is nothing new.
func (a *Anchors) Add(at int64, heads []kiosk.Head) []byte {
	known := a.Newest()
	fresh := slices.DeleteFunc(slices.Clone(heads), func(h kiosk.Head) bool { return known[h.Stream] == h })
	if len(fresh) == 0 {
		return nil
	}
	slices.SortFunc(fresh, func(x, y kiosk.Head) int { return strings.Compare(x.Stream, y.Stream) })
	var b bytes.Buffer
	fmt.Fprintf(&b, "@ %s\n", time.UnixMilli(at).UTC().Format(time.RFC3339))
	for _, h := range fresh {
		fmt.Fprintf(&b, "%s %d %s\n", h.Stream, h.Seq, h.Hash)
	}
	a.All = append(a.All, Anchor{At: at / kiosk.SecondMillis * kiosk.SecondMillis, Heads: fresh})
	a.last = a.sealOf(b.Bytes())
	fmt.Fprintf(&b, "= %x\n", a.last)
	return b.Bytes()
}

// sealOf binds a block to the one before and to the installation.
func (a *Anchors) sealOf(block []byte) []byte {
	return a.seal(slices.Concat(a.First(), a.last, block))
}

// Newest returns the last known head of every stream.
func (a *Anchors) Newest() map[string]kiosk.Head {
	known := map[string]kiosk.Head{}
	for _, anchor := range a.All {
		for _, h := range anchor.Heads {
			known[h.Stream] = h
		}
	}
	return known
}

// ParseAnchors reads a file of anchors. On [ErrAnchorTorn] what stands before the torn block is
// returned with it, and Whole tells how many bytes that is; other errors return nothing.
func ParseAnchors(text []byte, seal func([]byte) []byte) (a *Anchors, whole int, err error) {
	first, rest, ok := bytes.Cut(text, []byte("\n"))
	mark, installation, named := strings.Cut(string(first), " ")
	if !ok || !named || mark != anchorMark || installation == "" || strings.ContainsAny(installation, " \r") {
		return nil, 0, ErrAnchorForm
	}
	a = NewAnchors(installation, seal)
	whole = len(first) + 1
	for len(rest) > 0 {
		n, err := a.parseBlock(rest)
		if errors.Is(err, ErrAnchorTorn) {
			return a, whole, err
		}
		if err != nil {
			return nil, 0, err
		}
		rest, whole = rest[n:], whole+n
	}
	return a, whole, nil
}

// parseBlock reads one block and returns its length.
func (a *Anchors) parseBlock(text []byte) (n int, err error) {
	var anchor Anchor
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Split(keepEnds)
	for lines.Scan() {
		line, ended := strings.CutSuffix(lines.Text(), "\n")
		if !ended {
			return 0, ErrAnchorTorn
		}
		sign, what, _ := strings.Cut(line, " ")
		switch {
		case n == 0 && sign == "@":
			at, err := time.Parse(time.RFC3339, what)
			if err != nil {
				return 0, ErrAnchorForm
			}
			anchor.At = at.UnixMilli()
		case n == 0:
			return 0, ErrAnchorForm
		case sign == "=":
			return n + len(lines.Bytes()), a.accept(anchor, text[:n], what)
		default:
			h, ok := parseHead(line)
			if !ok {
				return 0, ErrAnchorForm
			}
			anchor.Heads = append(anchor.Heads, h)
		}
		n += len(lines.Bytes())
	}
	if lines.Err() != nil {
		return 0, ErrAnchorForm
	}
	return 0, ErrAnchorTorn
}

func (a *Anchors) accept(anchor Anchor, block []byte, seal string) error {
	given, err := hex.DecodeString(seal)
	want := a.sealOf(block)
	if err != nil || !hmac.Equal(given, want) {
		return ErrAnchorSeal
	}
	a.last = want
	a.All = append(a.All, anchor)
	return nil
}

// parseHead reads "stream seq hash".
func parseHead(line string) (kiosk.Head, bool) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 || fields[0] == "" || len(fields[2]) != 64 {
		return kiosk.Head{}, false
	}
	seq, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || seq < 1 {
		return kiosk.Head{}, false
	}
	return kiosk.Head{Stream: fields[0], Seq: seq, Hash: fields[2]}, true
}

// keepEnds splits into lines with their ends, so that lengths add up.
func keepEnds(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
