package discord

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"riskroom/core"
)

// maxName is the longest name of a channel, in characters:
// https://docs.discord.com/developers/resources/channel#channel-object.
const maxName = 100

// name is a channel's name: a slug of what people wrote, and a suffix by which
// people tell it from others. Discord allows the same name twice.
type name struct {
	base   string // may be empty
	suffix string
}

// fitName turns a group's name into the form of Discord's text channels:
// lower-case, with hyphens for blanks. Letters and digits of every language
// stay; other characters separate words. If nothing remains, it uses the
// badge's module, or else the suffix alone.
func fitName(text, suffix string, badge *core.Badge) (name, bool) {
	n := name{base: slug(text), suffix: slug(suffix)}
	if n.base == "" && badge != nil {
		n.base = slug(badge.Module)
	}
	return n, n.suffix != "" && utf8.RuneCountInString(n.suffix) <= maxName/2
}

// plain returns the preferred name.
func (n name) plain() string {
	base := []rune(n.base)
	room := maxName - 1 - utf8.RuneCountInString(n.suffix)
	cut := strings.TrimRight(string(base[:min(len(base), room)]), "-_")
	if cut == "" {
		return n.suffix
	}
	return cut + "-" + n.suffix
}

// slug spells s with lower-case letters, their marks, digits, "_" and single
// "-".
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKC.String(s) {
		r = unicode.ToLower(r)
		mark := unicode.Is(unicode.M, r) && !unicode.Is(unicode.Variation_Selector, r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && (!mark || b.Len() == 0 || gap) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), "_")
}
