package slack

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"riskroom/core"
)

// maxName is the longest name of a channel, in characters:
// https://docs.slack.dev/reference/methods/conversations.create#naming.
const maxName = 80

// name is what a channel may be called: the slug of what people wrote, and the
// suffix that keeps it apart from every other.
type name struct {
	base   string // may be empty
	suffix string
}

// fitName brings a group's name into the form that Slack takes: lower-case
// letters, digits, "-" and "_". What it cannot spell is left out; where nothing
// remains, the module of the badge stands in, and else the suffix alone.
func fitName(text, suffix string, badge *core.Badge) (name, bool) {
	n := name{base: slug(text), suffix: slug(suffix)}
	if n.base == "" && badge != nil {
		n.base = slug(badge.Module)
	}
	return n, n.suffix != "" && len(n.suffix) <= maxName/2
}

// plain is the name as it should be.
func (n name) plain() string { return n.with("") }

// other is the name where plain is taken by somebody else: four letters of the
// op before the suffix.
func (n name) other(op string) string { return n.with(op[:min(otherLen, len(op))]) }

const otherLen = 4

// among reports whether a channel called s is one that the effect op made.
func (n name) among(s, op string) bool { return s == n.plain() || s == n.other(op) }

// beside reports whether s is the name that an effect took because plain was
// taken, whatever its op.
func (n name) beside(s string) bool {
	head, ok := strings.CutSuffix(s, "-"+n.suffix)
	return ok && len(head) >= otherLen && s == n.with(head[len(head)-otherLen:])
}

func (n name) with(letters string) string {
	end := n.suffix
	if letters != "" {
		end = letters + "-" + end
	}
	base := strings.TrimRight(n.base[:min(len(n.base), maxName-1-len(end))], "-_")
	if base == "" {
		return end
	}
	return base + "-" + end
}

// slug spells s with lower-case letters, digits, "_" and single "-": accents
// are dropped, anything else parts words.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		letters := spell(unicode.ToLower(r))
		if letters == "" {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(letters)
	}
	return strings.TrimRight(b.String(), "_")
}

// spell returns r in the letters that a name can hold: for what has no
// decomposition in Unicode, the usual one.
func spell(r rune) string {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
		return string(r)
	}
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return ""
}
