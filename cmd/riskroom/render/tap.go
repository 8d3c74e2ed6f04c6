package render

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"riskroom/adapters/stage"
)

// tap is a server between an adapter and an emulator. It records the calls that change
// something.
type tap struct {
	server *http.Server
	served chan struct{} // closed when the server has ended

	mu   sync.Mutex
	last stage.Call // as the emulator saw it
}

// listen starts a tap in front of the emulator at a URL, and returns the URL to call
// instead.
func listen(ctx context.Context, at string, log *stage.Log, record func(Call)) (*tap, string, error) {
	target, err := url.Parse(at)
	if err != nil {
		return nil, "", fmt.Errorf("the emulator's address: %w", err)
	}
	in, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("listen on this machine: %w", err)
	}
	t := &tap{served: make(chan struct{})}
	log.Hook(func(c stage.Call) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.last = c
	})
	emulator := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	t.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, stage.MaxUpload))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		emulator.ServeHTTP(rw, r)
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.last.Write && t.last.Code == "" {
			record(Call{Method: t.last.Method, Payload: payload(r.Header.Get("Content-Type"), body)})
		}
	})}
	go func() {
		defer close(t.served)
		_ = t.server.Serve(in) // until it is closed
	}()
	target.Host = in.Addr().String()
	return t, target.String(), nil
}

func (t *tap) close() error {
	err := t.server.Close()
	<-t.served
	return err
}

// payload decodes what was sent, without the token. Values of a form may be JSON.
func payload(contentType string, body []byte) any {
	kind, _, _ := mime.ParseMediaType(contentType) // "" is treated like JSON
	if kind != "application/x-www-form-urlencoded" {
		var v any
		if json.Unmarshal(body, &v) != nil {
			return nil
		}
		return v
	}
	form, _ := url.ParseQuery(string(body)) // the emulator has accepted it
	form.Del("token")
	out := map[string]any{}
	for key := range form {
		out[key] = form.Get(key)
		var v any
		if text := form.Get(key); len(text) > 0 && (text[0] == '{' || text[0] == '[') && json.Unmarshal([]byte(text), &v) == nil {
			out[key] = v
		}
	}
	return out
}
