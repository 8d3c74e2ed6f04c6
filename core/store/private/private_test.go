//go:build linux || darwin

package private_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/store/private"
)

// parentVariable is the data folder of a process that acts as a riskroom.
const parentVariable = "RISKROOM_PRIVATE_PARENT"

func TestMain(m *testing.M) {
	if data := os.Getenv(parentVariable); data != "" {
		os.Exit(parent(data))
	}
	os.Exit(m.Run())
}

// parent starts a private server and prints its process ID. Then it stores increasing
// numbers, and prints each one when it is acknowledged. It ends with its standard input.
func parent(data string) int {
	ctx := context.Background()
	s, err := private.Start(ctx, private.Options{DataDir: data, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(s.PID())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = s.Stop()
		os.Exit(0)
	}()
	db := client(s)
	for n := 1; db.Set(ctx, "n", n, 0).Err() == nil; n++ {
		fmt.Println(n)
	}
	select {}
}

func client(s *private.Server) *redis.Client {
	return redis.NewClient(&redis.Options{Dialer: s.Dial, Protocol: 2, MaxRetries: -1})
}

// needServer skips the test if there is no redis-server.
func needServer(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("redis-server")
	if err == nil {
		return
	}
	if strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
		t.Fatal("redis-server is not on PATH, and RISKROOM_REQUIRE requires it")
	}
	t.Skip("redis-server is not on PATH: apt-get install redis-server")
}

// bench is a data folder and the servers on it.
type bench struct {
	*testing.T
	data string
	log  *logged
}

func setup(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	needServer(t)
	b := &bench{T: t, data: filepath.Join(t.TempDir(), "data"), log: &logged{}}
	// Kills the server even if this process is killed.
	watcher := exec.Command("sh", "-c", `cat >/dev/null; p=$(cat "$0" 2>/dev/null) && kill -9 "$p"; true`, filepath.Join(b.data, "redis", "redis.pid"))
	in, err := watcher.StdinPipe()
	b.ok(err)
	b.ok(watcher.Start())
	t.Cleanup(func() { _, _ = in.Close(), watcher.Wait() })
	return b
}

// start starts the server, and stops it at the end of the test.
func (b *bench) start() *private.Server {
	b.Helper()
	s, err := private.Start(b.Context(), b.options())
	b.ok(err)
	b.Cleanup(func() {
		if err := s.Stop(); err != nil {
			b.Error(err)
		}
	})
	return s
}

func (b *bench) options() private.Options {
	return private.Options{DataDir: b.data, Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) set(s *private.Server, key, value string) {
	b.Helper()
	db := client(s)
	defer func() { _ = db.Close() }()
	b.ok(db.Set(b.Context(), key, value, 0).Err())
}

func (b *bench) get(s *private.Server, key string) string {
	b.Helper()
	db := client(s)
	defer func() { _ = db.Close() }()
	v, err := db.Get(b.Context(), key).Result()
	b.ok(err)
	return v
}

// eventually waits until ok holds.
func (b *bench) eventually(what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("never: %s\n%s", what, b.log)
		}
	}
}

// alive reports whether a process is running. A zombie isn't.
func alive(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// logged collects a log.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestLifecycle(t *testing.T) {
	b := setup(t)
	s := b.start()
	db := client(s)
	defer func() { _ = db.Close() }()
	for name, want := range map[string]string{
		"port": "0", "appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy": "noeviction",
		"hash-max-listpack-value": "512", "unixsocketperm": "700",
	} {
		if got := db.ConfigGet(t.Context(), name).Val()[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if dir, err := os.Stat(s.Dir()); err != nil || dir.Mode().Perm() != 0o700 {
		t.Errorf("the folder is open to others: %v %v", dir.Mode(), err)
	}
	b.ok(s.Ready(t.Context()))
	b.set(s, "k", "v")
	first := s.PID()
	b.ok(s.Stop())
	b.ok(s.Stop())
	if alive(first) {
		t.Error("the server outlives Stop")
	}
	for _, want := range []string{"data is stored in a private redis", "dir=" + s.Dir(), "private redis: ", "bye bye"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, b.log)
		}
	}
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, "level=INFO") && !strings.Contains(line, "WARNING") && !strings.Contains(line, "data is stored") {
			t.Errorf("noise in the log: %s", line)
		}
	}
	again := b.start()
	if again.PID() == first || b.get(again, "k") != "v" {
		t.Error("the data is gone")
	}
}

// fakeProgram makes a shell script the only program on PATH, in place of the server.
func fakeProgram(t *testing.T, name, script string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
}

// The server's environment contains no secret of ours.
func TestEnvironment(t *testing.T) {
	t.Setenv("FORUM_BOT_TOKEN", "xoxb-hunter2")
	fakeProgram(t, "redis-server", `[ "$1" = --version ] && exit
echo "$PATH and $FORUM_BOT_TOKEN" >seen
exit 1
`)
	data := t.TempDir()
	_, err := private.Start(t.Context(), private.Options{DataDir: data, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Fatal("a failing program was started")
	}
	seen, err := os.ReadFile(filepath.Join(data, "redis", "seen"))
	if err != nil || strings.Contains(string(seen), "hunter2") || !strings.HasPrefix(string(seen), os.Getenv("PATH")) {
		t.Errorf("the server sees %q: %v", seen, err)
	}
}

// TestAdopted kills a riskroom but not its server. The next one adopts the server with
// everything that was acknowledged, and so does the one after.
func TestAdopted(t *testing.T) {
	b := setup(t)
	pid := 0
	for round := range 3 {
		p := exec.Command(os.Args[0])
		p.Env = append(os.Environ(), parentVariable+"="+b.data)
		in, err := p.StdinPipe()
		b.ok(err)
		defer in.Close()
		out, err := p.StdoutPipe()
		b.ok(err)
		b.ok(p.Start())
		acked, server := 0, 0
		if _, err := fmt.Fscan(out, &server); err != nil {
			t.Fatal(err)
		}
		for acked < 20 {
			if _, err := fmt.Fscan(out, &acked); err != nil {
				t.Fatal(err)
			}
		}
		b.ok(p.Process.Kill())
		rest, _ := io.ReadAll(out)
		_ = p.Wait()
		if lines := strings.Fields(string(rest)); len(lines) > 0 {
			acked, _ = strconv.Atoi(lines[len(lines)-1])
		}
		if round > 0 && server != pid {
			t.Fatalf("process %d was started in addition to %d", server, pid)
		}
		pid = server
		if !alive(pid) {
			t.Fatal("the server died with its riskroom")
		}
		s, err := private.Attach(t.Context(), b.options())
		b.ok(err)
		if n, _ := strconv.Atoi(b.get(s, "n")); n < acked {
			t.Errorf("%d was acknowledged, %d is stored", acked, n)
		}
	}
	s := b.start()
	if s.PID() != pid {
		t.Fatalf("process %d was started in addition to %d", s.PID(), pid)
	}
	if !strings.Contains(b.log.String(), "adopted=true") {
		t.Errorf("the log has no adopted=true:\n%s", b.log)
	}
	// An adopted server is restarted too.
	b.ok(syscall.Kill(pid, syscall.SIGKILL))
	b.eventually("it is started again", func() bool { return s.Ready(t.Context()) == nil && s.PID() != pid })
	second := s.PID()
	b.get(s, "n")
	b.ok(s.Stop())
	if alive(second) {
		t.Error("it outlives Stop")
	}
}

// An adopted server is stopped like any other.
func TestAdoptedAndStopped(t *testing.T) {
	b := setup(t)
	p := exec.Command(os.Args[0])
	p.Env = append(os.Environ(), parentVariable+"="+b.data)
	in, err := p.StdinPipe()
	b.ok(err)
	defer in.Close()
	out, err := p.StdoutPipe()
	b.ok(err)
	b.ok(p.Start())
	pid := 0
	_, err = fmt.Fscan(out, &pid)
	b.ok(err)
	b.ok(p.Process.Kill())
	_ = p.Wait()
	s := b.start()
	b.ok(s.Stop())
	if alive(pid) {
		t.Error("it outlives Stop")
	}
}

// Only one riskroom can use a data folder, in this process or another.
func TestInUse(t *testing.T) {
	b := setup(t)
	s := b.start()
	b.set(s, "k", "v")
	_, err := private.Start(t.Context(), b.options())
	if !errors.Is(err, private.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("a second one in this process: %v", err)
	}
	p := exec.Command(os.Args[0])
	p.Env = append(os.Environ(), parentVariable+"="+b.data)
	out, err := p.Output()
	if err == nil || !strings.Contains(string(out), fmt.Sprintf("process %d uses %s", os.Getpid(), b.data)) {
		t.Errorf("a second one in another process: %v, %s", err, out)
	}
	if b.get(s, "k") != "v" {
		t.Error("the first one is affected")
	}
	beside, err := private.Attach(t.Context(), b.options())
	b.ok(err)
	if b.get(beside, "k") != "v" {
		t.Error("attached elsewhere")
	}
	b.ok(beside.Stop())
	b.ok(s.Ready(t.Context()))
	b.get(s, "k")
	b.ok(s.Stop())
	if _, err := private.Attach(t.Context(), b.options()); !errors.Is(err, private.ErrNotRunning) {
		t.Errorf("attached to nothing: %v", err)
	}
	none := private.Options{DataDir: filepath.Join(t.TempDir(), "none")}
	if _, err := private.Attach(t.Context(), none); !errors.Is(err, private.ErrNotRunning) || private.HasData(none) || !private.HasData(b.options()) {
		t.Errorf("attached to no folder: %v", err)
	}
	if _, err := os.Stat(none.DataDir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was created: %v", err)
	}
}

// A server that dies is restarted, with everything that was acknowledged.
func TestRestarted(t *testing.T) {
	b := setup(t)
	s := b.start()
	for n := range 3 {
		pid := s.PID()
		b.set(s, "n", strconv.Itoa(n))
		b.ok(syscall.Kill(pid, syscall.SIGKILL))
		b.eventually("it is not ready meanwhile", func() bool { return s.Ready(t.Context()) != nil || s.PID() != pid })
		b.eventually("it is ready again", func() bool { return s.Ready(t.Context()) == nil && s.PID() != pid })
		if got := b.get(s, "n"); got != strconv.Itoa(n) {
			t.Errorf("got %s, want %d", got, n)
		}
	}
	for _, want := range []string{"the private redis died", "signal: killed", "the private redis is running again"} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, b.log)
		}
	}
}

// If a server dies while its child is rewriting the file, the child and the lock live a
// little longer. The next server waits for that.
func TestDiesDuringRewrite(t *testing.T) {
	b := setup(t)
	s := b.start()
	db := client(s)
	defer func() { _ = db.Close() }()
	pipe := db.Pipeline()
	for n := range 5000 {
		pipe.Set(t.Context(), fmt.Sprint("k", n), n, 0)
	}
	_, err := pipe.Exec(t.Context())
	b.ok(err)
	b.ok(db.ConfigSet(t.Context(), "rdb-key-save-delay", "1000").Err()) // microseconds
	b.ok(db.BgRewriteAOF(t.Context()).Err())
	b.eventually("it rewrites", func() bool {
		return strings.Contains(db.Info(t.Context(), "persistence").Val(), "aof_rewrite_in_progress:1")
	})
	pid := s.PID()
	b.ok(syscall.Kill(pid, syscall.SIGKILL))
	b.eventually("it is ready again", func() bool { return s.PID() != pid && s.Ready(t.Context()) == nil })
	if b.get(s, "k4999") != "4999" {
		t.Error("the data is gone")
	}
}

// A server that can't start is tried again and again. Ready reports why, and Stop works
// at any time.
func TestCannotRestart(t *testing.T) {
	b := setup(t)
	s := b.start()
	b.set(s, "k", "v")
	files, err := filepath.Glob(filepath.Join(s.Dir(), "appendonlydir", "*.manifest"))
	b.ok(err)
	good, err := os.ReadFile(files[0])
	b.ok(err)
	b.ok(os.WriteFile(files[0], []byte("nonsense\n"), 0o600))
	b.ok(syscall.Kill(s.PID(), syscall.SIGKILL))
	b.eventually("it reports why", func() bool {
		err := s.Ready(t.Context())
		return err != nil && strings.Contains(err.Error(), "manifest") && s.PID() == 0
	})
	b.ok(os.WriteFile(files[0], good, 0o600))
	b.eventually("it is ready again", func() bool { return s.Ready(t.Context()) == nil })
	if b.get(s, "k") != "v" {
		t.Error("the data is gone")
	}
	b.ok(os.WriteFile(files[0], []byte("nonsense\n"), 0o600))
	b.ok(syscall.Kill(s.PID(), syscall.SIGKILL))
	b.eventually("it is down", func() bool { return s.PID() == 0 })
	b.ok(s.Stop())
	if _, err := private.Start(t.Context(), b.options()); err == nil || !strings.Contains(err.Error(), "manifest") {
		t.Errorf("started with a broken file: %v", err)
	}
}

// Stop kills a server that doesn't respond.
func TestHangs(t *testing.T) {
	b := setup(t)
	s := b.start()
	pid := s.PID()
	b.ok(syscall.Kill(pid, syscall.SIGSTOP))
	b.ok(s.Stop())
	if alive(pid) {
		t.Error("it still runs")
	}
}

// The path of a data folder may be longer than a socket's path can be.
func TestLongPath(t *testing.T) {
	b := setup(t)
	b.data = filepath.Join(b.data, strings.Repeat("deep and long/", 12))
	s := b.start()
	b.set(s, "k", "v")
	if b.get(s, "k") != "v" {
		t.Error("not what was written")
	}
	pid := s.PID()
	b.ok(s.Stop())
	if alive(pid) {
		t.Error("it outlives Stop")
	}
}

// Without a server on PATH, the error names the package to install.
func TestNoProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := private.Start(t.Context(), private.Options{DataDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "apt-get install redis-server") || !strings.Contains(err.Error(), "brew install redis") {
		t.Errorf("got %v", err)
	}
}

// A server that is too old is refused.
func TestOldProgram(t *testing.T) {
	fakeProgram(t, "valkey-server", "echo 'Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64'\n")
	_, err := private.Start(t.Context(), private.Options{DataDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "version 6.0.16") {
		t.Errorf("got %v", err)
	}
}
