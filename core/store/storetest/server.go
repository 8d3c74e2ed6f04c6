package storetest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startTime limits the wait for a server to start.
const startTime = 20 * time.Second

// Process is a redis-server that a test has started. Tests that share it open stores with
// different prefixes.
type Process struct {
	URL string      // as store.Options takes it
	TLS *tls.Config // the same; nil for most
}

// Start starts a redis-server on a unix socket and stops it at the end of the test. If
// the program is not on PATH, the test is skipped, or fails if RISKROOM_REQUIRE contains
// "redis".
func Start(t testing.TB, args ...string) *Process {
	t.Helper()
	path, dir := Program(t), directory(t)
	socket := filepath.Join(dir, "redis.sock")
	run(t, dir, append([]string{path, "--port", "0", "--unixsocket", socket,
		"--appendonly", "yes", "--appendfsync", "always"}, args...))
	await(t, socket, func(ctx context.Context, db *redis.Client) error { return db.Ping(ctx).Err() })
	return &Process{URL: "unix://" + socket}
}

// Forgetful is a server that a test can take back to an earlier moment.
type Forgetful struct {
	*Process
	dir  string
	args []string
}

// StartForgetful starts one, as Start does.
func StartForgetful(t testing.TB, args ...string) *Forgetful {
	t.Helper()
	f := &Forgetful{dir: directory(t)}
	f.args = append([]string{Program(t), "--port", "0", "--unixsocket", filepath.Join(f.dir, "redis.sock"),
		"--save", "", "--appendonly", "yes", "--appendfsync", "always"}, args...)
	f.start(t)
	return f
}

func (f *Forgetful) start(t testing.TB) {
	t.Helper()
	socket := filepath.Join(f.dir, "redis.sock")
	run(t, f.dir, f.args)
	await(t, socket, func(ctx context.Context, db *redis.Client) error { return db.Ping(ctx).Err() })
	f.Process = &Process{URL: "unix://" + socket}
}

// Keep copies what is on disk. The result is for Lose.
func (f *Forgetful) Keep(t testing.TB) (copied string) {
	t.Helper()
	copied = filepath.Join(directory(t), "kept")
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(f.dir, aofDir))); err != nil {
		t.Fatal(err)
	}
	return copied
}

// Lose kills the server with SIGKILL and starts it on what Keep copied, as after a power
// loss. With "" nothing is lost.
func (f *Forgetful) Lose(t testing.TB, kept string) {
	t.Helper()
	socket := filepath.Join(f.dir, "redis.sock")
	kill(t, socket)
	for reachable(context.Background(), socket) == nil {
		time.Sleep(time.Millisecond)
	}
	if kept != "" {
		aof := filepath.Join(f.dir, aofDir)
		if err := errors.Join(os.RemoveAll(aof), os.CopyFS(aof, os.DirFS(kept))); err != nil {
			t.Fatal(err)
		}
	}
	f.start(t)
}

// aofDir is where a server keeps its append-only files.
const aofDir = "appendonlydir"

// kill kills a server with SIGKILL.
func kill(t testing.TB, addr string) {
	t.Helper()
	await(t, addr, func(ctx context.Context, db *redis.Client) error {
		info, err := db.InfoMap(ctx, "server").Result()
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(info["Server"]["process_id"])
		if err != nil {
			return err
		}
		p, err := os.FindProcess(pid)
		if err != nil {
			return err
		}
		return p.Kill()
	})
}

// run starts a program that is killed when the test ends, and also when the test process
// is killed, because then the shell's input ends.
func run(t testing.TB, dir string, command []string) {
	t.Helper()
	script := `"$@" >/dev/null 2>&1 </dev/null & p=$!; cat >/dev/null; kill -9 $p; wait $p`
	cmd := exec.CommandContext(context.Background(), "sh", append([]string{"-c", script, "sh"}, command...)...)
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
}

// await calls ask until it succeeds.
func await(t testing.TB, addr string, ask func(context.Context, *redis.Client) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
	defer func() { _ = db.Close() }()
	for {
		err := reachable(ctx, addr)
		if err == nil {
			err = ask(ctx, db)
		}
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("redis-server is not ready in time: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// reachable dials without the client, which would log every failure.
func reachable(ctx context.Context, addr string) error {
	network := "tcp"
	if strings.HasPrefix(addr, "/") {
		network = "unix"
	}
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		err = c.Close()
	}
	return err
}

// Program returns the path of redis-server. If it is not on PATH, the test is skipped or fails,
// like in Start.
func Program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil && strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
		t.Fatal("redis-server is not on PATH, and RISKROOM_REQUIRE requires it")
	}
	if err != nil {
		t.Skip("redis-server is not on PATH: apt-get install redis-server")
	}
	return path
}

// directory returns a new directory with a short path, because socket paths are limited.
// t.TempDir contains the test's name.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// freeAddr returns an unused loopback address.
func freeAddr(t testing.TB) string {
	t.Helper()
	for {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().(*net.TCPAddr)
		_ = l.Close()
		if addr.Port < 50000 { // the cluster's own port is 10000 above
			return addr.String()
		}
	}
}

// Replica starts a replica of the server, waits until it is in sync, and stops it at the
// end of the test.
func Replica(t testing.TB, of *Process) *Process {
	t.Helper()
	socket := strings.TrimPrefix(of.URL, "unix://")
	_, port, _ := net.SplitHostPort(freeAddr(t))
	master := redis.NewClient(&redis.Options{Addr: socket})
	defer func() { _ = master.Close() }()
	for _, set := range [][2]string{{"bind", "127.0.0.1"}, {"port", port}, {"repl-diskless-sync-delay", "0"}} {
		if err := master.ConfigSet(context.Background(), set[0], set[1]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	replica := Start(t, "--replicaof", "127.0.0.1 "+port)
	await(t, strings.TrimPrefix(replica.URL, "unix://"), func(ctx context.Context, db *redis.Client) error {
		info, err := db.Info(ctx, "replication").Result()
		if err == nil && !strings.Contains(info, "master_link_status:up") {
			err = errors.New("the replica is not in sync")
		}
		return err
	})
	return replica
}
