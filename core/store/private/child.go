package private

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// settings are the server's settings. A running server accepts the first ones too. Paths
// are relative to its directory.
var (
	livingSettings = [][2]string{
		{"appendfsync", "always"},
		{"maxmemory", "0"},
		{"maxmemory-policy", "noeviction"},
		{"hash-max-listpack-value", "512"}, // keeps a risk in the compact encoding
		{"timeout", "0"},
	}
	firstSettings = [][2]string{
		{"port", "0"},
		{"unixsocket", socketFile}, {"unixsocketperm", "700"},
		{"pidfile", pidFile},
		{"logfile", logFile},
		{"appendonly", "yes"},
		{"save", ""},
		{"daemonize", "no"},
	}
)

// child is a running redis-server. It holds its lock as long as it runs, whoever started
// it.
type child struct {
	pid  int
	cmd  *exec.Cmd     // nil if another riskroom started it
	gone chan struct{} // closed when it has ended
	how  string        // how it ended; set before gone is closed

	forget func() // stops watching an adopted server; nil otherwise
}

// lockPatience is how long to wait if the lock is held and no server answers: one may be
// starting, or it died and its child that was writing a file is still running.
const lockPatience = 15 * time.Second

// open adopts the running server or starts one, and returns when it is ready.
func (s *Server) open(ctx context.Context) (*child, error) {
	for begun := time.Now(); ; {
		lock, err := lockNow(s.dir.file(lockFile))
		if err == nil {
			return s.start(ctx, lock)
		}
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("lock the private redis: %w", err)
		}
		pid, err := s.dir.identify(ctx)
		if err == nil {
			return s.adopt(ctx, pid)
		}
		if time.Since(begun) > lockPatience {
			return nil, fmt.Errorf("a redis-server, process %d, uses %s and does not answer (%w); end it and start riskroom again",
				readPID(s.dir.file(pidFile)), s.dir.path, err)
		}
		if err := wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// start starts a server, which inherits the lock.
func (s *Server) start(ctx context.Context, lock *os.File) (*child, error) {
	defer lock.Close() // the server has inherited it
	s.tail.expect(true)
	defer s.tail.expect(false)
	program, err := findProgram(ctx)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(s.dir.file(logFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	var args []string
	for _, set := range slices.Concat(firstSettings, livingSettings) {
		args = append(args, "--"+set[0], set[1])
	}
	c := &child{gone: make(chan struct{})}
	c.cmd = exec.CommandContext(context.WithoutCancel(ctx), program, args...)
	c.cmd.Dir, c.cmd.Env = s.dir.path, environment()
	c.cmd.Stdout, c.cmd.Stderr = out, out // until it opens the file itself
	c.cmd.ExtraFiles = []*os.File{lock}
	c.cmd.SysProcAttr = ownSession()
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	c.pid = c.cmd.Process.Pid
	go func() {
		_ = c.cmd.Wait() // how it ended is in ProcessState
		c.how = c.cmd.ProcessState.String()
		close(c.gone)
	}()
	if err := s.await(ctx, c); err != nil {
		return nil, errors.Join(err, s.dir.end(c))
	}
	return c, nil
}

// adopt takes over a running server.
func (s *Server) adopt(ctx context.Context, pid int) (*child, error) {
	c := &child{pid: pid, gone: make(chan struct{}), how: "it was adopted, so its exit status is not known"}
	var watched context.Context
	watched, c.forget = context.WithCancel(context.Background())
	go s.dir.watch(watched, c)
	if err := s.connectAdopted(ctx, c); err != nil {
		c.forget()
		return nil, fmt.Errorf("adopt the private redis, process %d: %w", pid, err)
	}
	return c, nil
}

// connectAdopted waits until an adopted server is ready, and applies our settings.
func (s *Server) connectAdopted(ctx context.Context, c *child) error {
	if err := s.await(ctx, c); err != nil {
		return err
	}
	return s.dir.ask(ctx, func(ctx context.Context, db *redis.Client) error {
		for _, set := range livingSettings {
			if err := db.ConfigSet(ctx, set[0], set[1]).Err(); err != nil {
				return err
			}
		}
		return nil
	})
}

// watch closes gone when an adopted server ends or ctx ends. When its connection closes,
// it checks the lock.
func (d serverDir) watch(ctx context.Context, c *child) {
	defer close(c.gone)
	for ctx.Err() == nil {
		if conn, err := d.dial(ctx); err == nil {
			cut := context.AfterFunc(ctx, func() { _ = conn.Close() })
			_, _ = conn.Read(make([]byte, 1)) // returns when the connection closes
			cut()
			_ = conn.Close()
		}
		if lock, err := lockNow(d.file(lockFile)); err == nil {
			_ = lock.Close()
			return
		}
		time.Sleep(pause)
	}
}

// await waits until the server is ready. Loading a large file takes long.
func (s *Server) await(ctx context.Context, c *child) error {
	for logged := time.Now(); ; {
		err := s.dir.ask(ctx, func(ctx context.Context, db *redis.Client) error { return db.Ping(ctx).Err() })
		if err == nil {
			return nil
		}
		select {
		case <-c.gone:
			s.tail.read()
			return fmt.Errorf("the private redis ended while it started (%s); its last lines: %s", c.how, s.tail.last())
		default:
		}
		if time.Since(logged) > 10*time.Second {
			logged = time.Now()
			s.log.InfoContext(ctx, "the private redis is not ready yet", "pid", c.pid, "err", err)
		}
		if err := wait(ctx, pause); err != nil {
			return fmt.Errorf("the private redis was not ready in time: %w", err)
		}
	}
}

// end ends a server and waits for its end.
func (d serverDir) end(c *child) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	select {
	case <-c.gone:
		return nil
	default:
	}
	process, err := os.FindProcess(c.pid)
	if err != nil {
		return err
	}
	asked := d.ask(ctx, func(ctx context.Context, db *redis.Client) error { return db.Shutdown(ctx).Err() })
	if asked != nil {
		_ = process.Signal(terminate)
	}
	select {
	case <-c.gone:
		return nil
	case <-ctx.Done():
	}
	_ = process.Kill() // loses nothing, because every write was synced
	select {
	case <-c.gone:
		return nil
	case <-time.After(killWithin):
		return fmt.Errorf("the private redis, process %d, did not end", c.pid)
	}
}

// environment returns the server's environment, which contains no secret.
func environment() []string {
	var out []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "LD_LIBRARY_PATH":
			out = append(out, v)
		}
	}
	return out
}

// oldest is the first major version that the store's scripts are tested with.
const oldest = 7

// findProgram returns the path of a server on PATH that is new enough.
func findProgram(ctx context.Context) (string, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		ask := exec.CommandContext(ctx, path, "--version")
		ask.Env = environment()
		out, err := ask.Output()
		if err != nil {
			return "", fmt.Errorf("%s does not run: %w", path, err)
		}
		if major, version := versionOf(string(out)); major > 0 && major < oldest {
			return "", fmt.Errorf("%s is version %s; riskroom needs %d.0 or newer", path, version, oldest)
		}
		return path, nil
	}
	return "", errors.New(`neither redis-server nor valkey-server is on PATH, and riskroom stores its data in one. Install it
  Debian, Ubuntu: apt-get install redis-server
  macOS:          brew install redis
or name a Redis that runs elsewhere in the config file:
  redis: { url: "redis://localhost:6379/0" }`)
}

// versionOf parses "Redis server v=7.0.15 sha=...". For any other form it returns 0.
func versionOf(line string) (int, string) {
	_, rest, _ := strings.Cut(line, " v=")
	version, _, _ := strings.Cut(rest, " ")
	major, _, _ := strings.Cut(version, ".")
	n, _ := strconv.Atoi(major)
	return n, version
}

// wait waits for d. It fails if ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
