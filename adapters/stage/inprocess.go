package stage

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// InProcess is an http.RoundTripper that calls a handler instead of a server. Like a
// network, it returns the error of a context at once while the handler goes on. If the
// handler aborts, it returns io.ErrUnexpectedEOF.
type InProcess struct {
	Handler http.Handler
	// Waits has RoundTrip wait for the handler, whatever becomes of the context. That spares
	// a goroutine for each request.
	Waits bool
}

// RoundTrip implements http.RoundTripper.
func (p InProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close() // all read
	}
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	in.ContentLength = int64(len(body))
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	answered := make(chan *recorder, 1)
	if p.Waits {
		answered <- p.serve(in)
	} else {
		go func() { answered <- p.serve(in) }()
	}
	select {
	case rec := <-answered:
		switch err := r.Context().Err(); {
		case err != nil: // the caller has given up
			return nil, err
		case rec.aborted:
			return nil, io.ErrUnexpectedEOF
		}
		return rec.response(r), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// serve has the handler serve a request.
func (p InProcess) serve(r *http.Request) (rec *recorder) {
	rec = &recorder{header: make(http.Header)}
	defer func() {
		switch reason := recover(); reason {
		case nil:
		case http.ErrAbortHandler:
			rec.aborted = true
		default:
			panic(reason)
		}
	}()
	p.Handler.ServeHTTP(rec, r)
	return rec
}

// recorder is the http.ResponseWriter of InProcess.
type recorder struct {
	header  http.Header
	status  int
	body    bytes.Buffer
	aborted bool
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorder) response(request *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.header, Request: request,
		Body: io.NopCloser(&r.body), ContentLength: int64(r.body.Len()),
	}
}
