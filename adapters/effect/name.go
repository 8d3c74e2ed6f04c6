package effect

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"riskroom/core"
)

// Name is a channel's name: a slug of what people wrote, and a suffix that makes it
// unique. Probes go by the suffix alone, because a platform may alter the rest.
type Name struct {
	base   string // may be empty
	ascii  string // base in ASCII
	suffix string
	limit  int
}

// FitName turns a group's name into a slug of at most limit characters:
// lower-case, with hyphens for blanks. Letters and digits of every script stay;
// other characters separate words. The key in the suffix isn't repeated before it.
// If no character of the text can stay, the badge's module takes its place. FitName
// returns false if the suffix can't end a name.
func FitName(text, suffix string, badge *core.Badge, limit int) (Name, bool) {
	n := Name{suffix: asciiSlug(suffix), limit: limit}
	fit := func(slug func(string) string) string {
		if s := slug(text); s != "" || badge == nil {
			return without(s, n.suffix)
		}
		return slug(badge.Module)
	}
	n.base, n.ascii = fit(slug), fit(asciiSlug)
	return n, n.suffix != "" && len(n.suffix) <= limit/2
}

// ASCII returns the name without letters of other scripts, for a platform that
// refuses it with them.
func (n Name) ASCII() Name {
	n.base = n.ascii
	return n
}

// Plain returns the preferred form.
func (n Name) Plain() string { return n.Other("") }

// Other returns the form to use if somebody else has taken Plain: letters precede
// the suffix.
func (n Name) Other(letters string) string {
	end := n.suffix
	if letters != "" {
		end = letters + "-" + end
	}
	base := []rune(n.base)
	room := n.limit - 1 - utf8.RuneCountInString(end)
	cut := strings.TrimRight(string(base[:min(len(base), room)]), "-_")
	if cut == "" {
		return end
	}
	return cut + "-" + end
}

// Ends reports whether a channel's name ends in the suffix.
func (n Name) Ends(s string) bool { return s == n.suffix || strings.HasSuffix(s, "-"+n.suffix) }

// IsOther reports whether s is what Other returns for some letters.
func (n Name) IsOther(s string, letters int) bool {
	head, ok := strings.CutSuffix(s, "-"+n.suffix)
	return ok && len(head) >= letters && s == n.Other(head[len(head)-letters:])
}

// counter matches the end of a suffix that consists of a key and a counter.
var counter = regexp.MustCompile(`^(.+-\d+)-\d+$`)

// without returns a slug without the suffix and its key where they are words of
// their own. Chinese has no blanks, so only ASCII letters and digits continue a word.
func without(s, suffix string) string {
	words := regexp.QuoteMeta(suffix)
	if key := counter.FindStringSubmatch(suffix); key != nil {
		words += "|" + regexp.QuoteMeta(key[1])
	}
	found := regexp.MustCompile(`(-*\b(` + words + `)\b-*)+`)
	return strings.Trim(found.ReplaceAllString(s, "-"), "-")
}

// slug spells s with lower-case letters, their marks, digits, "_" and single "-".
func slug(s string) string {
	return join(norm.NFKC.String(s), func(r rune, first bool) string {
		mark := unicode.Is(unicode.M, r) && !unicode.Is(unicode.Variation_Selector, r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || mark && !first {
			return string(r)
		}
		return ""
	})
}

// asciiSlug is slug in ASCII, with letters of the Latin script without their marks.
func asciiSlug(s string) string {
	unmarked := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return join(unmarked, func(r rune, _ bool) string { return spell(r) })
}

// join spells the characters of s in lower case and joins words with "-". Characters
// that are spelled "" separate words. first says that one begins a word.
func join(s string, spell func(r rune, first bool) string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		letters := spell(unicode.ToLower(r), gap || b.Len() == 0)
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

// spell returns r in ASCII, "" if that is impossible. Letters that Unicode does not
// decompose get their usual spelling.
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
