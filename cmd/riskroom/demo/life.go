package demo

import (
	"context"
	"errors"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core/store"
)

// life is an engine from its start until it is stopped or killed.
type life struct {
	app    *app.App
	db     *store.Store // with connections of its own
	server *emulated.Server
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
	if l.server, err = emulated.Connect(ctx, l.app, w.workspaces); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	l.stop = stop
	go func() {
		defer close(l.ended)
		l.err = l.app.Engine().Run(running)
		l.server.Wait()
	}()
	if err := emulated.WaitReady(ctx, l.app); err != nil {
		stop()
		<-l.ended
		return errors.Join(err, l.server.Cut())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life = l
	return nil
}

// end stops an engine as serve does.
func (l *life) end(ctx context.Context) error {
	err := l.server.Close(ctx, l.app)
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
	_ = l.db.Stop()    // pending calls fail on purpose
	_ = l.server.Cut() // and so do commands
	l.stop()
	return true
}

// alive returns the engine's life, nil while there is none.
func (w *world) alive() *life {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.life
}
