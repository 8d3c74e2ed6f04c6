package store

import (
	"net"
	"sync"
	"time"
)

// queued is a connection whose writes never block: they are queued in memory until the
// other side reads them. A pipe in memory has no buffer, so without a queue a client
// that still writes commands and a server that already answers the first would wait
// for each other.
type queued struct {
	net.Conn
	mu     sync.Mutex
	more   sync.Cond
	out    []byte
	closed bool
}

// queueing wraps c; its queue ends with Close.
func queueing(c net.Conn) *queued {
	q := &queued{Conn: c}
	q.more.L = &q.mu
	go q.send()
	return q
}

func (q *queued) send() {
	for {
		q.mu.Lock()
		for len(q.out) == 0 && !q.closed {
			q.more.Wait()
		}
		part := q.out
		q.out = nil
		q.mu.Unlock()
		if len(part) == 0 {
			return
		}
		if _, err := q.Conn.Write(part); err != nil {
			_ = q.Close() // the reader then gets an error
			return
		}
	}
}

// Write queues b.
func (q *queued) Write(b []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0, net.ErrClosed
	}
	q.out = append(q.out, b...)
	q.more.Signal()
	return len(b), nil
}

// Close ends the queue and the connection.
func (q *queued) Close() error {
	q.mu.Lock()
	q.closed = true
	q.more.Signal()
	q.mu.Unlock()
	return q.Conn.Close()
}

// SetDeadline applies to reads only: writes never wait.
func (q *queued) SetDeadline(t time.Time) error { return q.SetReadDeadline(t) }

// SetWriteDeadline does nothing.
func (q *queued) SetWriteDeadline(time.Time) error { return nil }
