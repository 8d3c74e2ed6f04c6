package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core/store/storetest"
)

// TestRedisKilled kills Redis after every write and restarts it from disk. Nothing may
// be lost or happen twice.
func TestRedisKilled(t *testing.T) {
	t.Parallel()
	s := theGroup()
	want := s.undisturbed(t, newLimiter(), startRedis(t), slackScene(), asBuilt)
	var writes []point
	for _, p := range want.points {
		if p.when == onRedis && p.name != "meta" { // before it, nothing has begun
			writes = append(writes, p)
		}
	}
	newLimiter().each(t, writes, func(t *testing.T, p point) {
		r := startMortal(t)
		b := newBench(t, r.redisServer, set{flows: s.flows})
		var struck atomic.Bool
		b.proxy.watchWith(watch{answered: func(c command) bool {
			if p != (point{onRedis, "", c.name, c.nth}) {
				return true
			}
			struck.Store(true)
			r.kill()
			b.proxy.drop()
			r.start(t)
			return false
		}})
		if d := cmp.Diff(want.final, s.play(b, nil)); d != "" || !struck.Load() {
			t.Errorf("killed: %v (-undisturbed +killed)\n%s\nserve said:\n%s", struck.Load(), d, b.now.log)
		}
	})
}

// mortal is a redis-server that can be killed and restarted.
type mortal struct {
	*redisServer
	dir string

	mu    sync.Mutex
	leash *exec.Cmd // kills the server as soon as its own input ends
	end   func()
}

func startMortal(t *testing.T) *mortal {
	t.Helper()
	dir, err := os.MkdirTemp("", "rr") // short: the path of a socket may not be long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "redis.sock")
	r := &mortal{dir: dir, redisServer: &redisServer{
		Process: &storetest.Process{URL: "unix://" + socket}, socket: socket, names: readScriptNames(t),
	}}
	r.start(t)
	t.Cleanup(r.kill)
	return r
}

// start starts the server from disk and waits until it answers.
func (r *mortal) start(t *testing.T) {
	const script = `"$@" >/dev/null 2>&1 </dev/null & p=$!; cat >/dev/null; kill -9 $p; wait $p`
	cmd := exec.Command("sh", "-c", script, "sh", "redis-server", "--port", "0", "--unixsocket", r.socket,
		"--dir", r.dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leash, r.end = cmd, func() { _ = in.Close() }
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		if pong(r.socket) {
			return
		}
		if time.Now().After(end) {
			t.Error("redis-server doesn't become ready")
			return
		}
	}
}

// kill ends the server with SIGKILL.
func (r *mortal) kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	_ = r.leash.Wait() // its error is the server's
}

// pong reports whether a server answers and has finished loading.
func pong(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	answer := make([]byte, 16)
	n, _ := conn.Read(answer)
	return strings.HasPrefix(string(answer[:n]), "+PONG")
}
