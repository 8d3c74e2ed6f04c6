package bots

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/text"
)

// fault is a mistake in what was typed. Its text is "commands.fault.<code>".
type fault struct {
	field string // "" if it concerns no field
	code  string
	args  text.Args
}

// outside returns the fault of text outside of values. The text would be the value of
// field, but field also has a value with its key.
func outside(field, typed string) fault {
	return fault{field: field, code: "outside", args: text.Args{"Text": typed}}
}

// lineReader reads a line such as
//
//	Ledger is off by one module:Payments discovered:yesterday handlers:lin,@oncall
//
// Text outside of values is the title, with or without quotes. A value of several words
// needs quotes, unless its key recognises it (`module:Core Banking`, `discovered:3d ago`)
// or the key takes prose and there is a title already. Prose ends at the next key. All
// faults are reported at once, along with the valid values.
type lineReader struct {
	keys   []Arg
	titled bool // there is a title already, on the line or elsewhere
	rest   string
	gap    string // the blanks before rest
	cut    bool   // a value was removed after the last word of the title
	title  []string
	values Values
	faults []fault
}

// readLine returns the values on a line and the text outside of them.
func readLine(keys []Arg, line string, titled bool) (values Values, rest string, faults []fault) {
	l := lineReader{keys: keys, titled: titled, rest: line, values: Values{}}
	for l.skipBlanks(); l.rest != ""; l.skipBlanks() {
		l.next()
	}
	return l.values, trimBlanks(strings.Join(l.title, "")), l.faults
}

func (l *lineReader) fault(field, code string, args text.Args) {
	l.faults = append(l.faults, fault{field: field, code: code, args: args})
}

// skipBlanks skips blanks, and punctuation between a key and the text before it.
func (l *lineReader) skipBlanks() {
	trimmed := strings.TrimLeftFunc(l.rest, isBlank)
	l.gap, l.rest = l.rest[:len(l.rest)-len(trimmed)], trimmed
	if n := l.separator(l.rest); n > 0 {
		l.rest = l.rest[n:]
		l.skipBlanks()
	}
}

// separator returns the length of the punctuation at the start of s, or 0 if no key
// follows it.
func (l *lineReader) separator(s string) int {
	after := strings.TrimLeftFunc(s, isSeparator)
	if after == s || !l.startsKey(after) {
		return 0
	}
	return len(s) - len(after)
}

// longestKey is the maximum length of a key in bytes.
const longestKey = 100

// keyAt returns the key that s starts with, its spelling, and the length of both key and
// colon. k is nil if s starts with no key, such as "std::vector". A blank may precede the
// colon: "module : Payments".
func (l *lineReader) keyAt(s string) (k *Arg, typed string, n int) {
	i := strings.IndexFunc(s[:min(len(s), longestKey)], func(r rune) bool { return isColon(r) || unicode.IsSpace(r) })
	if i <= 0 {
		return nil, "", 0
	}
	colon := strings.TrimLeftFunc(s[i:], isBlank)
	r, size := utf8.DecodeRuneInString(colon)
	after := colon[size:]
	second, _ := utf8.DecodeRuneInString(after)
	apart := len(colon) < len(s)-i
	if !isColon(r) || isColon(second) || apart && r == ':' && after != "" && !unicode.IsSpace(second) { // "module :fire:"
		return nil, "", 0
	}
	return findKey(l.keys, s[:i]), s[:i], len(s) - len(after)
}

// word returns the length of the first word of s, which ends at a blank or at punctuation
// before a key.
func (l *lineReader) word(s string) int {
	before := rune(0)
	for i, r := range s {
		switch {
		case unicode.IsSpace(r), i > 0 && isSeparator(r) && !isSeparator(before) && l.separator(s[i:]) > 0:
			return i
		case r == '。' && l.startsKey(s[i+len("。"):]): // the end of a sentence
			return i + len("。")
		}
		before = r
	}
	return len(s)
}

// startsKey reports whether s starts with a key, after blanks.
func (l *lineReader) startsKey(s string) bool {
	k, _, _ := l.keyAt(strings.TrimLeftFunc(s, isBlank))
	return k != nil
}

// next reads one word of the title or one key with its value.
func (l *lineReader) next() {
	if _, after, ok := quoted(l.rest); ok {
		l.keep(len(l.rest) - len(after))
		return
	}
	if k, typed, n := l.keyAt(l.rest); k != nil {
		l.rest = l.rest[n:]
		l.value(*k, typed)
		return
	}
	n := l.word(l.rest)
	name, keyed := likeKey(l.rest[:n])
	if keyed {
		if near := core.Misspelled(text.Fold(name), l.allWords()); near != "" {
			l.fault("", "unknown_key", text.Args{"Key": name, "Near": near})
			l.rest = l.rest[n:]
			return
		}
	}
	l.keep(n)
}

func (l *lineReader) allWords() []string {
	var out []string
	for _, k := range l.keys {
		out = append(out, k.words...)
	}
	return out
}

// keep moves n bytes of the rest into the title, with the blanks before them.
func (l *lineReader) keep(n int) {
	if l.cut && l.gap == "" {
		l.gap = " "
	}
	l.cut, l.titled = false, true
	l.title = append(l.title, l.gap, l.rest[:n])
	l.rest = l.rest[n:]
}

// value reads the value of k at the start of the rest.
func (l *lineReader) value(k Arg, typed string) {
	v, ok := l.oneValue(k)
	l.cut = true
	switch {
	case !ok:
		l.fault(k.Name, "open_quote", text.Args{"Key": typed})
	case v == "":
		l.fault(k.Name, "empty", text.Args{"Key": typed})
	case l.values[k.Name] != nil:
		l.fault(k.Name, "twice", text.Args{"Key": typed})
	case k.list:
		l.values[k.Name] = splitList(v)
	default:
		l.values[k.Name] = []string{v}
	}
}

// oneValue removes a value from the rest. ok is false if its quote is never closed.
func (l *lineReader) oneValue(k Arg) (v string, ok bool) {
	l.skipBlanks()
	if l.startsKey(l.rest) {
		return "", true
	}
	if k.list {
		return l.list(k)
	}
	if v, after, found := quoted(l.rest); found {
		open, _ := utf8.DecodeRuneInString(l.rest)
		l.rest = after
		if strayMark(l.rest[:l.prose()], open) {
			return "", false
		}
		if trimmed := strings.TrimLeftFunc(after, endsValue); firstWord(trimmed) == "" {
			l.rest = trimmed // as in `"Payments", `
		}
		return v, true
	}
	if opensQuote(l.rest) {
		l.rest = ""
		return "", false
	}
	n := l.word(l.rest)
	switch {
	case k.Kind == ProseArg && (l.titled || k.Name == "title"):
		n = l.prose()
	case k.Kind != ProseArg:
		n = l.fit(k)
	}
	v, l.rest = trimBlanks(l.rest[:n]), l.rest[n:]
	if k.Kind != ProseArg {
		v = strings.TrimRightFunc(v, isSeparator)
	}
	return v, true
}

// prose returns the length of the text up to the next key.
func (l *lineReader) prose() int {
	end := 0
	for {
		tail := strings.TrimLeftFunc(l.rest[end:], isBlank)
		if tail == "" || l.startsKey(tail) || l.separator(tail) > 0 {
			return end
		}
		n := l.word(tail)
		if _, after, ok := quoted(tail); ok {
			n = len(tail) - len(after)
		}
		end = len(l.rest) - len(tail) + n
	}
}

// mostWords is the maximum number of words of a value that its key recognises, such as
// "3 days ago at 2:30 pm".
const mostWords = 6

// fit returns the length of the value of k at the start of the rest: the longest run of
// words that fits, or else the first word. It includes words that look like more of the
// value, so that they are reported and don't end up in the title.
func (l *lineReader) fit(k Arg) int {
	best, words := l.word(l.rest), l.words(mostWords)
	if k.fits != nil {
		for _, end := range words {
			if k.fits(strings.TrimRightFunc(l.rest[:end], isSeparator)) {
				best = end
			}
		}
	}
	for i, end := range words {
		if k.goesOn != nil && i > 0 && words[i-1] >= best && k.goesOn(text.Fold(l.rest[best:end]), i == len(words)-1 && i+1 < mostWords) {
			best = end
		}
	}
	return best
}

// words returns the ends of the first words of the rest, up to a key.
func (l *lineReader) words(most int) []int {
	var ends []int
	for end := 0; len(ends) < most; {
		tail := strings.TrimLeftFunc(l.rest[end:], isBlank)
		if tail == "" || l.startsKey(tail) || l.separator(tail) > 0 {
			break
		}
		end = len(l.rest) - len(tail) + l.word(tail)
		ends = append(ends, end)
	}
	return ends
}

// list removes a list from the rest. The next word is an item if it follows a comma, or if
// it is a mention or a name that k recognises. A word such as "and" may precede an item.
func (l *lineReader) list(k Arg) (v string, ok bool) {
	var items []string
	for more := true; more; {
		item, after, found := quoted(l.rest)
		if !found {
			if opensQuote(l.rest) {
				l.rest = ""
				return "", false
			}
			n := l.word(l.rest)
			item, after = l.rest[:n], l.rest[n:]
		}
		items, l.rest = append(items, item), after
		last, _ := utf8.DecodeLastRuneInString(item)
		more = l.listGoesOn(k, !found && isSeparator(last), !strings.HasPrefix(text.Fold(items[0]), "@"))
	}
	return strings.Join(items, ","), true
}

// listGoesOn moves the rest to the next item of a list, and reports whether there is one.
func (l *lineReader) listGoesOn(k Arg, comma, named bool) bool {
	tail := strings.TrimLeftFunc(l.rest, isBlank)
	if tail == "" || l.startsKey(tail) || l.separator(tail) > 0 {
		return false
	}
	next := strings.TrimLeftFunc(tail, isSeparator)
	comma = comma || next != tail
	next = strings.TrimLeftFunc(next, isBlank)
	item := next
	if first := firstWord(next); slices.Contains(listJoins, strings.ToLower(text.Fold(first))) {
		item = strings.TrimLeftFunc(next[len(first):], isBlank)
	}
	word := firstWord(item)
	fits := named && k.fits != nil && k.fits(strings.TrimRightFunc(word, isSeparator))
	if !comma && !strings.HasPrefix(text.Fold(word), "@") && !fits || item == "" {
		return false
	}
	l.rest = item
	return true
}

// listJoins are words between items of a list.
var listJoins = []string{"and", "und", "et", "y", "&", "+", "和", "与", "及", "跟"}

// isSeparator reports whether r separates items of lists, or fields from each other.
func isSeparator(r rune) bool { return strings.ContainsRune(",，、;；﹐﹔｡､", r) }

// endsValue reports whether r is punctuation that may follow a value.
func endsValue(r rune) bool { return isSeparator(r) || r == '.' || r == '。' }

// splitList splits s at commas and drops empty parts.
func splitList(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, isSeparator) {
		if part = trimBlanks(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// isBlank reports whether r is a blank, including the invisible ones.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff' || r == '\u00ad'
}

func trimBlanks(s string) string { return strings.TrimFunc(s, isBlank) }

// firstWord returns the text before the first blank of s.
func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

func isColon(r rune) bool { return strings.ContainsRune(":：﹕︓∶", r) }

// likeKey reports whether a word looks like a key with its value, and not like a path or URL.
func likeKey(word string) (name string, ok bool) {
	name, after, _ := cutColon(word)
	return name, after != "" && !strings.ContainsAny(after[:1], "/:\\") && typeable(text.Fold(name))
}

// cutColon splits a word at its first colon of any width.
func cutColon(word string) (before, after string, ok bool) {
	i := strings.IndexFunc(word, isColon)
	if i <= 0 {
		return word, "", false
	}
	_, n := utf8.DecodeRuneInString(word[i:])
	return word[:i], word[i+n:], true
}
