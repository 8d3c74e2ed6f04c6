package bots

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// closers are the marks that may close a quote, by the mark that opens it, as people
// write quotes in English, German, French, Polish, Swedish, Chinese, Japanese and so
// on. Keyboards and word processors mix them.
var closers = map[rune]string{
	'"': `"`, '＂': `＂"`, '“': `”"“`, '”': `”"`, '„': `“”"‟`, '‟': `”"`,
	'«': `»`, '»': `«»`, '‹': `›`, '›': `‹›`,
	'「': `」`, '『': `』`, '｢': `｣`, '〝': `〞〟`,
	'\'': `'’`, '＇': `＇'`, '‘': `’'‘`, '’': `’'`, '‚': `‘’'`, '`': "`´'", '´': "´",
}

// alwaysCloses holds the marks that close a quote whatever follows. The others close
// it only at the end of a word: an apostrophe within one is none.
const alwaysCloses = `”」』｣〞〟»›`

// opensQuote reports whether s begins with a mark that opens a quote.
func opensQuote(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return closers[r] != ""
}

// quoted takes a quoted text off the start of s, if one stands there and ends. A
// backslash before a mark makes it part of the text.
func quoted(s string) (inside, after string, ok bool) {
	open, n := utf8.DecodeRuneInString(s)
	close := closers[open]
	if close == "" {
		return "", s, false
	}
	for _, escapes := range []bool{true, false} { // a text may end in a backslash
		if end, mark := closing(s[n:], open, close, escapes); end >= 0 {
			inside = s[n : n+end]
			if escapes {
				inside = unescape(inside, close)
			}
			return strings.TrimSpace(inside), s[n+end+mark:], true
		}
	}
	return "", s, false
}

// closing returns where the mark that closes a quote stands in s, and how long it
// is; -1 if there is none.
func closing(s string, open rune, close string, escapes bool) (at, size int) {
	depth, slashes, before := 0, 0, open
	for i, r := range s {
		n := utf8.RuneLen(r)
		switch {
		case escapes && slashes%2 == 1:
		case r == open && (strings.ContainsRune("„«‹「『｢〝‚", r) || strings.ContainsRune("“‘", r) && unicode.IsSpace(before)):
			depth++ // a quote within the quote
		case strings.ContainsRune(close, r) && closesAt(open, r, s[i+n:]):
			if depth == 0 {
				return i, n
			}
			depth--
		}
		before = r
		if slashes++; r != '\\' {
			slashes = 0
		}
	}
	return -1, 0
}

func closesAt(open, r rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return r != open && strings.ContainsRune(alwaysCloses, r) || after == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next) ||
		unicode.In(next, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// slashed matches backslashes before a mark or at the end of a text. Only there do
// they escape anything: paths such as \\server\share stay as typed.
var slashed = regexp.MustCompile(`(\\+)([^\\]?)`)

// unescape halves the backslashes before marks and at the end.
func unescape(s, marks string) string {
	return slashed.ReplaceAllStringFunc(s, func(m string) string {
		n := strings.Count(m, `\`)
		if next := m[n:]; next == "" || strings.Contains(marks, next) {
			return strings.Repeat(`\`, n/2) + next
		}
		return m
	})
}

// quote puts a value into quotes where it needs them to be read as one value again.
func quote(s string) string {
	last, _ := utf8.DecodeLastRuneInString(s)
	if s == "" || !opensQuote(s) && !isSeparator(last) && !strings.ContainsFunc(s, func(r rune) bool {
		return isBlank(r) || isColon(r) || len(closers[r]) > 0 && r != '\'' && r != '’' || strings.ContainsRune(alwaysCloses, r)
	}) {
		return s
	}
	for _, marks := range [][2]string{{`"`, `"`}, {"“", "”"}, {"「", "」"}} {
		q := marks[0] + s + marks[1]
		if inside, after, ok := quoted(q); ok && after == "" && inside == s && !strings.Contains(s, marks[1]) {
			return q
		}
	}
	return `"` + slashed.ReplaceAllStringFunc(strings.ReplaceAll(s, `"`, `\"`), func(m string) string {
		switch n := strings.Count(m, `\`); m[n:] {
		case `"`: // one of them is there already
			return strings.Repeat(`\`, 2*n-1) + `"`
		case "":
			return strings.Repeat(`\`, 2*n)
		}
		return m
	}) + `"`
}
