package store

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// failed turns an error of go-redis into a *core.Error. Temporary failures and those
// that an administrator can fix (no connection, a timeout, LOADING, READONLY, MISCONF,
// OOM, CLUSTERDOWN) are Unavailable. Any other error reply is a bug of ours, and
// Unknown. The effect is always Maybe, because a reply may have been lost.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*core.Error](err); ok {
		return e
	}
	e := &core.Error{Op: "store: " + op, Kind: core.Unavailable, Effect: core.Maybe, Err: err}
	switch {
	case redis.IsOOMError(err):
		e.Detail = "full"
	case redis.IsAuthError(err), redis.IsPermissionError(err), deniesScript(err):
		e.Detail = engine.Denied
	case redis.IsReadOnlyError(err):
		e.Detail = FoundReplica
	case isUntrusted(err):
		e.Detail = "certificate"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e.Detail = "timeout"
	default:
		if answer, ok := errors.AsType[redis.Error](err); ok && !passing(answer.Error()) {
			e.Kind = core.Unknown
		}
	}
	return e
}

// deniesScript reports whether err says that the user lacks a permission inside a
// script. The server has no code for that, only words, which depend on its version.
func deniesScript(err error) bool {
	answer, ok := errors.AsType[redis.Error](err)
	return ok && (strings.Contains(answer.Error(), "ACL failure") || strings.Contains(answer.Error(), "user executing the script can't"))
}

// isUntrusted reports whether the server's certificate is not trusted.
func isUntrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// passing reports whether an error reply is about the server's state and not about the
// command.
func passing(answer string) bool {
	for _, p := range []string{
		"LOADING", "READONLY", "MISCONF", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS",
		"BUSY", "OOM", "MOVED", "ASK", "ERR max number of clients", "UNBLOCKED",
	} {
		if strings.HasPrefix(answer, p) {
			return true
		}
	}
	return false
}

// invalid returns the error for input that is refused before anything is sent.
func invalid(op, detail string, err error) error {
	return &core.Error{Op: "store: " + op, Kind: core.Invalid, Detail: detail, Err: err}
}

// refused returns the error for a script that refused and wrote nothing.
func refused(op string, kind core.Kind, detail string) error {
	return &core.Error{Op: "store: " + op, Kind: kind, Detail: detail}
}
