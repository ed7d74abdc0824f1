package assets

import "embed"

// Words holds one catalogue of messages per language, "words/en.json". Package views reads it.
//
//go:embed words
var Words embed.FS
