// Package assets holds the data that the server reads and browsers do not: the steps that bring a
// database to the present schema. It owns files only and must not contain logic.
package assets

import "embed"

// Migrations holds the steps of the schema in the folder "migrations", one text for SQLite and
// PostgreSQL. A step that was released is never changed.
//
//go:embed migrations
var Migrations embed.FS
