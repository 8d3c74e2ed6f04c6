package main

import (
	"io"
	"log/slog"
	"sync"

	"github.com/spf13/cobra"
)

func logFlags(s environment, c *cobra.Command, format, level *string) {
	c.Flags().StringVar(format, "log-format", formatText, s.say("how to log to stderr: text or json"))
	c.Flags().StringVar(level, "log-level", "info", s.say("what to log: debug, info, warn or error"))
}

func newLog(w io.Writer, format, level string) (*slog.Logger, error) {
	if err := oneOf(format, formatText, formatJSON); err != nil {
		return nil, err
	}
	if err := oneOf(level, "debug", "info", "warn", "error"); err != nil {
		return nil, err
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, misuse("log level: %v", err)
	}
	o := &slog.HandlerOptions{Level: l}
	if format == formatJSON {
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return slog.New(slog.NewTextHandler(w, o)), nil
}

// lockedWriter serialises writes.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (t *lockedWriter) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(p)
}
