package bots

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// closers maps a mark that opens a quote to the marks that may close it. They differ by
// language, and keyboards and word processors mix them.
var closers = map[rune]string{
	'"': `"`, '＂': `＂"`, '“': `”"“`, '”': `”"`, '„': `“”"‟`, '‟': `”"`,
	'«': `»`, '»': `«»`, '‹': `›`, '›': `‹›`,
	'「': `」`, '『': `』`, '｢': `｣`, '〝': `〞〟`,
	'\'': `'’`, '＇': `＇'`, '‘': `’'‘`, '’': `’'`, '‚': `‘’'`, '`': "`´'", '´': "´",
}

// alwaysCloses holds the marks that close a quote anywhere. The others, which may be
// apostrophes or open a quote, close it only at the end of a word.
const alwaysCloses = `”」』｣〞〟»›`

// opensQuote reports whether s starts with a mark that opens a quote.
func opensQuote(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return closers[r] != ""
}

// quoted takes a quoted text off the start of s. ok is false if there is none or it is
// never closed. A backslash before a mark makes the mark part of the text.
func quoted(s string) (inside, after string, ok bool) {
	open, n := utf8.DecodeRuneInString(s)
	marks := closers[open]
	if marks == "" {
		return "", s, false
	}
	for _, escapes := range []bool{true, false} { // a text may end in a backslash
		if end, mark := closing(s[n:], open, marks, escapes); end >= 0 {
			inside = s[n : n+end]
			if escapes {
				inside = unescape(inside, marks)
			}
			return strings.TrimSpace(inside), s[n+end+mark:], true
		}
	}
	return "", s, false
}

// closing returns the place and size of the mark that closes a quote; -1 if there is
// none.
func closing(s string, open rune, marks string, escapes bool) (at, size int) {
	depth, slashes, before := 0, 0, open
	for i, r := range s {
		n := utf8.RuneLen(r)
		switch {
		case escapes && slashes%2 == 1:
		case r == open && (strings.ContainsRune("„«‹「『｢〝‚", r) || strings.ContainsRune("“‘", r) && unicode.IsSpace(before)):
			depth++ // a quote within the quote
		case strings.ContainsRune(marks, r) && closesAt(open, r, s[i+n:]):
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

// slashed matches backslashes and the character after them. They escape only a mark or
// the end of the text, so that paths such as \\server\share stay as typed.
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

// quote returns s so that it is read as one value again, in quotes if necessary.
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
