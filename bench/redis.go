package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// bareScript is what a script costs that only writes one key.
const bareScript = "redis.call('SET', KEYS[1], ARGV[1]) return 1"

// payload is what bare writes and small tasks carry.
const payload = 180

// server is a redis-server of this run's own.
type server struct {
	cmd  *exec.Cmd
	dir  string
	addr string
	db   *redis.Client
	sha  string // of bareScript
	// settled is when the server has run for so long that riskroom doesn't wonder whether
	// it has lost calls of runs that were due before.
	settled time.Time
}

// startServer starts one that appends every write to a file and syncs it as fsync says.
func startServer(ctx context.Context, fsync string, args ...string) (*server, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, addr: addr, settled: time.Now().Add(3 * time.Second)}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), "redis-server", append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--loglevel", "warning",
		"--appendonly", "yes", "--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0",
	}, args...)...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.db = redis.NewClient(&redis.Options{Addr: addr, PoolSize: 64, Protocol: 2})
	if !until(ctx, 10*time.Second, func() bool { return s.db.Ping(ctx).Err() == nil }) {
		s.stop()
		return nil, errors.New("redis-server does not answer")
	}
	if s.sha, err = s.db.ScriptLoad(ctx, bareScript).Result(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// freeAddr returns an address that nobody listens on.
func freeAddr(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *server) stop() {
	_ = s.db.Close()
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = os.RemoveAll(s.dir)
}

// url returns the address as a config file has it.
func (s *server) url() string { return "redis://" + s.addr + "/0" }

func (s *server) set(ctx context.Context, key, value string) error {
	return s.db.ConfigSet(ctx, key, value).Err()
}

// flush deletes everything and forgets what commands took.
func (s *server) flush(ctx context.Context) error {
	return errors.Join(s.db.FlushAll(ctx).Err(), s.db.ConfigResetStat(ctx).Err())
}

// info returns a part of INFO.
func (s *server) info(ctx context.Context, part string) (map[string]string, error) {
	text, err := s.db.Info(ctx, part).Result()
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[key] = value
		}
	}
	return all, nil
}

// used returns the memory that the data takes.
func (s *server) used(ctx context.Context) (int64, error) {
	info, err := s.info(ctx, "memory")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(info["used_memory"], 10, 64)
}

// spent is what scripts have cost a server.
type spent struct {
	calls int64
	time  time.Duration
}

func (a spent) minus(b spent) spent { return spent{a.calls - b.calls, a.time - b.time} }

// scripts returns what scripts have cost since the last flush.
func (s *server) scripts(ctx context.Context) (spent, error) {
	info, err := s.info(ctx, "commandstats")
	if err != nil {
		return spent{}, err
	}
	var all spent
	for _, command := range []string{"cmdstat_eval", "cmdstat_evalsha"} {
		var calls, usec int64
		if n, _ := fmt.Sscanf(info[command], "calls=%d,usec=%d", &calls, &usec); n == 2 {
			all.calls += calls
			all.time += time.Duration(usec) * time.Microsecond
		}
	}
	return all, nil
}

// commands returns how many commands the server has run.
func (s *server) commands(ctx context.Context) (int64, error) {
	info, err := s.info(ctx, "stats")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(info["total_commands_processed"], 10, 64)
}

// write runs the bare script.
func (s *server) write(ctx context.Context, key, value string) error {
	return s.db.EvalSha(ctx, s.sha, []string{"bare:" + key}, value).Err()
}

// bare measures writes of the bare script to new keys.
func (s *server) bare(ctx context.Context, l load) (sample, error) {
	value := strings.Repeat("x", payload)
	begun := strconv.FormatInt(time.Now().UnixNano(), 36)
	return l.run(ctx, func(ctx context.Context, _, n int) error { return s.write(ctx, begun+strconv.Itoa(n), value) })
}

// onTime writes a key n times in a row every 10 ms while f runs, and returns how long after its
// moment the last of them was answered. Nobody who acts on time after n writes can be faster on
// this machine and server.
func (s *server) onTime(ctx context.Context, n int, f func() error) ([]time.Duration, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var late []time.Duration
	ended := make(chan error, 1)
	go func() {
		for at := time.Now().Add(10 * time.Millisecond); wait(ctx, time.Until(at)) == nil; at = time.Now().Add(10 * time.Millisecond) {
			var err error
			for range n {
				err = cmp.Or(err, s.write(ctx, "on time", "x"))
			}
			if ctx.Err() != nil {
				break
			}
			if err != nil {
				ended <- err
				return
			}
			late = append(late, time.Since(at))
		}
		ended <- nil
	}()
	err := f()
	stop()
	return late, errors.Join(err, <-ended)
}

// expire deletes the keys that would expire some day, so that what is left is what stays.
func (s *server) expire(ctx context.Context) error {
	var cursor uint64
	for {
		keys, next, err := s.db.Scan(ctx, cursor, "*", 5000).Result()
		if err != nil {
			return err
		}
		pipe := s.db.Pipeline()
		ttl := make([]*redis.DurationCmd, len(keys))
		for i, k := range keys {
			ttl[i] = pipe.PTTL(ctx, k)
		}
		if _, err := pipe.Exec(ctx); len(keys) > 0 && err != nil {
			return err
		}
		var gone []string
		for i, k := range keys {
			if ttl[i].Val() > 0 {
				gone = append(gone, k)
			}
		}
		if len(gone) > 0 {
			if err := s.db.Del(ctx, gone...).Err(); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// freeze stops the server's process for a while, as a slow disk or a busy host does.
func (s *server) freeze(ctx context.Context, d time.Duration) error {
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err := wait(ctx, d)
	return errors.Join(err, s.cmd.Process.Signal(syscall.SIGCONT))
}

// quiet waits until the server runs hardly any scripts.
func (s *server) quiet(ctx context.Context) error {
	begun := time.Now()
	last, err := s.scripts(ctx)
	for err == nil && time.Since(begun) < 10*time.Minute {
		if err = wait(ctx, 500*time.Millisecond); err != nil {
			break
		}
		var now spent
		if now, err = s.scripts(ctx); now.minus(last).calls < 60 {
			break
		}
		last = now
	}
	return err
}
