package main

import (
	"log/slog"
	"os"
	"strings"
)

// secret is text that does not print itself, whoever prints it: the text hangs on a function, out
// of reach of reflection, because fmt does not ask unexported fields for their String method.
type secret struct{ text func() string }

func newSecret(text string) secret { return secret{func() string { return text }} }

// reveal returns the text; the zero secret is empty.
func (s secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return s.text()
}

func (s secret) empty() bool { return s.reveal() == "" }

const masked = "***"

func (s secret) String() string {
	if s.empty() {
		return ""
	}
	return masked
}

func (s secret) GoString() string     { return s.String() }
func (s secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the text out of JSON.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil } //nolint:unparam // the interface wants an error

// readSecret takes a secret from its variable or from a file, as service managers and containers
// hand them over. It is no flag because everybody on the machine can read the arguments.
func (p *process) readSecret(variable, file string) (secret, error) {
	text := p.env(variable)
	switch {
	case text != "" && file != "":
		return secret{}, usagef("%s and %s_FILE are both set: which one counts?", variable, variable)
	case file == "":
		return newSecret(text), nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return secret{}, usagef("the file of %s cannot be read: %w", variable, err)
	}
	text = strings.TrimSpace(string(raw))
	if text == "" {
		return secret{}, usagef("the file of %s is empty: %s", variable, file)
	}
	return newSecret(text), nil
}
