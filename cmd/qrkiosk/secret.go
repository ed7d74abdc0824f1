package main

import (
	"os"
	"strings"

	"qrkiosk/cmd/qrkiosk/assembly"
)

// readSecret takes a secret from its variable or from a file, as service managers and containers
// hand them over. It is no flag because everybody on the machine can read the arguments.
func (p *process) readSecret(variable, file string) (assembly.Secret, error) {
	text := p.env(variable)
	switch {
	case text != "" && file != "":
		return assembly.Secret{}, assembly.Usagef("%s and %s_FILE are both set: which one counts?", variable, variable)
	case file == "":
		return assembly.NewSecret(text), nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return assembly.Secret{}, assembly.Usagef("the file of %s cannot be read: %w", variable, err)
	}
	text = strings.TrimSpace(string(raw))
	if text == "" {
		return assembly.Secret{}, assembly.Usagef("the file of %s is empty: %s", variable, file)
	}
	return assembly.NewSecret(text), nil
}
