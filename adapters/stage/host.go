package stage

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"
)

// Host is a stand-in's side that faces the app: it serves the API, notes each
// call in the log, lets faults strike it, and ends. It is safe for concurrent
// use.
type Host struct {
	// Life is what happens by itself until Stop.
	Life *Life

	faults  Faults
	log     Log
	handler http.Handler
	spoil   func(Fault) (Answer, string)

	mu     sync.Mutex
	base   string
	server *http.Server
}

// Answer is what goes back over HTTP.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// NewHost returns a host that is reached at base until it is started. Spoil
// returns what a platform answers to a call that a fault strikes, with its error
// code; it is not asked about cut connections.
func NewHost(base string, spoil func(Fault) (Answer, string)) *Host {
	return &Host{Life: NewLife(), base: base, spoil: spoil}
}

// Serve makes handler answer what comes in. It is called once, before anything
// else.
func (h *Host) Serve(handler http.Handler) { h.handler = handler }

// Handler returns the stand-in's own HTTP side.
func (h *Host) Handler() http.Handler { return h.handler }

// Start serves the stand-in on addr, or on a free port of 127.0.0.1 if addr is
// "", and returns its URL without a slash at the end.
func (h *Host) Start(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(h.Life.Context(), "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("emulator: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server != nil || h.Life.Over() {
		return "", errors.Join(errors.New("emulator: started twice or after Close"), listener.Close())
	}
	h.base = "http://" + listener.Addr().String()
	server := &http.Server{Handler: h.handler, ReadHeaderTimeout: 10 * time.Second}
	h.server = server
	h.Life.Go(func() { _ = server.Serve(listener) }) // it ends with Stop
	return h.base, nil
}

// Stop stops serving and drops effects that are still to come. It calls cut,
// which ends the connections that outlive a request, and waits for what is under
// way. Stopping twice is fine.
func (h *Host) Stop(cut func()) error {
	h.Life.End()
	h.mu.Lock()
	server := h.server
	h.mu.Unlock()
	var err error
	if server != nil {
		err = server.Close()
	}
	cut()
	h.Life.Wait()
	return err
}

// URL returns where the stand-in is reached, without a slash at the end.
func (h *Host) URL() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.base
}

// Client returns a client that reaches the stand-in in process, whatever host
// the URL names. No socket is opened, and a cut connection is an error of
// io.ErrUnexpectedEOF.
func (h *Host) Client() *http.Client { return &http.Client{Transport: InProcess{Handler: h.handler}} }

// Faults returns the place to order faults.
func (h *Host) Faults() *Faults { return &h.faults }

// Log returns the log of the API calls.
func (h *Host) Log() *Log { return &h.log }

// ReleaseLate lets the effects of Late faults that have no delay happen now, in
// the order of their calls.
func (h *Host) ReleaseLate() { h.Life.ReleaseLate() }

// Take takes one API call through its life: the faults before, the effect, the
// log, the faults after, the answer. Effect carries the call out and fills in
// Code and Effect of its entry in the log.
func (h *Host) Take(rw http.ResponseWriter, r *http.Request, c Call, effect func(Met, *Call) Answer) {
	entry := h.log.Arrive(c)
	met := h.faults.Meet(c.Method)
	for _, f := range met {
		entry.Met = append(entry.Met, f.Kind)
	}
	perform := func() Answer {
		done := entry
		out := effect(met, &done)
		h.log.Settle(done)
		return out
	}
	if f, struck := met.At(Before); struck {
		h.strikeBefore(rw, f, entry, func() { perform() })
		return
	}
	h.strikeAfter(r, met, perform()).send(rw)
}

// strikeBefore answers a call that a fault keeps from its effect. The effect of
// a Late one happens by itself.
func (h *Host) strikeBefore(rw http.ResponseWriter, f Fault, entry Call, effect func()) {
	var out Answer
	cut := f.Kind == Late || f.Kind == CutBefore
	if !cut {
		out, entry.Code = h.spoil(f)
	}
	h.log.Settle(entry)
	if f.Kind == Late {
		h.Life.Late(f.Delay, effect)
	}
	if cut {
		panic(http.ErrAbortHandler)
	}
	out.send(rw)
}

// strikeAfter spoils the answer of a call that has had its effect, if a fault
// says so.
func (h *Host) strikeAfter(r *http.Request, met Met, out Answer) Answer {
	switch f, _ := met.At(After); f.Kind {
	case CutAfter:
		panic(http.ErrAbortHandler)
	case Slow:
		h.Life.Dawdle(r.Context(), f.Delay)
	case ErrorAfter, GatewayAfter:
		out, _ = h.spoil(f)
	default: // no fault spoils the answer
	}
	return out
}

func (a Answer) send(rw http.ResponseWriter) {
	maps.Copy(rw.Header(), a.Header)
	if len(a.Body) > 0 && rw.Header().Get("Content-Type") == "" {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.WriteHeader(a.Status)
	_, _ = rw.Write(a.Body) // a caller that is gone is no concern of the stand-in
}
