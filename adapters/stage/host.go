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

// Host is a stand-in's side that faces the app: it serves the API, logs each call and
// applies faults to it. It is safe for concurrent use.
type Host struct {
	Life *Life // until Stop

	faults  Faults
	log     Log
	handler http.Handler
	spoil   func(Fault) (Answer, string)

	mu     sync.Mutex
	base   string
	server *http.Server
}

// Answer is an HTTP response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// NewHost returns a host with the URL base until it is started. Spoil returns a
// platform's answer to a call with a fault, and its error code; it isn't called for cut
// connections.
func NewHost(base string, spoil func(Fault) (Answer, string)) *Host {
	return &Host{Life: NewLife(), base: base, spoil: spoil}
}

// Serve sets the handler. It is called once, before anything else.
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

// Stop stops serving and drops effects that are still to come. It calls cut, which
// ends the connections that outlive a request, and waits for what is in progress. It
// may be called twice.
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

// URL returns the stand-in's URL without a slash at the end.
func (h *Host) URL() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.base
}

// Client returns a client that reaches the stand-in in process, whatever host the URL
// names. A cut connection is io.ErrUnexpectedEOF.
func (h *Host) Client() *http.Client { return &http.Client{Transport: InProcess{Handler: h.handler}} }

// Faults returns the faults, to order some.
func (h *Host) Faults() *Faults { return &h.faults }

// Log returns the log of the API calls.
func (h *Host) Log() *Log { return &h.log }

// ReleaseLate performs the effects of Late faults without a delay, in the order of
// their calls.
func (h *Host) ReleaseLate() { h.Life.ReleaseLate() }

// Take carries one API call from its arrival to its answer: faults before, effect,
// log, faults after. Effect performs the call and sets Code and Effect of its entry in
// the log.
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

// strikeBefore answers a call with a fault instead of its effect, which may come late.
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

// strikeAfter replaces or delays the answer of a call if there is a fault.
func (h *Host) strikeAfter(r *http.Request, met Met, out Answer) Answer {
	switch f, _ := met.At(After); f.Kind {
	case CutAfter:
		panic(http.ErrAbortHandler)
	case Slow:
		h.Life.Dawdle(r.Context(), f.Delay)
	case ErrorAfter, GatewayAfter:
		out, _ = h.spoil(f)
	default: // no fault
	}
	return out
}

func (a Answer) send(rw http.ResponseWriter) {
	maps.Copy(rw.Header(), a.Header)
	if len(a.Body) > 0 && rw.Header().Get("Content-Type") == "" {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.WriteHeader(a.Status)
	_, _ = rw.Write(a.Body) // the caller may be gone
}
