// Package private runs the redis-server that belongs to one riskroom, for
// those who name no Redis in their config file. It syncs every write to disk,
// is reached over a unix socket that its user alone can open, and has no port.
//
// The server outlives a riskroom that is killed, and the next one adopts it.
// Two locks see to it that a folder is never served twice: one that riskroom
// holds, and one that it hands down to the server it starts, which therefore
// is held exactly as long as that server lives. Both are locks of the system:
// they end with their holder, however it ends.
//
// In the data folder:
//
//	lock             riskroom's lock, with its process ID
//	redis/           what follows; for the user alone
//	  lock           the server's lock
//	  redis.sock     its socket
//	  redis.pid      its process ID
//	  redis.log      what it says; its lines go into riskroom's log too
//	  appendonlydir  everything that riskroom keeps
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

// Options says where the data lies. DataDir is needed; it is made if it is
// not there.
type Options struct {
	DataDir string
	Log     *slog.Logger // nil: slog.Default
}

// What Start and Attach refuse.
var (
	ErrInUse      = errors.New("the data folder is in use")       // another riskroom has it
	ErrNotRunning = errors.New("no private redis is running")     // nothing to attach to
	ErrSystem     = errors.New("no private redis on this system") // only on Linux and macOS
)

// How long things may take.
const (
	pause      = 10 * time.Millisecond // between two looks whether something has come
	stopWithin = 5 * time.Second       // for the server to end when it is asked to
	killWithin = 5 * time.Second       // and when it is killed
	askWithin  = 2 * time.Second       // for one answer
)

// Server is a private redis-server, and what keeps it running. It is safe for
// concurrent use.
type Server struct {
	dir  serverDir
	log  *slog.Logger
	lock *os.File // nil if another riskroom has it, and with it the server
	tail *tail

	life context.Context // ends as Stop begins
	end  context.CancelFunc
	kept chan struct{} // closed when nobody looks after the server any more
	stop func() error

	mu    sync.Mutex
	child *child
	down  error // why there is no server right now
}

// Start starts the server on the data folder, or adopts the living one that a
// riskroom left behind when it was killed, and returns when it answers. It
// answers ErrInUse, with the process that has the folder, if another riskroom
// does. Whenever the server dies it is started again.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
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
	s.log.InfoContext(ctx, "everything is kept by a private redis", "dir", s.dir.path, "pid", s.child.pid, "adopted", s.child.cmd == nil)
	return s, nil
}

// Attach reaches the server that another riskroom runs on the data folder, or
// left behind. Its end is not noticed, and Stop leaves it alone. It answers
// ErrNotRunning if there is none.
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

func prepare(o Options) (*Server, error) {
	if !supported {
		return nil, fmt.Errorf("%w: it needs Linux or macOS; name a Redis in the config file: redis: { url: ... }", ErrSystem)
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	d, err := makeDir(o.DataDir)
	if err != nil {
		return nil, err
	}
	return &Server{dir: d, log: o.Log}, nil
}

// Dir returns the folder that everything is kept in.
func (s *Server) Dir() string { return s.dir.path }

// PID returns the process ID of the server; 0 while there is none.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil || s.down != nil {
		return 0
	}
	return s.child.pid
}

// Dial connects to the server, wherever its socket is, or says why it cannot; it
// fits store.Options.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	return s.dir.dial(ctx)
}

// Ready answers nil while the server runs, and otherwise says why it does not.
func (s *Server) Ready(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// Stop ends the server: what it was told is on disk. It waits for its end, and
// kills a server that does not obey. Stopping twice is fine.
func (s *Server) Stop() error { return s.stop() }

// shutDown first ends the looking after, so that nobody starts the server
// again.
func (s *Server) shutDown() error {
	s.end()
	<-s.kept
	s.tail.expect(true)
	err := s.dir.end(s.child)
	s.tail.close()
	return errors.Join(err, s.lock.Close())
}
