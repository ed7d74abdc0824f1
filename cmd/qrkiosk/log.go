package main

import (
	"io"
	"log/slog"
	"os"
)

type logFlags struct {
	LogFormat string     `env:"QRKIOSK_LOG_FORMAT" enum:"auto,text,json" default:"auto" help:"Form of the log on stderr: text, json, or auto, which is text on a terminal and json elsewhere."`
	LogLevel  slog.Level `env:"QRKIOSK_LOG_LEVEL" default:"info" help:"What the log leaves out: below debug, info, warn or error."`
}

func (f logFlags) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "text" || (f.LogFormat == "auto" && isTerminal(w)) {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
