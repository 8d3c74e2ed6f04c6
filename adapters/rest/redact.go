package rest

import "strings"

// Redact returns err with the secret removed from its text. An empty secret
// changes nothing.
func Redact(err error, secret string) error {
	if err == nil || secret == "" {
		return err
	}
	return redacted{err, secret}
}

type redacted struct {
	err    error
	secret string
}

func (r redacted) Error() string { return strings.ReplaceAll(r.err.Error(), r.secret, "…") }
func (r redacted) Unwrap() error { return r.err }
