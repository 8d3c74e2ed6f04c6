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
	homeDir    = "redis" // in the data folder
	lockFile   = "lock"  // here and in the data folder
	socketFile = "redis.sock"
	pidFile    = "redis.pid"
	logFile    = "redis.log"
)

// home is where a private server lives.
type home struct {
	data string // the data folder
	dir  string // in it, for the user alone
}

// makeHome makes the folders. The data folder may be shared with others, the
// server's own is not.
func makeHome(data string) (home, error) {
	data, err := filepath.Abs(data)
	if err != nil {
		return home{}, fmt.Errorf("data_dir: %w", err)
	}
	h := home{data: data, dir: filepath.Join(data, homeDir)}
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return home{}, fmt.Errorf("data_dir cannot be made: %w", err)
	}
	if err := os.Chmod(h.dir, 0o700); err != nil {
		return home{}, fmt.Errorf("data_dir is not ours: %w", err)
	}
	return h, nil
}

// file returns the path of a file beside the data.
func (h home) file(name string) string { return filepath.Join(h.dir, name) }

// lockFor takes riskroom's lock, which ends with the file or the process.
func (h home) lockFor(pid int) (*os.File, error) {
	name := filepath.Join(h.data, lockFile)
	f, err := lockNow(name)
	if errors.Is(err, errLocked) {
		who := "another riskroom"
		if holder := readPID(name); holder != 0 {
			who = fmt.Sprintf("another riskroom, process %d", holder)
		}
		return nil, fmt.Errorf("%w: %s serves %s; stop it, or give this one a data_dir of its own", ErrInUse, who, h.data)
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
func (h home) dial(ctx context.Context) (net.Conn, error) {
	path := h.file(socketFile)
	if len(path) > maxSocketPath {
		short, err := os.MkdirTemp(shortTemp(), "rr")
		if err != nil {
			return nil, fmt.Errorf("the socket's path is too long, and no shorter one can be made: %w", err)
		}
		defer func() { _ = os.RemoveAll(short) }()
		link := filepath.Join(short, "d")
		if err := os.Symlink(h.dir, link); err != nil {
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
func (h home) ask(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	// Dialled here, as the client would log each time that nobody listens.
	conn, err := h.dial(ctx)
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
func (h home) identify(ctx context.Context) (int, error) {
	pid := 0
	err := h.ask(ctx, func(ctx context.Context, db *redis.Client) error {
		dir, err := db.ConfigGet(ctx, "dir").Result()
		if err != nil {
			return err
		}
		if !sameFile(dir["dir"], h.dir) {
			return fmt.Errorf("the server behind %s keeps its data in %s", h.file(socketFile), dir["dir"])
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
