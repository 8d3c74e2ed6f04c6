package bots

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"riskroom/core"
)

// The outcomes of requests that are rejected unread, as metrics count them. Each
// platform's bot adds outcomes for signatures.
const (
	OutcomeMethod   = "method"
	OutcomeType     = "content_type"
	OutcomeTooLarge = "too_large"
	OutcomeUnread   = "unread" // the body did not arrive whole
)

// ReadRequest returns the body of a valid request, or else the status to answer with and
// the outcome to count. It reads at most core.MaxBody, and verifies the body before
// anything parses it. verify returns "" for a valid signature, else the outcome.
func ReadRequest(
	w http.ResponseWriter, r *http.Request, contentType string, verify func(http.Header, []byte) (outcome string),
) (body []byte, status int, outcome string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, http.StatusMethodNotAllowed, OutcomeMethod
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != contentType {
		return nil, http.StatusUnsupportedMediaType, OutcomeType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, core.MaxBody))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, http.StatusRequestEntityTooLarge, OutcomeTooLarge
		}
		return nil, http.StatusBadRequest, OutcomeUnread
	}
	if outcome := verify(r.Header, body); outcome != "" {
		return nil, http.StatusUnauthorized, outcome
	}
	return body, http.StatusOK, ""
}
