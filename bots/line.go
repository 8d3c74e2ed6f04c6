package bots

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/text"
)

// fault is something wrong in what was typed, worded by the message
// "commands.fault.<code>".
type fault struct {
	field string // "" if it concerns none
	code  string
	args  text.Args
}

// parseLine reads a line such as
//
//	Ledger is off by one module:Payments discovered:yesterday handlers:lin,@oncall
//
// Text that is no `key:value` is the title, in the order typed. A colon of either
// width counts; a value with blanks stands in quotes, unless the key knows it by
// itself (`module:Core Banking`, `discovered:3d ago`); quoted words outside of
// values are title, whatever they look like. Every fault is found at once, and what
// is right is returned all the same.
func parseLine(keys []Arg, line string) (Values, []fault) {
	values, title, faults := readLine(keys, line)
	switch {
	case title == "":
	case values["title"] != nil:
		faults = append(faults, outside("title", title))
	default:
		values["title"] = []string{title}
	}
	return values, faults
}

// readLine is parseLine, except that it returns the text outside of any value.
func readLine(keys []Arg, line string) (values Values, rest string, faults []fault) {
	l := lineReader{keys: keys, rest: line, values: Values{}}
	for l.skipBlanks(); l.rest != ""; l.skipBlanks() {
		l.next()
	}
	return l.values, strings.TrimSpace(strings.Join(l.title, "")), l.faults
}

// outside is the fault of a text that belongs to a field which is given with its
// key too.
func outside(field, typed string) fault {
	return fault{field: field, code: "outside", args: text.Args{"Text": typed}}
}

type lineReader struct {
	keys   []Arg
	rest   string
	gap    string // the blanks before rest
	cut    bool   // a value was taken out since the last word of the title
	title  []string
	values Values
	faults []fault
}

func (l *lineReader) fault(field, code string, args text.Args) {
	l.faults = append(l.faults, fault{field: field, code: code, args: args})
}

func (l *lineReader) skipBlanks() {
	trimmed := strings.TrimLeftFunc(l.rest, unicode.IsSpace)
	l.gap, l.rest = l.rest[:len(l.rest)-len(trimmed)], trimmed
}

// next reads one word of the title or one key with its value.
func (l *lineReader) next() {
	if _, after, ok := quoted(l.rest); ok {
		l.keep(len(l.rest) - len(after))
		return
	}
	word := firstWord(l.rest)
	name, behind, ok := cutColon(word)
	if !ok || !typeable(name) {
		l.keep(len(word))
		return
	}
	k := findKey(l.keys, name)
	switch {
	case k != nil:
		l.rest = l.rest[len(word)-len(behind):]
		l.value(*k, name)
	case behind == "" || strings.ContainsAny(behind[:1], "/:\\"):
		l.keep(len(word)) // "Note: …", "https://…", "std::…"
	default:
		l.fault("", "unknown_key", text.Args{"Key": name, "Near": core.Nearest(name, l.allWords())})
		l.rest = l.rest[len(word):]
	}
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
	l.cut = false
	l.title = append(l.title, l.gap, l.rest[:n])
	l.rest = l.rest[n:]
}

// value reads the value of k, which begins at the rest.
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

// oneValue takes a value off the rest; ok is false if its quote never ends.
func (l *lineReader) oneValue(k Arg) (v string, ok bool) {
	l.skipBlanks()
	if v, after, found := quoted(l.rest); found {
		l.rest = after
		return v, true
	}
	if closing(l.rest) != "" {
		l.rest = ""
		return "", false
	}
	word := firstWord(l.rest)
	if name, _, found := cutColon(word); found && findKey(l.keys, name) != nil {
		return "", true // the next key: this one has no value
	}
	n := len(word)
	if k.list {
		n = listEnd(l.rest)
	} else if k.fits != nil {
		n = longestFit(l.rest, k.fits)
	}
	v, l.rest = l.rest[:n], l.rest[n:]
	return strings.TrimSpace(v), true
}

// longestFit returns the length of the longest run of at most four words at the
// start of s that fits, or of the first word.
func longestFit(s string, fits func(string) bool) int {
	best := len(firstWord(s))
	for end, n := 0, 0; n < 4 && end < len(s); n++ {
		blanks := len(s[end:]) - len(strings.TrimLeftFunc(s[end:], unicode.IsSpace))
		end += blanks + len(firstWord(s[end+blanks:]))
		if fits(strings.Join(strings.Fields(s[:end]), " ")) {
			best = end
		}
	}
	return best
}

// listEnd returns the length of the list at the start of s: words go on where a
// comma stands at the end of one or the beginning of the next.
func listEnd(s string) int {
	end := len(firstWord(s))
	for {
		tail := strings.TrimLeftFunc(s[end:], unicode.IsSpace)
		last, _ := utf8.DecodeLastRuneInString(s[:end])
		first, _ := utf8.DecodeRuneInString(tail)
		if tail == "" || !isComma(last) && !isComma(first) {
			return end
		}
		end = len(s) - len(tail) + len(firstWord(tail))
	}
}

func isComma(r rune) bool { return r == ',' || r == '，' || r == '、' }

// splitList splits at commas and drops what is empty.
func splitList(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, isComma) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// firstWord returns what stands before the first blank of s.
func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

// cutColon splits a word at its first colon of either width.
func cutColon(word string) (before, after string, ok bool) {
	i := strings.IndexAny(word, ":：")
	if i <= 0 {
		return "", "", false
	}
	_, n := utf8.DecodeRuneInString(word[i:])
	return word[:i], word[i+n:], true
}

// closing returns the quote that ends what the first character of s opens, or
// "" if that is no quote. Phones and Chinese keyboards type curly ones.
func closing(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	switch r {
	case '"':
		return `"`
	case '“', '”':
		return "”"
	case '「':
		return "」"
	}
	return ""
}

// quoted takes a quoted text off the start of s, if one stands there and ends.
func quoted(s string) (inside, after string, ok bool) {
	end := closing(s)
	if end == "" {
		return "", s, false
	}
	_, n := utf8.DecodeRuneInString(s)
	i := strings.Index(s[n:], end)
	if i < 0 {
		return "", s, false
	}
	return s[n : n+i], s[n+i+len(end):], true
}
