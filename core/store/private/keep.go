package private

import (
	"fmt"
	"time"
)

// The back-off between starts of a server that keeps dying. It doubles from the first to
// the last, and is reset after a server that stayed up.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 5 * time.Second
	stayed    = 30 * time.Second
)

// keep restarts the server whenever it dies, until Stop.
func (s *Server) keep() {
	defer close(s.kept)
	for backOff := firstWait; ; {
		begun := time.Now()
		select {
		case <-s.life.Done():
			return
		case <-s.child.gone:
		}
		s.tail.read()
		s.log.Warn("the private redis died and will be restarted", "pid", s.child.pid, "how", s.child.how, "last", s.tail.last())
		s.note(s.child, fmt.Errorf("the private redis died (%s) and is being restarted", s.child.how))
		if time.Since(begun) > stayed {
			backOff = firstWait
		}
		for {
			if wait(s.life, backOff) != nil {
				return
			}
			backOff = min(2*backOff, lastWait)
			c, err := s.open(s.life)
			if err == nil {
				s.note(c, nil)
				s.log.Info("the private redis is running again", "pid", c.pid)
				break
			}
			if s.life.Err() != nil {
				return
			}
			s.log.Error("the private redis could not be restarted", "err", err, "next", backOff.String())
			s.note(s.child, err)
		}
	}
}

// note sets what Ready and PID return.
func (s *Server) note(c *child, down error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.child, s.down = c, down
}
