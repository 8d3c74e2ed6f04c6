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
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The names of files, in the server's directory unless noted.
const (
	dirName    = "redis" // the server's directory, in the data folder
	lockFile   = "lock"  // here and in the data folder
	socketFile = "redis.sock"
	pidFile    = "redis.pid"
	logFile    = "redis.log"
	dataDir    = "appendonlydir"
)

// serverDir is a private server's directory.
type serverDir struct {
	data string // the data folder
	path string // the directory in it, which only the user can read
}

// dirIn returns the directory in a data folder.
func dirIn(data string) (serverDir, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return serverDir{}, fmt.Errorf("data_dir: %w", err)
	}
	return serverDir{data: data, path: filepath.Join(data, dirName)}, nil
}

// make creates both directories. The data folder may be open to others; the server's
// is for the user only.
func (d serverDir) make() error {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return fmt.Errorf("create data_dir: %w", err)
	}
	if err := os.Chmod(d.path, 0o700); err != nil {
		return fmt.Errorf("restrict data_dir to this user: %w", err)
	}
	return nil
}

// file returns the path of a file in the directory.
func (d serverDir) file(name string) string { return filepath.Join(d.path, name) }

// A process that has just been stopped may hold the lock for a moment longer, through a
// child that is ending.
const (
	endsWithin = time.Second
	lockPause  = 20 * time.Millisecond
)

// lockFor takes riskroom's lock. It is released when the file is closed or the process
// ends.
func (d serverDir) lockFor(pid int) (*os.File, error) {
	name := filepath.Join(d.data, lockFile)
	f, err := lockNow(name)
	for end := time.Now().Add(endsWithin); errors.Is(err, errLocked) && time.Now().Before(end); f, err = lockNow(name) {
		time.Sleep(lockPause)
	}
	if errors.Is(err, errLocked) {
		who := "another riskroom"
		if holder := readPID(name); holder != 0 {
			who = fmt.Sprintf("another riskroom, process %d", holder)
		}
		return nil, fmt.Errorf("%w: %s uses %s; stop it, or set another data_dir in the config file", ErrInUse, who, d.data)
	}
	if err != nil {
		return nil, fmt.Errorf("lock data_dir: %w", err)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteString(strconv.Itoa(pid) + "\n")
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("write to data_dir: %w", err)
	}
	return f, nil
}

// readPID returns the process ID in a file, 0 if there is none.
func readPID(name string) int {
	b, err := os.ReadFile(name)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

// maxSocketPath is the longest path of a socket. macOS allows 103 bytes, Linux 107.
const maxSocketPath = 100

// dial connects to the socket. If its path is too long, it uses a temporary short one.
func (d serverDir) dial(ctx context.Context) (net.Conn, error) {
	path := d.file(socketFile)
	if len(path) > maxSocketPath {
		short, err := os.MkdirTemp(shortTemp(), "rr")
		if err != nil {
			return nil, fmt.Errorf("make a shorter path to the socket: %w", err)
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

// shortTemp returns a folder for temporary files with a short path.
func shortTemp() string {
	if t := os.TempDir(); len(t) < maxSocketPath-40 {
		return t
	}
	return "/tmp"
}

// ask calls f with a new connection to the server.
func (d serverDir) ask(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	// The client would log each failed dial.
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

// identify returns the process ID of the server at the socket. It fails if that server
// keeps its data elsewhere.
func (d serverDir) identify(ctx context.Context) (int, error) {
	pid := 0
	err := d.ask(ctx, func(ctx context.Context, db *redis.Client) error {
		dir, err := db.ConfigGet(ctx, "dir").Result()
		if err != nil {
			return err
		}
		if !sameFile(dir["dir"], d.path) {
			return fmt.Errorf("the server at %s keeps its data in %s", d.file(socketFile), dir["dir"])
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
