package emulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// DialContext connects to the workspace without a socket, whatever the address. A gateway
// client that uses it, as NetDialContext of a websocket.Dialer, works in testing/synctest.
func (gw *Gateway) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	pipes, err := gw.pipeListener()
	if err != nil {
		return nil, err
	}
	ours, theirs := net.Pipe()
	select {
	case pipes.conns <- ours:
		return theirs, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-pipes.closed:
		err = net.ErrClosed
	}
	return nil, errors.Join(err, ours.Close(), theirs.Close())
}

// pipeListener returns the listener of DialContext, which serves from the first call on.
func (gw *Gateway) pipeListener() (*pipeListener, error) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	if gw.guild.host.Life.Over() {
		return nil, net.ErrClosed
	}
	if gw.pipes == nil {
		gw.pipes = &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		listener, server := gw.pipes, &http.Server{Handler: gw.guild.host.Handler(), ReadHeaderTimeout: 10 * time.Second}
		gw.guild.host.Life.Go(func() { _ = server.Serve(listener) }) // it ends with Close
		gw.guild.host.Life.Go(func() {
			<-gw.guild.host.Life.Context().Done()
			_ = server.Close()
		})
	}
	return gw.pipes, nil
}

// pipeListener is a net.Listener of pipes.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (pipeAddr) String() string { return "pipe" }
