package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"riskroom/core"
)

// A code links two accounts of one person: shown to one, typed by the other.
const (
	codeFor        = 10 * time.Minute
	codeTries      = 5   // at wrong codes, by one account, in that time
	codeTriesInAll = 200 // by everybody
	// codeLetters are easy to tell apart, in either case. Thirty of them, eight
	// times: all tries of a year find a code that is open just then with a chance
	// of one in sixty thousand.
	codeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength  = 8
)

// OfferLink implements Persons.
func (e *Engine) OfferLink(ctx context.Context, by core.Actor) (Code, error) {
	ctx = forPerson(ctx)
	if err := e.mayLink(ctx, by.Account); err != nil {
		return Code{}, err
	}
	code := newCode()
	until := e.now().Add(codeFor)
	err := e.store.OfferLink(ctx, Offer{Hash: e.codeHash(code), Account: by.Account, Until: until})
	return Code{Text: code[:codeLength/2] + "-" + code[codeLength/2:], Until: until}, err
}

// newCode returns a code, each with the same chance.
func newCode() string {
	var code []byte
	for len(code) < codeLength {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails, says crypto/rand
		if n := int(b[0]) % 32; n < len(codeLetters) {
			code = append(code, codeLetters[n])
		}
	}
	return string(code)
}

// codeHash is how a code is stored, however it was typed.
func (e *Engine) codeHash(code string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // of full width
			return r - '！' + '!'
		case r == '-' || r == ' ' || r == '–' || r == '—':
			return -1
		}
		return r
	}, code)
	plain = strings.ReplaceAll(strings.ToUpper(plain), "-", "")
	sum := sha256.Sum256([]byte(e.instance + "\x00" + plain))
	return hex.EncodeToString(sum[:])
}

// mayLink refuses those who cannot link accounts at all.
func (e *Engine) mayLink(ctx context.Context, a core.Account) error {
	if len(e.workspaces.platforms) < 2 {
		return refuse(core.Invalid, "link_one_workspace", "")
	}
	ok, err := e.people.standing(ctx, a)
	switch {
	case err != nil:
		return unanswered("who you are", err)
	case !ok:
		return refuse(core.Denied, "link_no_member", "", "Workspace", a.Workspace)
	}
	return nil
}

// Offered implements Persons.
func (e *Engine) Offered(ctx context.Context, op string, by core.Actor, code string) (Known, error) {
	ctx = forPerson(ctx)
	o, err := e.offer(ctx, op, by, code)
	if err != nil {
		return Known{}, err
	}
	if _, err := e.judgeLink(ctx, by.Account, o.Account); err != nil {
		return Known{}, err
	}
	return e.known(ctx, o.Account), nil
}

// offer returns the offer whose code somebody has typed.
func (e *Engine) offer(ctx context.Context, op string, by core.Actor, code string) (Offer, error) {
	if err := e.mayLink(ctx, by.Account); err != nil {
		return Offer{}, err
	}
	got, err := e.store.TryCode(ctx, Try{
		Op: op, By: by.Account, Hash: e.codeHash(code), Window: codeFor, Most: codeTries, MostInAll: codeTriesInAll,
	})
	switch {
	case err != nil:
		return Offer{}, err
	case !got.Offer.Account.IsZero():
		return got.Offer, nil
	case got.Left == 0:
		e.log.WarnContext(ctx, "too many wrong codes to link accounts", "account", by.Account.String())
		return Offer{}, refuse(core.Denied, "link_tries", "code", "Minutes", int(got.Wait/time.Minute)+1)
	}
	return Offer{}, refuse(core.NotFound, "link_code", "code", "Count", got.Left)
}
