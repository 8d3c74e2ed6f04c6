package private

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The names of files, beside the data unless they say otherwise.
const (
	dirName    = "redis" // in the data folder
	lockFile   = "lock"  // here and in the data folder
	socketFile = "redis.sock"
	pidFile    = "redis.pid"
	logFile    = "redis.log"
)

// serverDir is the directory of a private server.
type serverDir struct {
	data string // the data folder
	path string // of the directory in it, which only the user can read
}

// makeDir makes both directories. The data folder may be shared with others; the
// server's own is for the user alone.
func makeDir(data string) (serverDir, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return serverDir{}, fmt.Errorf("data_dir: %w", err)
	}
	d := serverDir{data: data, path: filepath.Join(data, dirName)}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return serverDir{}, fmt.Errorf("data_dir cannot be made: %w", err)
	}
	if err := os.Chmod(d.path, 0o700); err != nil {
		return serverDir{}, fmt.Errorf("data_dir is not ours: %w", err)
	}
	return d, nil
}

// file returns the path of a file beside the data.
func (d serverDir) file(name string) string { return filepath.Join(d.path, name) }

// lockFor takes riskroom's lock, which ends with the file or the process.
func (d serverDir) lockFor(pid int) (*os.File, error) {
	name := filepath.Join(d.data, lockFile)
	f, err := lockNow(name)
	if errors.Is(err, errLocked) {
		who := "another riskroom"
		if holder := readPID(name); holder != 0 {
			who = fmt.Sprintf("another riskroom, process %d", holder)
		}
		return nil, fmt.Errorf("%w: %s serves %s; stop it, or give this one a data_dir of its own", ErrInUse, who, d.data)
	}
	if err != nil {
		return nil, fmt.Errorf("data_dir cannot be locked: %w", err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteString(strconv.Itoa(pid) + "\n")
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("data_dir cannot be written to: %w", err)
	}
	return f, nil
}

// readPID returns the process ID that a file holds; 0 if it holds none.
func readPID(name string) int {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

// maxSocketPath is how long a path a socket can be reached by: macOS has room
// for 103 bytes, Linux for 107.
const maxSocketPath = 100

// dial connects to the socket. Where its path is too long it goes through a
// short one, which is needed only as long as connecting takes.
func (d serverDir) dial(ctx context.Context) (net.Conn, error) {
	path := d.file(socketFile)
	if len(path) > maxSocketPath {
		short, err := os.MkdirTemp(shortTemp(), "rr")
		if err != nil {
			return nil, fmt.Errorf("the socket's path is too long, and no shorter one can be made: %w", err)
		}
		defer func() { _ = os.RemoveAll(short) }()
		link := filepath.Join(short, "d")
		if err := os.Symlink(d.path, link); err != nil {
			return nil, err
		}
		path = filepath.Join(link, socketFile)
	}
	return new(net.Dialer).DialContext(ctx, "unix", path)
}

// shortTemp returns the folder for temporary files that leaves room for a
// socket's path.
func shortTemp() string {
	if t := os.TempDir(); len(t) < maxSocketPath-40 {
		return t
	}
	return "/tmp"
}

// ask lets f talk to the server, over a connection of its own.
func (d serverDir) ask(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	// Dialled here, as the client would log each time that nobody listens.
	conn, err := d.dial(ctx)
	if err != nil {
		return err
	}
	dialled := false
	db := redis.NewClient(&redis.Options{
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			if dialled {
				return nil, net.ErrClosed
			}
			dialled = true
			return conn, nil
		},
		Protocol: 2, DisableIdentity: true, ContextTimeoutEnabled: true, PoolSize: 1, MaxRetries: -1, DialerRetries: 1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	defer func() { _, _ = db.Close(), conn.Close() }()
	return f(ctx, db)
}

// identify returns the process ID of the server behind the socket, and makes
// sure that it keeps its data here.
func (d serverDir) identify(ctx context.Context) (int, error) {
	pid := 0
	err := d.ask(ctx, func(ctx context.Context, db *redis.Client) error {
		dir, err := db.ConfigGet(ctx, "dir").Result()
		if err != nil {
			return err
		}
		if !sameFile(dir["dir"], d.path) {
			return fmt.Errorf("the server behind %s keeps its data in %s", d.file(socketFile), dir["dir"])
		}
		info, err := db.InfoMap(ctx, "server").Result()
		if err != nil {
			return err
		}
		pid, err = strconv.Atoi(info["Server"]["process_id"])
		return err
	})
	return pid, err
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
