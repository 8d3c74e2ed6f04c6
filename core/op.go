package core

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// OpLen is the length of an op in characters: it fits every place on every
// platform where a marker can stand.
const OpLen = 20

var opEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// MakeOp derives the op of a call from what identifies it: instance, risk,
// flow, occurrence, step and key. The same parts give the same op, so that an
// intent which was lost is found again. It is OpLen lower-case letters and digits (base32).
func MakeOp(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		// A length before each part keeps ("ab","c") and ("a","bc") apart.
		h.Write([]byte{byte(len(p) >> 8), byte(len(p))})
		h.Write([]byte(p))
	}
	return strings.ToLower(opEncoding.EncodeToString(h.Sum(nil))[:OpLen])
}
