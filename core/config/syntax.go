package config

import (
	"slices"
	"strings"
	"unicode/utf8"

	coretext "riskroom/core/text"
)

// maxFaults is how many mistakes of a file that can't be parsed are reported.
const maxFaults = 20

// syntaxProblems reports why the file can't be parsed: the mistakes that people make, and
// where the parser stopped if they don't explain that.
func (l *loader) syntaxProblems(bad *fault) {
	bad.at = l.src.within(bad.at)
	var faults []fault
	if !bad.final {
		faults = slices.DeleteFunc(scan(l.src.lines, l.knownKeys()), func(f fault) bool { return f.weak && f.at.line != bad.at.line })
	}
	if !slices.ContainsFunc(faults, func(f fault) bool { return f.at.line <= bad.at.line+1 }) {
		faults = append([]fault{*bad}, faults...)
	}
	for _, f := range faults[:min(len(faults), maxFaults)] {
		p := l.problem(f.at, "syntax", "%s", f.what)
		switch {
		case p.Line > 0 && p.source != l.src.lines[p.Line-1]: // it has a secret, which the remedy may quote
			p.hint(`write the key, a colon, a space and a variable in quotes: "${NAME}"`)
		case !f.remedy.IsZero():
			p.hint("%s", f.remedy)
		}
	}
}

// unparsed returns the fault of what the parser can't read. Its message says how it failed.
func unparsed(at place, message string) *fault {
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(message, w) })
	}
	switch {
	case says("tab character", "character '\t'"):
		return &fault{at: at, what: coretext.Plain("a tab stands where only spaces can"), remedy: coretext.Plain("replace it with spaces")}
	case says("end character of"):
		return &fault{at: at, what: coretext.Plain("this quote is never closed"), remedy: coretext.Plain("write another one at the end of the text")}
	case says("escape"):
		return &fault{at: at, what: coretext.Plain(`\ begins something that isn't known in double quotes`), remedy: coretext.Plain(`write \\ for one \, or put the text in single quotes`)}
	case says("end token", "must be specified", "could not find '", "found ','"):
		return &fault{at: at, what: coretext.Plain("a bracket is not closed, or a comma is missing"), remedy: coretext.Plain("each { and [ needs its } and ], and commas between entries")}
	}
	return &fault{
		at: at, what: coretext.Plain("this doesn't fit what is above it"),
		remedy: coretext.Plain("check how far it is indented, that each key above has a colon and a space after it, and that text with signs is in quotes"),
	}
}

// notText returns the offset of the first byte that is not UTF-8 text, and what it is, or -1.
func notText(s string) (at int, what coretext.Phrase) {
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		return 0, coretext.Plain("text in UTF-16")
	}
	for i, r := range s {
		if r == 0 {
			return i, coretext.Plain("a zero byte")
		}
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return i, foreignByte(s, i)
		}
	}
	return -1, coretext.Phrase{}
}

// foreignByte returns what the byte at i is, which is not UTF-8.
func foreignByte(s string, i int) coretext.Phrase {
	alone := i+1 == len(s) || s[i+1] < utf8.RuneSelf
	switch {
	case alone && strings.IndexByte("\x91\x92\x93\x94", s[i]) >= 0:
		return coretext.Plain("a curly quote in the encoding Windows-1252")
	case alone && strings.IndexByte("\x85\x96\x97", s[i]) >= 0:
		return coretext.Plain("a dash or … in the encoding Windows-1252")
	case !alone:
		return coretext.Plain("a letter in another encoding, such as GBK")
	}
	return coretext.Phrasef("the byte %#x", s[i])
}

// knownKeys returns the keys that files of this kind can have anywhere.
func (l *loader) knownKeys() map[string]bool {
	if l.keys != nil {
		return l.keys
	}
	known := map[string]bool{}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case object:
			props, _ := v["properties"].(object)
			for name := range props {
				known[name] = true
			}
			for _, part := range v {
				visit(part)
			}
		case []object:
			for _, part := range v {
				visit(part)
			}
		}
	}
	visit(schema(l.o.Format.settings()))
	return known
}
