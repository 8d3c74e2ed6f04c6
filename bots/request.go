package bots

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"riskroom/core"
)

// What can become of a request before anything looks into it, as it is counted:
// beside these, what a way in makes of its signature.
const (
	OutcomeMethod   = "method"
	OutcomeType     = "content_type"
	OutcomeTooLarge = "too_large"
	OutcomeUnread   = "unread" // the body did not arrive whole
)

// ReadRequest returns the body of a request that is fit to be heard, or with
// which status it is to be answered and as what it is counted. The body is read
// once, up to core.MaxBody, and verified before anything looks into it; verify
// returns "" where the signature is right, else the outcome.
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
