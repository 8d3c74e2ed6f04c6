package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s in a form to compare or compute with: full-width letters and signs,
// ligatures, dashes, apostrophes and blanks become plain ones, and invisible characters
// are removed. The case stays. Titles and other prose are never folded: they are stored
// as typed.
func Fold(s string) string {
	if folded(s) {
		return s
	}
	return fold(s)
}

func fold(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(strings.Map(plainRune, s))), " ")
}

// folded reports whether Fold changes nothing, as in most of what is typed in English.
func folded(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == '`' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || s == ""
}

// Same reports whether a and b are equal when folded, ignoring case.
func Same(a, b string) bool { return strings.EqualFold(Fold(a), Fold(b)) }

func plainRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector), strings.ContainsRune("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0", r):
		return -1 // it is invisible
	case unicode.Is(unicode.Pd, r) || r == '−':
		return '-'
	case strings.ContainsRune("‘’‛ʼ´`", r):
		return '\''
	case r == '∶' || r == 'ː':
		return ':'
	}
	return r
}
