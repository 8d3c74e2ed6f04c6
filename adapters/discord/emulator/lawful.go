package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"sync"

	"riskroom/adapters/discord/emulator/openapi"
)

// misfits collects the requests and answers of the app that Discord could not have
// accepted, if there is a document to check them against.
type misfits struct {
	law *openapi.Document // nil if nothing is checked

	mu   sync.Mutex
	seen []error
}

// request checks a call, unless its body was cut off with its connection.
func (m *misfits) request(r *http.Request, in args) {
	if in.whole {
		m.note(m.law.Request(r.Method, r.URL.Path, in.query, in.raw))
	}
}

// answer checks the answer to an interaction over HTTP, which has the form of the
// callback.
func (m *misfits) answer(body []byte) {
	m.note(m.law.Request(http.MethodPost, "/interactions/1/token/callback", nil, body))
}

// refused records a body that breaks a rule which is not in the document: the length
// of all embeds, the number of rows, unique custom_ids.
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

// err returns the first of the collected errors, nil if there are none.
func (m *misfits) err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) == 0 {
		return nil
	}
	return fmt.Errorf("emulator: Discord could not have taken %d requests or answers: %w", len(m.seen), errors.Join(m.seen[:min(len(m.seen), 5)]...))
}
