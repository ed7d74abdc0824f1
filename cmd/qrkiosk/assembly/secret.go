package assembly

import (
	"log/slog"
)

// Secret is text that does not print itself, whoever prints it: the text hangs on a function, out
// of reach of reflection, because fmt does not ask unexported fields for their String method.
type Secret struct{ text func() string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Reveal returns the text; the zero secret is empty.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return s.text()
}

// Empty tells whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Masked is what is printed in the place of a text.
const Masked = "***"

func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return Masked
}

func (s Secret) GoString() string     { return s.String() }
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the text out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
