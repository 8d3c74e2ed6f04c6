package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as it is compared with what riskroom knows: full-width letters and
// signs, ligatures, dashes, apostrophes and blanks of every kind become plain ones,
// and invisible characters go. The case stays. Only what is compared or computed with
// is folded; titles and other prose stay as typed.
func Fold(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(strings.Map(plainRune, s))), " ")
}

// Same reports whether a and b are one word to people: equal once folded, in any case.
func Same(a, b string) bool { return strings.EqualFold(Fold(a), Fold(b)) }

func plainRune(r rune) rune {
	switch {
	case Invisible(r):
		return -1
	case unicode.Is(unicode.Pd, r) || r == '−':
		return '-'
	case strings.ContainsRune("‘’‛ʼ´`", r):
		return '\''
	case r == '∶' || r == 'ː':
		return ':'
	}
	return r
}

// Invisible reports whether r takes no room and joins nothing that is seen: people
// copy such characters without knowing. Joiners count too, because no word that
// riskroom knows needs one.
func Invisible(r rune) bool {
	switch r {
	case '\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u180e', '\u3164', '\ufeff', '\uffa0':
		return true
	}
	return '\u200b' <= r && r <= '\u200f' || '\u202a' <= r && r <= '\u202e' || '\u2060' <= r && r <= '\u206f'
}
