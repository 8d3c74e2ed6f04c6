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

// name is a channel's name: a slug of what people wrote, and a suffix that
// makes it unique.
type name struct {
	base   string // may be empty
	suffix string
}

// fitName turns a group's name into one that Slack takes: lower-case letters,
// digits, "-" and "_". Characters that it cannot spell are left out. If nothing
// remains, it uses the badge's module, or else the suffix alone.
func fitName(text, suffix string, badge *core.Badge) (name, bool) {
	n := name{base: slug(text), suffix: slug(suffix)}
	if n.base == "" && badge != nil {
		n.base = slug(badge.Module)
	}
	return n, n.suffix != "" && len(n.suffix) <= maxName/2
}

// plain returns the preferred name.
func (n name) plain() string { return n.with("") }

// other returns the name to use if somebody else has taken plain: four letters
// of the op precede the suffix.
func (n name) other(op string) string { return n.with(op[:min(otherLen, len(op))]) }

const otherLen = 4

// among reports whether s is one of the names that the effect op may give its
// channel.
func (n name) among(s, op string) bool { return s == n.plain() || s == n.other(op) }

// isOther reports whether s is a name that other returns for any op.
func (n name) isOther(s string) bool {
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

// slug spells s with lower-case letters, digits, "_" and single "-". Accents
// are dropped, and anything else separates words.
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

// spell returns r in the letters that a name can have. Letters that Unicode
// does not decompose get their usual spelling.
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
