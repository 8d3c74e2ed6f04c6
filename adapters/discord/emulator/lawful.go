package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"riskroom/adapters/discord/emulator/openapi"
)

// misfits gathers what the app sent and Discord could not have taken, as far as
// there is a document to hold it against.
type misfits struct {
	law *openapi.Document // nil: nothing is held against anything

	mu   sync.Mutex
	seen []error
}

// request holds a call against the document. One whose body was cut off with
// its connection is nobody's fault.
func (m *misfits) request(r *http.Request, in args) {
	if in.whole {
		m.note(m.law.Request(r.Method, r.URL.Path, in.query, in.raw))
	}
}

// answer holds the answer to an interaction that went over HTTP against the
// document, which is that of the callback.
func (m *misfits) answer(body []byte) {
	m.note(m.law.Request(http.MethodPost, "/interactions/1/token/callback", nil, body))
}

// refused notes a body that goes beyond what the document tells: characters in
// all embeds, rows, a custom_id that is there twice.
func (m *misfits) refused(err error) {
	var r *refusal
	if errors.As(err, &r) && !r.full && (r.code == invalidForm || r.code == invalidJSON || r.code == emptyMessage) {
		m.note(fmt.Errorf("%s: %q", r.message, (&form{errors: r.errors}).problems()))
	}
}

func (m *misfits) note(err error) {
	if err == nil || m.law == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = append(m.seen, err)
}

// err is what all came to.
func (m *misfits) err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) == 0 {
		return nil
	}
	return fmt.Errorf("emulator: Discord could not have taken %d requests or answers: %w", len(m.seen), errors.Join(m.seen[:min(len(m.seen), 5)]...))
}
