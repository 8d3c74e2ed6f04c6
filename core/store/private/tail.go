package private

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// The server logs to a file and not to a pipe, because it may run without a riskroom.
const (
	tailEvery = 250 * time.Millisecond
	tailMost  = 1 << 20 // bytes, after which the file is renamed to redis.log.1
	tailKeep  = 3       // lines to report when the server ends
)

// tail copies the server's log file to a logger.
type tail struct {
	name string
	log  *slog.Logger
	end  context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	f     *os.File
	rest  []byte   // of an incomplete line
	lines []string // the last ones
	usual bool     // the server is starting or ending, which it logs at length
}

// openTail begins at the end of the file.
func openTail(name string, log *slog.Logger) (*tail, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		_ = f.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	t := &tail{name: name, log: log, end: cancel, done: make(chan struct{}), f: f}
	go func() {
		defer close(t.done)
		for wait(ctx, tailEvery) == nil {
			t.read()
		}
	}()
	return t, nil
}

// close copies what is left.
func (t *tail) close() {
	t.end()
	<-t.done
	t.read()
	_ = t.f.Close()
}

// expect copies what has been written so far. usual says whether the lines that follow
// are those of a start or an end.
func (t *tail) expect(usual bool) {
	t.read()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.usual = usual
}

// last returns the last lines, newest last.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, " / ")
}

// read copies what has been written since the last call.
func (t *tail) read() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pass()
	// The server opens the file by name for every line, so it can be renamed at any
	// time.
	if at, err := t.f.Seek(0, io.SeekCurrent); err != nil || at < tailMost {
		return
	}
	if os.Rename(t.name, t.name+".1") != nil {
		return
	}
	f, err := os.OpenFile(t.name, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return
	}
	t.pass() // what was written in between
	_ = t.f.Close()
	t.f = f
}

func (t *tail) pass() {
	more, err := io.ReadAll(t.f)
	if err != nil {
		t.log.Debug("the log of the private redis could not be read", "err", err)
		return
	}
	t.rest = append(t.rest, more...)
	for {
		line, rest, ok := bytes.Cut(t.rest, []byte("\n"))
		if !ok {
			return
		}
		t.rest = rest
		t.logLine(strings.TrimRight(string(line), "\r"))
	}
}

// logLine logs one line, such as "123:M 22 Nov 2026 11:19:25.909 * text". The mark before
// the text is its level. Some releases start up with warnings.
func (t *tail) logLine(line string) {
	text, level := line, slog.LevelInfo
	if f := strings.SplitN(line, " ", 7); len(f) == 7 && strings.Contains(f[0], ":") && len(f[5]) == 1 {
		text = f[6]
		if f[5] != "#" || t.usual && !strings.Contains(text, "WARNING") {
			level = slog.LevelDebug
		}
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	t.log.Log(context.Background(), level, "private redis: "+text)
	t.lines = append(t.lines, text)
	if len(t.lines) > tailKeep {
		t.lines = t.lines[1:]
	}
}
