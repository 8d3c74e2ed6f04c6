package config

import (
	"slices"
	"strings"
	"unicode"

	coretext "riskroom/core/text"
)

// fault is a mistake in the text of a file that can't be parsed.
type fault struct {
	at           place
	what, remedy coretext.Phrase
	weak         bool // it may be meant, unless the parser stopped on this line
	final        bool // nothing else needs to be looked for
}

// scanner looks for mistakes that people make in YAML. It knows lines, quotes, brackets and
// block scalars, but builds no tree. In a file that can be parsed, what it finds is meant.
type scanner struct {
	lines  []string
	known  map[string]bool // the keys of config files
	faults []fault

	n       int     // the line, from 0
	runes   []rune  // of the line, without blanks at its end
	open    []place // brackets
	quote   rune    // an open quote, 0 if none
	opened  place   // where it was opened
	block   int     // the least index of lines of the open block scalar, 0 if none is open
	columns []int   // where the open collections begin, from 1
	value   bool    // the last entry has a value on its line
	col     int     // where the last entry begins
}

// scan returns the mistakes of a text, by place.
func scan(lines []string, known map[string]bool) []fault {
	s := &scanner{lines: lines, known: known}
	for s.n = range lines {
		s.line()
	}
	if s.quote != 0 {
		s.unclosedQuote()
	}
	if len(s.open) > 0 {
		s.unclosedBracket()
	}
	slices.SortStableFunc(s.faults, func(a, b fault) int { return a.at.line - b.at.line })
	return s.faults
}

// report adds a mistake of width characters at index i of the line.
func (s *scanner) report(i, width int, what, remedy coretext.Phrase) {
	s.faults = append(s.faults, fault{at: place{s.n + 1, i + 1, max(1, width)}, what: what, remedy: remedy})
}

// perhaps adds what is a mistake only if the parser stopped on this line.
func (s *scanner) perhaps(i int, what, remedy coretext.Phrase) {
	s.report(i, 1, what, remedy)
	s.faults[len(s.faults)-1].weak = true
}

func (s *scanner) line() {
	s.runes = []rune(strings.TrimRight(s.lines[s.n], " \t"))
	i := 0
	for i < len(s.runes) && (isBlank(s.runes[i]) || isForeignBlank(s.runes[i])) {
		i++
	}
	if i == len(s.runes) || s.block > 0 && i >= s.block {
		return // empty, or text
	}
	s.block = 0
	switch {
	case s.quote != 0 && s.isKnown(i):
		s.unclosedQuote()
	case s.quote != 0:
		s.values(s.closing(0, s.quote), false)
		return
	}
	if len(s.open) > 0 {
		if !s.isKnown(i) || i >= indentOf(s.lines[s.open[0].line-1]) && i > 0 {
			s.values(i, true)
			return
		}
		s.unclosedBracket()
	}
	if s.runes[i] == '#' || i == 0 && s.has(0, "---") {
		return
	}
	if s.badIndent(i) {
		return
	}
	s.blockLine(i)
}

// indentOf returns the index of the first character that is not a space.
func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// isForeignBlank reports whether r looks like a blank but is none in YAML.
func isForeignBlank(r rune) bool {
	return !isBlank(r) && (unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b')
}

// blanks returns the index of the first character from i on that is not blank.
func (s *scanner) blanks(i int) int {
	for i < len(s.runes) && isBlank(s.runes[i]) {
		i++
	}
	return i
}

// has reports whether word is at index i.
func (s *scanner) has(i int, word string) bool {
	for j, r := range []rune(word) {
		if i+j >= len(s.runes) || s.runes[i+j] != r {
			return false
		}
	}
	return true
}

// word returns the end of the word at index i.
func (s *scanner) word(i int) int {
	for i < len(s.runes) && (unicode.IsLetter(s.runes[i]) || unicode.IsDigit(s.runes[i]) || strings.ContainsRune("_-.", s.runes[i])) {
		i++
	}
	return i
}

// isKnown reports whether a known key with its colon is at index i, perhaps after a dash.
func (s *scanner) isKnown(i int) bool {
	for i < len(s.runes) && s.runes[i] == '-' {
		i = s.blanks(i + 1)
	}
	end := s.word(i)
	return end < len(s.runes) && (s.runes[end] == ':' || s.runes[end] == '：') && s.known[string(s.runes[i:end])]
}

// badIndent reports characters other than spaces before index i.
func (s *scanner) badIndent(i int) bool {
	for j, r := range s.runes[:i] {
		switch {
		case r == '\t':
			s.report(j, 1, coretext.Plain("this line is indented with a tab"), coretext.Plain("indent with spaces: YAML allows no tabs there"))
			return true
		case isForeignBlank(r):
			s.report(j, 1, coretext.Plain("this blank is no ordinary space"), coretext.Plain("delete it, and type spaces without an input method"))
			return true
		}
	}
	return false
}

// blockLine reads a line outside of brackets, from its first character at index i.
func (s *scanner) blockLine(i int) {
	sibling := s.column(i)
	dash := false
	for i < len(s.runes) && s.runes[i] == '-' && (i+1 == len(s.runes) || isBlank(s.runes[i+1])) {
		dash, s.value, s.col = true, false, i+1
		if i = s.blanks(i + 1); i < len(s.runes) {
			s.columns = append(s.columns, i+1)
		}
	}
	if i == len(s.runes) || s.runes[i] == '#' {
		return
	}
	colon := s.colon(i, dash)
	if colon < 0 {
		if s.value = !s.noColon(i, sibling && !dash); s.value {
			s.values(i, true)
		}
		return
	}
	if s.runes[colon] == '：' {
		s.fullWidthColon(i, colon)
	}
	s.col = i + 1
	v := s.blanks(colon + 1)
	s.value = v < len(s.runes) && s.runes[v] != '#'
	switch {
	case !s.value:
	case s.runes[v] == '|' || s.runes[v] == '>':
		s.block = i + 1
	default:
		s.values(v, true)
	}
}

// column checks that a line which begins at index i belongs to an open collection or opens
// one. It reports whether the collection has entries above.
func (s *scanner) column(i int) (sibling bool) {
	col := i + 1
	var passed int // the column of the innermost collection that ends here
	for len(s.columns) > 0 && s.columns[len(s.columns)-1] > col {
		passed = s.columns[len(s.columns)-1]
		s.columns = s.columns[:len(s.columns)-1]
	}
	top := 0
	if len(s.columns) > 0 {
		top = s.columns[len(s.columns)-1]
	}
	entry := s.colon(i, false) >= 0 || s.runes[i] == '-'
	switch {
	case col == top:
		return true
	case passed > 0 && !entry: // the rest of a text
	case passed > 0:
		what := coretext.Phrasef("this line begins in column %d, but nothing above that it could belong to does", col)
		remedy := coretext.Phrasef("begin it in column %d, as the lines that it belongs to", passed)
		if top > 0 {
			remedy = coretext.Phrasef("begin it in column %d or %d, as the lines that it belongs to", top, passed)
		}
		s.report(i, 1, what, remedy)
		s.columns = append(s.columns, col)
	case s.value && entry && len(s.open) == 0:
		s.report(i, 1, coretext.Plain("this line begins further right than the one above, which has a value already"),
			coretext.Phrasef("begin it in column %d, or remove the value above it", s.col))
		s.columns = append(s.columns, col)
	case !s.value:
		s.columns = append(s.columns, col)
	}
	return false
}

// colon returns the index of the colon that ends the key at index i, -1 if there is none. It
// may be a full-width one.
func (s *scanner) colon(i int, dash bool) int {
	if r := s.runes[i]; r == '"' || r == '\'' {
		j, closed := s.end(i+1, r)
		if j = s.blanks(j); closed && j < len(s.runes) && s.runes[j] == ':' {
			return j
		}
		return -1
	}
	if strings.ContainsRune("{[|>", s.runes[i]) {
		return -1
	}
	for j := i; j < len(s.runes); j++ {
		switch {
		case s.runes[j] == ':' && (j+1 == len(s.runes) || isBlank(s.runes[j+1])):
			return j
		case s.runes[j] == '：' && j == s.word(i) && j > i && (!dash || s.known[string(s.runes[i:j])]):
			return j
		case s.runes[j] == '#' && j > 0 && isBlank(s.runes[j-1]):
			return -1
		}
	}
	return -1
}

// fullWidthColon reports the colon at index j, which ends the key from index i on.
func (s *scanner) fullWidthColon(i, j int) {
	rest := strings.TrimSpace(string(s.runes[j+1:]))
	s.report(j, 1, coretext.Plain("the full-width colon ： doesn't end a key"),
		coretext.Phrasef("write a plain colon and a space: %s", short(strings.TrimSpace(string(s.runes[i:j])+": "+rest))))
}

// noColon reports a known key at index i whose colon is missing, or has no blank after it. It
// returns whether that is the whole line.
func (s *scanner) noColon(i int, entry bool) (alone bool) {
	end := s.word(i)
	name := string(s.runes[i:end])
	switch {
	case !s.known[name]:
	case end < len(s.runes) && s.runes[end] == ':' && !s.has(end, "://"):
		s.report(end, 1, coretext.Plain("a space is missing after this colon"), coretext.Phrasef("write %s: %s", name, short(string(s.runes[end+1:]))))
	case !entry:
	case end == len(s.runes):
		s.report(i, end-i, coretext.Plain("a colon is missing after this key"), coretext.Phrasef("write %s:", name))
		return true
	case isBlank(s.runes[end]):
		s.report(i, end-i, coretext.Plain("a colon is missing after this key"), coretext.Phrasef("write %s: %s", name, short(strings.TrimSpace(string(s.runes[end:])))))
	}
	return false
}

func (s *scanner) unclosedQuote() {
	s.faults = append(s.faults, fault{at: s.opened, what: coretext.Plain("this quote is never closed"),
		remedy: coretext.Phrasef("write another %s at the end of the text", string(s.quote))})
	s.quote = 0
}

func (s *scanner) unclosedBracket() {
	at := s.open[len(s.open)-1]
	s.open = nil
	sign := string([]rune(s.lines[at.line-1])[at.col-1])
	closing := "}"
	if sign == "[" {
		closing = "]"
	}
	s.faults = append(s.faults, fault{at: at, what: coretext.Phrasef("this %s is never closed", sign),
		remedy: coretext.Phrasef("write %s where it ends", closing)})
}
