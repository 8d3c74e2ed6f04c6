package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"riskroom/cmd/riskroom/app"
	"riskroom/core/store"
)

// life is an engine from its start until it is stopped or killed.
type life struct {
	app    *app.App
	db     *store.Store // with connections of its own
	server *http.Server
	stop   context.CancelFunc
	ended  chan struct{} // closed when the engine has ended
	err    error         // set before
}

// begin starts an engine and its server, and connects the emulators to it.
func (w *world) begin(ctx context.Context) (err error) {
	l := &life{ended: make(chan struct{})}
	if l.db, err = w.db.Another(ctx); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.db.Stop())
		}
	}()
	if l.app, err = app.New(ctx, app.Options{Config: w.cfg, Store: l.db, Clock: w.clock, Log: w.log}); err != nil {
		return err
	}
	in, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.server = l.app.Public()
	go func() { _ = l.server.Serve(in) }() // until the server is closed
	for _, p := range w.workspaces {
		p.Connect("http://" + in.Addr().String())
	}
	running, stop := context.WithCancel(ctx)
	l.stop = stop
	go func() {
		defer close(l.ended)
		open := l.app.KeepOpen(running)
		l.err = l.app.Engine.Run(running)
		open.Wait()
	}()
	if err := l.waitReady(ctx); err != nil {
		stop()
		<-l.ended
		return errors.Join(err, l.server.Close())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life = l
	return nil
}

// waitReady waits until the engine is ready in every workspace.
func (l *life) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := l.app.Ready(ctx)
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

// end stops an engine as serve does.
func (l *life) end(ctx context.Context) error {
	err := errors.Join(l.server.Shutdown(ctx), l.app.Close(ctx))
	l.stop()
	<-l.ended
	return errors.Join(err, l.err, l.db.Stop())
}

// kill ends the engine as kill -9 ends a process: from now on it can't store anything,
// and so begins nothing. A pending call still takes effect, but its result is lost. kill
// returns false if there is no engine.
func (w *world) kill() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.life
	if l == nil {
		return false
	}
	w.life = nil
	w.past = append(w.past, l)
	_ = l.db.Stop()      // pending calls fail on purpose
	_ = l.server.Close() // and so do commands
	l.stop()
	return true
}

// alive returns the engine's life, nil while there is none.
func (w *world) alive() *life {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.life
}
