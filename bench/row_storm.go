package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// stormed is what TestStorm measured.
type stormed struct {
	Replicas int
	Took     time.Duration // on the clock that jumps
	Least    time.Duration // that the rates allow
	Refused  int           // calls
	Wrong    int           // people who did not get exactly one message
}

// rowStorm sends a message to many people at once while the emulator enforces Slack's
// published rates. It runs a test, because it needs a clock that jumps.
func rowStorm(ctx context.Context, b *bench, out *section) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "storm.json")
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout", "20m", "-run", "^TestStorm$", ".")
	cmd.Env = append(os.Environ(), "BENCH_STORM="+file, fmt.Sprintf("BENCH_PEOPLE=%d", b.scale.storm))
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var all []stormed
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, s := range all {
		out.add(result{what: fmt.Sprintf("a message to %d people at once, %d replicas; what the rates allow runs", b.scale.storm, s.Replicas),
			ours: s.Took.Round(time.Second).String(), peer: s.Least.String(), ratio: s.Took.Seconds() / max(s.Least, time.Second).Seconds(), required: "1.02"})
		out.add(result{what: fmt.Sprintf("calls that Slack refused, %d replicas", s.Replicas), ours: fmt.Sprint(s.Refused), required: "0"})
		if s.Wrong > 0 {
			err = errors.Join(err, fmt.Errorf("%d people did not get exactly one message", s.Wrong))
		}
	}
	return err
}
