package config

import (
	"strconv"
	"strings"

	coretext "riskroom/core/text"
)

// values reads the values from index i to the end of the line. start reports whether a value
// may begin there.
func (s *scanner) values(i int, start bool) {
	quoted := false // a quoted text has just ended
	for i < len(s.runes) {
		r := s.runes[i]
		inside := len(s.open) > 0
		switch {
		case isBlank(r):
			i++
			continue
		case r == '#' && (i == 0 || isBlank(s.runes[i-1])):
			return
		case inside && (r == '}' || r == ']'):
			s.open, start = s.open[:len(s.open)-1], false
			i++
		case inside && (r == ',' || r == ':'):
			start = true
			i++
		case inside && !start && r == '，':
			s.wideComma(i)
			start = true
			i++
		case !start && quoted:
			s.afterQuote(i)
			return
		case !start && (r == '}' || r == ']'):
			s.perhaps(i, coretext.Phrasef("this %s closes nothing", string(r)), coretext.Plain("delete it"))
			return
		case !start:
			return
		case r == '"' || r == '\'':
			i, start, quoted = s.quotedText(i), false, true
			continue
		case s.has(i, "{{"):
			s.report(i, 2, coretext.Plain("text that begins with {{ needs quotes"), templateRemedy())
			if i, start = s.afterTemplate(i), false; inside {
				i = s.plain(i, i)
			}
		case r == '{' || r == '[':
			s.open = append(s.open, place{s.n + 1, i + 1, 1})
			i++
		case r == '&' || r == '*' || r == '!': // the parser's tokens are refused
			return
		case r == '@' || r == '`':
			s.report(i, 1, coretext.Phrasef("text that begins with %s needs quotes", string(r)), s.inQuotes(i))
			i, start = s.plain(i+1, i), false
		default:
			i, start = s.plain(i, i), false
		}
		quoted = false
	}
}

// templateRemedy says how to write a template.
func templateRemedy() coretext.Phrase { return coretext.Plain(`put it in quotes: "{{ .title }}"`) }

// inQuotes says how to write the text from index i on.
func (s *scanner) inQuotes(i int) coretext.Phrase {
	word := string(s.runes[i:])
	if len(s.open) > 0 {
		if j := strings.IndexAny(word, ",]}"); j > 0 {
			word = word[:j]
		}
	}
	return coretext.Phrasef("put it in quotes: %q", short(strings.TrimSpace(word)))
}

// end returns the index after the quote that closes the text from index i on, and whether
// there is one on the line.
func (s *scanner) end(i int, quote rune) (int, bool) {
	for ; i < len(s.runes); i++ {
		switch {
		case quote == '"' && s.runes[i] == '\\':
			i++
		case s.runes[i] != quote:
		case quote == '\'' && i+1 < len(s.runes) && s.runes[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return len(s.runes), false
}

// closing is end, and remembers whether the quote is still open.
func (s *scanner) closing(i int, quote rune) int {
	j, closed := s.end(i, quote)
	if s.quote = quote; closed {
		s.quote = 0
	}
	return j
}

// quotedText reads the text in quotes that begins at index i.
func (s *scanner) quotedText(i int) int {
	s.opened = place{s.n + 1, i + 1, len(s.runes) - i}
	return s.closing(i+1, s.runes[i])
}

// afterQuote reports what follows a closing quote at index i, and reads the rest of the line.
func (s *scanner) afterQuote(i int) {
	end := len(s.runes)
	if len(s.open) > 0 {
		for end = i; end < len(s.runes) && !strings.ContainsRune(",]}", s.runes[end]); end++ {
		}
	}
	remedy := coretext.Plain("put the whole text in quotes")
	if s.opened.line == s.n+1 {
		remedy = coretext.Phrasef("put the whole text in quotes: %s", requoted(strings.TrimSpace(string(s.runes[s.opened.col-1:end]))))
	}
	s.report(i, end-i, coretext.Plain("text follows a closing quote"), remedy)
	s.values(end, false)
}

// requoted returns a text with quotes in it, in quotes of the other kind.
func requoted(whole string) string {
	last := len(whole) - 1
	compares := strings.Contains(whole, "==") || strings.Contains(whole, "!=")
	if inner := whole[1:last]; whole[0] == whole[last] && (!compares || whole[last-1] == whole[last]) {
		whole = inner // its first and last signs are meant as quotes
	}
	if strings.Contains(whole, "'") {
		return strconv.Quote(whole)
	}
	return "'" + whole + "'"
}

// afterTemplate returns the index after the template that begins at index i.
func (s *scanner) afterTemplate(i int) int {
	if j := strings.LastIndex(string(s.runes[i:]), "}}"); j >= 0 {
		return i + len([]rune(string(s.runes[i:])[:j])) + len("}}")
	}
	return len(s.runes)
}

// plain reads a text without quotes, which begins at index from, on from index i.
func (s *scanner) plain(i, from int) int {
	inside := len(s.open) > 0
	for ; i < len(s.runes); i++ {
		r := s.runes[i]
		switch {
		case inside && strings.ContainsRune(",]}[{", r):
			return i
		case r == '#' && i > 0 && isBlank(s.runes[i-1]):
			return i
		case r == ':' && (i+1 == len(s.runes) || isBlank(s.runes[i+1])):
			if !inside {
				s.colonInText(i, from)
				return len(s.runes)
			}
			return i
		case inside && r == '：' && s.known[strings.TrimSpace(string(s.runes[from:i]))]:
			s.fullWidthColon(from, i)
			return i + 1
		case inside && r == ':' && s.known[string(s.runes[from:i])]:
			s.report(i, 1, coretext.Plain("a space is missing after this colon"), coretext.Phrasef("write %s: and then the value", string(s.runes[from:i])))
			return i + 1
		case inside && r == '，':
			s.wideComma(i)
			s.faults[len(s.faults)-1].weak = true
		}
	}
	return i
}

// wideComma reports the full-width comma at index i.
func (s *scanner) wideComma(i int) {
	s.report(i, 1, coretext.Plain("the full-width comma ， separates nothing"), coretext.Plain("write a plain comma and a space"))
}

// colonInText reports the colon at index i in the text that begins at index from.
func (s *scanner) colonInText(i, from int) {
	rest := string(s.runes[from:])
	switch {
	case strings.ContainsRune("“”‘’„«»＂＇「", s.runes[from]):
		s.report(from, 1, coretext.Phrasef("%s is no quote in YAML", string(s.runes[from])), coretext.Plain(`write " before and after the text`))
	case strings.Contains(rest, "{{"):
		s.report(i, 1, coretext.Plain("text with a colon and {{ }} needs quotes"), coretext.Phrasef("put it in quotes: %q", short(rest)))
	case strings.Count(rest, "}") > strings.Count(rest, "{") || strings.Count(rest, "]") > strings.Count(rest, "["):
		s.report(from, 1, coretext.Plain("a bracket is missing here, or there is one too many"), coretext.Plain("each { and [ needs its } and ]"))
	default:
		s.report(i, 1, coretext.Plain("text with a colon and a space needs quotes"), coretext.Phrasef("put it in quotes: %q, or begin a new line if this is a key", short(rest)))
	}
}
