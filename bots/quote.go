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
	for _, w := range []ways{{nested: true, escapes: true}, {escapes: true}, {}} { // a text may end in a backslash
		if end, mark := w.closing(s[n:], open); end >= 0 {
			inside = s[n : n+end]
			if w.escapes {
				inside = unescape(inside, marks)
			}
			return strings.TrimSpace(inside), s[n+end+mark:], true
		}
	}
	return "", s, false
}

// ways says what a quote may contain.
type ways struct {
	nested  bool // other quotes
	escapes bool // marks after a backslash
}

// closing returns the place and size of the mark that closes a quote; -1 if there is
// none.
func (w ways) closing(s string, open rune) (at, size int) {
	quotes, slashes, before := []rune{open}, 0, open
	for i, r := range s {
		n := utf8.RuneLen(r)
		inner := quotes[len(quotes)-1]
		switch {
		case w.escapes && slashes%2 == 1:
		case w.nested && opensWithin(r, before, s[i:]):
			quotes = append(quotes, r)
		case strings.ContainsRune(closers[inner], r) && closesAt(inner, r, s[i+n:]):
			if quotes = quotes[:len(quotes)-1]; len(quotes) == 0 {
				return i, n
			}
		}
		before = r
		if slashes++; r != '\\' {
			slashes = 0
		}
	}
	return -1, 0
}

// opensWithin reports whether r, at the start of s, opens a quote within another. Marks
// that may also close one do so only at the start of a word, and apostrophes never.
func opensWithin(r, before rune, s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	return strings.ContainsRune("„«‹「『｢〝‚", r) ||
		strings.ContainsRune("\"＂“", r) && (unicode.IsSpace(before) || before == '(') && (unicode.IsLetter(next) || unicode.IsDigit(next))
}

func closesAt(open, r rune, after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return r != open && strings.ContainsRune(alwaysCloses, r) || after == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next) ||
		unicode.In(next, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// strayMark reports whether s, the text after a quote, has a mark that closes such a
// quote once more: the quote may have ended too early. After a digit, a mark means
// inches, and a single mark may be an apostrophe.
func strayMark(s string, open rune) bool {
	if strings.ContainsRune("'＇‘’‚`´", open) {
		return false
	}
	i := strings.IndexAny(s, closers[open]+string(open))
	if i <= 0 {
		return false
	}
	mark, _ := utf8.DecodeRuneInString(s[i:])
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return (mark != open || strings.ContainsRune("\"＂”»›", open)) && (unicode.IsLetter(before) || strings.ContainsRune(".!?…", before))
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
