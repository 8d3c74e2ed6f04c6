package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"riskroom/core"
)

// A code links two accounts of one person: one gets it, the other types it.
const (
	codeFor        = 10 * time.Minute
	codeTries      = 5   // wrong codes from one account in that time
	codeTriesInAll = 200 // wrong codes from everybody in that time
	// codeLetters are easy to distinguish, in upper and lower case. With eight of
	// thirty letters, the tries of a whole year find an open code with a probability
	// of one in sixty thousand.
	codeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength  = 8
)

// OfferLink implements Persons.
func (l *Links) OfferLink(ctx context.Context, by core.Actor) (Code, error) {
	ctx = core.ForPerson(ctx)
	if err := l.mayLink(ctx, by.Account); err != nil {
		return Code{}, err
	}
	code := newCode()
	until := l.now().Add(codeFor)
	err := l.store.OfferLink(ctx, Offer{Hash: l.codeHash(code), Account: by.Account, Until: until})
	return Code{Text: code[:codeLength/2] + "-" + code[codeLength/2:], Until: until}, err
}

// newCode returns a random code, uniformly distributed.
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

// codeHash returns the stored form of a code, whatever its spelling.
func (l *Links) codeHash(code string) string {
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
	sum := sha256.Sum256([]byte(l.instance + "\x00" + plain))
	return hex.EncodeToString(sum[:])
}

// mayLink returns a Refusal if the account can't be linked at all.
func (l *Links) mayLink(ctx context.Context, a core.Account) error {
	if len(l.dir.workspaces.platforms) < 2 {
		return core.Refuse(core.Invalid, "link_one_workspace", "")
	}
	ok, err := l.dir.isMember(ctx, a)
	switch {
	case err != nil:
		return core.Unanswered("who you are", err)
	case !ok:
		return core.Refuse(core.Denied, "link_no_member", "", "Workspace", a.Workspace)
	}
	return nil
}

// Offered implements Persons.
func (l *Links) Offered(ctx context.Context, op string, by core.Actor, code string) (Known, error) {
	ctx = core.ForPerson(ctx)
	o, err := l.offer(ctx, op, by, code)
	if err != nil {
		return Known{}, err
	}
	if _, err := l.checkLink(ctx, by.Account, o.Account); err != nil {
		return Known{}, err
	}
	return l.known(ctx, o.Account), nil
}

// offer returns the open offer for a code.
func (l *Links) offer(ctx context.Context, op string, by core.Actor, code string) (Offer, error) {
	if err := l.mayLink(ctx, by.Account); err != nil {
		return Offer{}, err
	}
	got, err := l.store.TryCode(ctx, Try{
		Op: op, By: by.Account, Hash: l.codeHash(code), Window: codeFor, Most: codeTries, MostInAll: codeTriesInAll,
	})
	switch {
	case err != nil:
		return Offer{}, err
	case !got.Offer.Account.IsZero():
		return got.Offer, nil
	case got.Left == 0:
		l.log.WarnContext(ctx, "too many wrong codes to link accounts", "account", by.Account.String())
		return Offer{}, core.Refuse(core.Denied, "link_tries", "code", "Minutes", int(got.Wait/time.Minute)+1)
	}
	return Offer{}, core.Refuse(core.NotFound, "link_code", "code", "Count", got.Left)
}
