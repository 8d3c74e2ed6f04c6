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
	first   int     // the column of its first line, 0 if it has none
	columns []column
	value   bool // the last entry has a value on its line
}

// column is where an open collection begins, from 1.
type column struct {
	col  int
	list bool
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
	switch {
	case i == len(s.runes):
		return
	case s.block > 0 && i >= s.block:
		if s.first == 0 {
			s.first = i + 1
		}
		return
	case s.block > 0:
		s.block = 0
		if s.first > 0 && s.runes[i] != '#' && s.runes[i] != '-' && s.colon(i, false) < 0 {
			s.perhaps(i, coretext.Plain("this line begins further left than the text above, so it doesn't belong to it"),
				coretext.Phrasef("begin it in column %d, as the first line of the text", s.first))
			return
		}
	}
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
	for i < len(s.runes) && s.dash(i) {
		dash, s.value = true, false
		if i = s.blanks(i + 1); i < len(s.runes) {
			s.columns = append(s.columns, column{i + 1, s.runes[i] == '-'})
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
	v := s.blanks(colon + 1)
	s.value = v < len(s.runes) && s.runes[v] != '#'
	switch {
	case !s.value:
	case s.runes[v] == '|' || s.runes[v] == '>':
		s.block, s.first = i+1, 0
	default:
		s.values(v, true)
	}
}

// column checks that a line which begins at index i belongs to an open collection or opens
// one. It reports whether the collection has entries above.
func (s *scanner) column(i int) (sibling bool) {
	col, list := i+1, s.runes[i] == '-'
	entry := list || s.colon(i, false) >= 0
	var passed column // the outermost collection that ends here
	for len(s.columns) > 0 && s.columns[len(s.columns)-1].col > col {
		passed = s.columns[len(s.columns)-1]
		s.columns = s.columns[:len(s.columns)-1]
	}
	var top column
	if len(s.columns) > 0 {
		top = s.columns[len(s.columns)-1]
	}
	switch {
	case col == top.col && list && !top.list && s.value:
		s.dashAmongKeys(i)
		return true
	case col == top.col && top.list && !s.dash(i):
		s.noDash(i)
		return true
	case col == top.col:
		return true
	case passed.col > 0 && entry:
		remedy := coretext.Phrasef("begin it in column %d, as the lines that it belongs to", passed.col)
		if top.col > 0 {
			remedy = coretext.Phrasef("begin it in column %d or %d, as the lines that it belongs to", top.col, passed.col)
		}
		s.report(i, 1, coretext.Phrasef("this line begins in column %d, but nothing above that it could belong to does", col), remedy)
		s.columns = append(s.columns, passed)
	case s.value && entry && top.col > 0:
		s.report(i, 1, coretext.Plain("this line begins further right than the one above, which has a value already"),
			coretext.Plain("begin both lines in the same column, or remove the value above"))
	case !s.value || top.col == 0:
		s.columns = append(s.columns, column{col, list})
		return top.col == 0
	}
	return false
}

// dashAmongKeys reports the dash at index i, which is where keys begin.
func (s *scanner) dashAmongKeys(i int) {
	remedy := coretext.Plain(`begin each entry of the list with a dash and a space, "- ", or remove the dash`)
	for _, c := range s.columns {
		if c.list {
			remedy = coretext.Phrasef("begin it in column %d, as the dash above", c.col)
		}
	}
	s.report(i, 1, coretext.Plain("a dash begins an entry of a list, but the line above has a key in this column"), remedy)
}

// dash reports whether a dash that begins an entry of a list is at index i.
func (s *scanner) dash(i int) bool {
	return s.runes[i] == '-' && (i+1 == len(s.runes) || isBlank(s.runes[i+1]))
}

// noDash reports the line from index i on, which is where the dashes of a list are.
func (s *scanner) noDash(i int) {
	if s.runes[i] == '-' {
		s.report(i, 1, coretext.Plain("a space is missing after this dash"), coretext.Plain(`begin each entry of the list with a dash and a space, "- "`))
		return
	}
	s.report(i, s.word(i)-i, coretext.Plain("a dash is missing before this entry of the list"),
		coretext.Phrasef(`begin each entry of the list with a dash and a space, "- "; what belongs to the entry above begins in column %d`, i+3))
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
// returns whether the key is the whole line.
func (s *scanner) noColon(i int, sibling bool) (alone bool) {
	end := s.word(i)
	name := string(s.runes[i:end])
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(s.runes[end:])), "="))
	missing := coretext.Plain("a colon is missing after this key")
	remedy := coretext.Phrasef("write %s: %s", name, short(rest))
	switch {
	case !s.known[name]:
	case s.has(end, ":") && !s.has(end, "://"):
		s.report(end, 1, coretext.Plain("a space is missing after this colon"), coretext.Phrasef("write %s: %s", name, short(strings.TrimSpace(rest[1:]))))
	case end == len(s.runes) && sibling:
		s.report(i, end-i, missing, coretext.Phrasef("write %s:", name))
		return true
	case end == len(s.runes) || !isBlank(s.runes[end]):
	case sibling:
		s.report(i, end-i, missing, remedy)
	default:
		s.perhaps(i, missing, remedy)
	}
	return false
}

func (s *scanner) unclosedQuote() {
	s.faults = append(s.faults, fault{at: s.opened, what: coretext.Plain("this quote is never closed"),
		remedy: coretext.Phrasef("write another %s at the end of the text", string(s.quote))})
	s.quote, s.open = 0, nil
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
