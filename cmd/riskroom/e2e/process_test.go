package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is the limit for every wait.
const patience = 100 * time.Second

// process is a process that runs serve.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	log   *lines
	dead  chan struct{} // closed once the process has ended
	// URLs of both servers, with a slash at the end; "" if serve hasn't started.
	public, admin string
}

// spawn starts serve with a config file, without waiting for it.
func spawn(t testing.TB, config string, how mode, env ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self), log: newLines(), dead: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), append(env, modeVariable+"="+string(how), configVariable+"="+config)...)
	p.cmd.Stderr, p.cmd.Stdout = p.log, p.log
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		p.log.end()
		close(p.dead)
	}()
	t.Cleanup(p.kill)
	return p
}

// serving waits until the process serves. It returns false if the process ends first.
func (p *process) serving(t testing.TB) bool {
	t.Helper()
	line, ok := p.log.await(t, "serving")
	if ok {
		p.public, p.admin = "http://"+line["listen"].(string)+"/", "http://"+line["admin"].(string)+"/"
	}
	return ok
}

// kill ends the process with SIGKILL and waits until it is dead.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be dead already
	<-p.dead
}

func (p *process) alive() bool {
	select {
	case <-p.dead:
		return false
	default:
		return true
	}
}

// terminate stops the process with SIGTERM, and returns its exit code and how long it
// took.
func (p *process) terminate(t testing.TB) (int, time.Duration) {
	t.Helper()
	begun := time.Now()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may be dead already
	select {
	case <-p.dead:
	case <-time.After(patience):
		t.Fatalf("serve does not stop:\n%s", p.log)
	}
	return p.cmd.ProcessState.ExitCode(), time.Since(begun)
}

// lines collects the lines that a process writes.
type lines struct {
	mu    sync.Mutex
	all   []string
	ended bool
	more  chan struct{} // closed and replaced with every line
	w     *io.PipeWriter
	read  chan struct{}
}

func newLines() *lines {
	r, w := io.Pipe()
	l := &lines{more: make(chan struct{}), w: w, read: make(chan struct{})}
	go func() {
		defer close(l.read)
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			l.note(func() { l.all = append(l.all, sc.Text()) })
		}
	}()
	return l
}

func (l *lines) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.more)
	l.more = make(chan struct{})
}

func (l *lines) Write(p []byte) (int, error) { return l.w.Write(p) }

func (l *lines) end() {
	_ = l.w.Close()
	<-l.read
	l.note(func() { l.ended = true })
}

// String returns all lines so far.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// await returns the first JSON line with the message, or false if the process ends
// without it.
func (l *lines) await(t testing.TB, msg string) (map[string]any, bool) {
	t.Helper()
	timeout := time.After(patience)
	for from := 0; ; {
		l.mu.Lock()
		all, more, ended := l.all, l.more, l.ended
		l.mu.Unlock()
		for _, line := range all[from:] {
			var m map[string]any
			if json.Unmarshal([]byte(line), &m) == nil && m["msg"] == msg {
				return m, true
			}
		}
		if ended {
			return nil, false
		}
		from = len(all)
		select {
		case <-more:
		case <-timeout:
			t.Fatalf("serve never logs %q:\n%s", msg, l)
		}
	}
}
