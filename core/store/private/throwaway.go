package private

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"
)

// throwawaySettings are those of a server that keeps nothing.
var throwawaySettings = [][]string{
	{"port", "0"},
	{"unixsocket", socketFile}, {"unixsocketperm", "700"},
	{"save", ""}, {"appendonly", "no"},
	{"hash-max-listpack-value", "512"},                            // as livingSettings
	{"latency-tracking", "no"}, {"slowlog-log-slower-than", "-1"}, // nobody asks
	{"rename-command", "INFO", ""}, // a store of this program's own can't lose writes in a restart
	{"daemonize", "no"},
}

// startWithin bounds how long a Throwaway takes to answer.
const startWithin = 10 * time.Second

// Throwaway is a redis-server for a simulation. It writes nothing to disk but its socket, and
// ends with this process even if that is killed. Its folder then stays.
type Throwaway struct {
	dir  serverDir
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
}

// StartThrowaway starts an empty server in a temporary folder, and returns when it is ready.
// It fails with ErrSystem where a server can't be made to end with this process, and where no
// program is on PATH that is new enough.
func StartThrowaway(ctx context.Context) (*Throwaway, error) {
	if endsWithUs() == nil {
		return nil, ErrSystem
	}
	program, err := findProgram(ctx)
	if err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(shortTemp(), "riskroom-")
	if err != nil {
		return nil, fmt.Errorf("a folder for a redis-server: %w", err)
	}
	t := &Throwaway{dir: serverDir{path: path}, gone: make(chan struct{})}
	var args []string
	for _, set := range throwawaySettings {
		args = append(append(args, "--"+set[0]), set[1:]...)
	}
	t.cmd = exec.Command(program, args...) //nolint:noctx // Stop kills it
	t.cmd.Dir, t.cmd.Env, t.cmd.SysProcAttr = path, environment(), endsWithUs()
	if err := t.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), os.RemoveAll(path))
	}
	go func() {
		_ = t.cmd.Wait() // it is killed
		close(t.gone)
	}()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		err := t.dir.ask(ctx, func(ctx context.Context, db *redis.Client) error { return db.Ping(ctx).Err() })
		if err == nil {
			return t, nil
		}
		select {
		case <-t.gone:
			return nil, errors.Join(fmt.Errorf("%s ended while it started", program), t.Stop())
		default:
		}
		if wait(ctx, pause) != nil {
			return nil, errors.Join(fmt.Errorf("%s does not answer: %w", program, err), t.Stop())
		}
	}
}

// Dial connects to the server. It is meant for store.Options. The client can't look at the
// socket before each command, because the connection hides it: nothing closes it but Stop.
func (t *Throwaway) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	c, err := t.dir.dial(ctx)
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{c}, nil
}

// Stop kills the server and removes its folder. It may be called twice.
func (t *Throwaway) Stop() error {
	_ = t.cmd.Process.Kill() // it may have ended
	<-t.gone
	return os.RemoveAll(t.dir.path)
}
