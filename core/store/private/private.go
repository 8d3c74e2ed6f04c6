// Package private runs a redis-server for one riskroom whose config file names no
// Redis. The server syncs every write to disk. It has no port, only a unix socket that
// no other user can open.
//
// If riskroom is killed, the server keeps running and the next riskroom adopts it. Two
// locks make sure that a folder is never served twice: riskroom holds one, and the server
// inherits the other, which is held as long as the server runs. Both are file locks of
// the system, so they end with their holder.
//
// In the data folder:
//
//	lock             riskroom's lock, with its process ID
//	redis/           readable only by the user, with:
//	  lock           the server's lock
//	  redis.sock     its socket
//	  redis.pid      its process ID
//	  redis.log      its log; the lines also go into riskroom's log
//	  appendonlydir  all data
package private

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// Options configures a Server. DataDir is required. Start creates it if it doesn't exist.
type Options struct {
	DataDir string
	Log     *slog.Logger // nil: slog.Default
}

// The errors of Start and Attach.
var (
	ErrInUse      = errors.New("the data folder is in use")       // by another riskroom
	ErrNotRunning = errors.New("no private redis is running")     // nothing to attach to
	ErrSystem     = errors.New("no private redis on this system") // only on Linux and macOS
)

// Time limits.
const (
	pause      = 10 * time.Millisecond // between two checks
	stopWithin = 5 * time.Second       // for the server to end after SIGTERM
	killWithin = 5 * time.Second       // and after SIGKILL
	askWithin  = 2 * time.Second       // for one reply
)

// Server runs a private redis-server and restarts it if it dies. It is safe for
// concurrent use.
type Server struct {
	dir  serverDir
	log  *slog.Logger
	lock *os.File // nil if another riskroom has it and runs the server
	tail *tail

	life context.Context // ends as Stop begins
	end  context.CancelFunc
	kept chan struct{} // closed when keep has returned
	stop func() error

	mu    sync.Mutex
	child *child
	down  error // why there is no server now
}

// Start starts a server on the data folder, or adopts one that a killed riskroom left
// running, and returns when it is ready. If the server dies, it is restarted. Start fails
// with ErrInUse, and names the process, if another riskroom uses the folder.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := s.dir.make(); err != nil {
		return nil, err
	}
	if s.lock, err = s.dir.lockFor(os.Getpid()); err != nil {
		return nil, err
	}
	if s.tail, err = openTail(s.dir.file(logFile), s.log); err != nil {
		_ = s.lock.Close()
		return nil, err
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.stop = sync.OnceValue(s.shutDown)
	s.child, err = s.open(ctx)
	if err != nil {
		s.end()
		s.tail.close()
		_ = s.lock.Close()
		return nil, err
	}
	s.kept = make(chan struct{})
	go s.keep()
	s.log.InfoContext(ctx, "data is stored in a private redis", "dir", s.dir.path, "pid", s.child.pid, "adopted", s.child.cmd == nil)
	return s, nil
}

// Attach connects to the server that another riskroom runs on the data folder or left
// running. It doesn't restart the server, and Stop doesn't end it. Attach fails with
// ErrNotRunning if there is none. It creates nothing.
func Attach(ctx context.Context, o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if _, err := s.dir.identify(ctx); err != nil {
		return nil, fmt.Errorf("%w on %s: %w", ErrNotRunning, s.dir.path, err)
	}
	s.stop = func() error { return nil }
	return s, nil
}

// HasData reports whether a server has stored data in the data folder.
func HasData(o Options) bool {
	d, err := dirIn(o.DataDir)
	if err != nil {
		return false
	}
	_, err = os.Stat(d.file(dataDir))
	return err == nil
}

func prepare(o Options) (*Server, error) {
	if !supported {
		return nil, fmt.Errorf("%w: it needs Linux or macOS; set a Redis in the config file: redis: { url: ... }", ErrSystem)
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	d, err := dirIn(o.DataDir)
	if err != nil {
		return nil, err
	}
	return &Server{dir: d, log: o.Log}, nil
}

// Dir returns the folder of the data.
func (s *Server) Dir() string { return s.dir.path }

// PID returns the process ID of the server, 0 while there is none.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil || s.down != nil {
		return 0
	}
	return s.child.pid
}

// Dial connects to the server. It is meant for store.Options.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	return s.dir.dial(ctx)
}

// Ready returns nil while the server runs, and otherwise the reason why it doesn't.
func (s *Server) Ready(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// Stop ends the server and waits for its end, and kills it if that takes too long. It may
// be called twice.
func (s *Server) Stop() error { return s.stop() }

// shutDown first ends keep, which would restart the server.
func (s *Server) shutDown() error {
	s.end()
	<-s.kept
	s.tail.expect(true)
	err := s.dir.end(s.child)
	s.tail.close()
	return errors.Join(err, s.lock.Close())
}
