package core

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// OpLen is the length of an op in characters. It fits wherever a platform allows a
// marker.
const OpLen = 20

var opEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// MakeOp derives the op of a call from the parts that identify it: instance, risk,
// flow, occurrence, step and key. The same parts give the same op, so a call can be
// found on the platform even after its intent was lost. An op is OpLen lower-case
// letters and digits (base32).
func MakeOp(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		// A length before each part distinguishes ("ab","c") from ("a","bc").
		h.Write([]byte{byte(len(p) >> 8 & 0xff), byte(len(p) & 0xff)})
		h.Write([]byte(p))
	}
	return strings.ToLower(opEncoding.EncodeToString(h.Sum(nil))[:OpLen])
}
