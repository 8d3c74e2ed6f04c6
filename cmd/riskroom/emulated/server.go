package emulated

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"riskroom/cmd/riskroom/app"
)

// Server is how emulated workspaces reach an App. It listens on this machine only.
type Server struct {
	server *http.Server
	stop   context.CancelFunc
	open   *sync.WaitGroup // the connections to platforms
}

// Connect starts a server for an App, and points the workspaces to it.
func Connect(ctx context.Context, a *app.App, places []*Place) (*Server, error) {
	in, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{server: a.Public()}
	go func() { _ = s.server.Serve(in) }() // until the server is closed
	for _, p := range places {
		p.Connect("http://" + in.Addr().String())
	}
	running, stop := context.WithCancel(ctx)
	s.stop, s.open = stop, a.KeepOpen(running)
	return s, nil
}

// readyWithin is how long an App may take to be ready, and lookEvery how often WaitReady
// looks.
const (
	readyWithin = 30 * time.Second
	lookEvery   = 3 * time.Millisecond
)

// WaitReady waits until an App is ready in every workspace.
func WaitReady(ctx context.Context, a *app.App) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		err := a.Ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return err
		}
	}
}

// Wait waits until the connections have ended.
func (s *Server) Wait() { s.open.Wait() }

// Cut ends the connections at once, without waiting. What is pending fails.
func (s *Server) Cut() error {
	err := s.server.Close()
	s.stop()
	return err
}

// Close stops taking calls, waits for those that are pending, and ends the connections.
func (s *Server) Close(ctx context.Context, a *app.App) error {
	err := errors.Join(s.server.Shutdown(ctx), a.Close(ctx))
	s.stop()
	s.Wait()
	return err
}
