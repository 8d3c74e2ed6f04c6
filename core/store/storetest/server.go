package storetest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startTime bounds the wait for a server to answer.
const startTime = 20 * time.Second

// Process is a redis-server of a test's own. Tests that share it open stores
// under different prefixes.
type Process struct {
	URL string      // as store.Options takes it
	TLS *tls.Config // the same; nil for most
}

// Start starts a redis-server on a unix socket, which ends with the test.
// Without the program on PATH the test is skipped, or fails if
// RISKROOM_REQUIRE names "redis".
func Start(t testing.TB, args ...string) *Process {
	t.Helper()
	path, dir := program(t), directory(t)
	socket := filepath.Join(dir, "redis.sock")
	run(t, dir, append([]string{path, "--port", "0", "--unixsocket", socket,
		"--appendonly", "yes", "--appendfsync", "always"}, args...))
	await(t, socket, func(ctx context.Context, db *redis.Client) error { return db.Ping(ctx).Err() })
	return &Process{URL: "unix://" + socket}
}

// run starts a program that is killed when the test ends, and also when the
// test's own process is killed: then the shell's input ends.
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

// await asks the server until it does not fail any more.
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
			t.Fatalf("redis-server does not get ready: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// reachable dials by itself, as the client would log each time that it cannot.
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

// program finds redis-server.
func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil && strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
		t.Fatal("redis-server is not on PATH, and RISKROOM_REQUIRE asks for it")
	}
	if err != nil {
		t.Skip("redis-server is not on PATH: apt-get install redis-server")
	}
	return path
}

// directory is short, because the path of a socket may not be long; a test's
// own directory carries the test's name.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// freeAddr returns a loopback address that nobody listened on just now.
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

// Replica starts a replica of the server, which ends with the test, and waits
// until it is in step.
func Replica(t testing.TB, of *Process) {
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
			err = errors.New("the replica is not in step")
		}
		return err
	})
}
