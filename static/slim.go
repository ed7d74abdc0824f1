package static

import (
	"bytes"
	"path"
)

// slim takes comments that fill lines of their own, indentation and empty lines out of what a
// browser reads: they are for people, who read the source. Nothing else is changed, so that a line
// a browser complains about is a line of the source. Our files have no text over several lines.
func slim(name string, raw []byte) []byte {
	if ext := path.Ext(name); ext != ".js" && ext != ".css" {
		return raw
	}
	out := make([]byte, 0, len(raw))
	inside := false
	for line := range bytes.Lines(raw) {
		line = bytes.TrimSpace(line)
		inside = inside || bytes.HasPrefix(line, []byte("/*"))
		if inside || len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			inside = inside && !bytes.HasSuffix(line, []byte("*/"))
			continue
		}
		out = append(append(out, line...), '\n')
	}
	return out
}
