package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"riskroom/core"
)

// shownLine is how many characters of a line an excerpt shows.
const shownLine = 120

// source is the text of the file. It returns lines with secrets hidden.
type source struct {
	name  string
	text  string
	lines []string
	mask  *regexp.Regexp // matches secrets of the known platforms
}

// secretKey matches the key of a secret, even on a line that doesn't parse.
var secretKey = regexp.MustCompile(`(?i)(?:[a-z0-9_]*(?:token|secret|password)[a-z0-9_]*["']?[ \t]*[:：=][ \t]*|^[ \t]*(?:-[ \t]+)?[a-z0-9_]*(?:token|secret|password)[a-z0-9_]*[ \t]+)`)

// quoted matches a value in quotes, which may lack the last one.
var quoted = regexp.MustCompile(`^(?:"(?:\\.|[^"\\])*"?|'(?:''|[^'])*'?)`)

// nextKey matches what follows a value between { and }.
var nextKey = regexp.MustCompile(`^,[ \t]*\w+:`)

// urlSecret matches the password of a URL.
var urlSecret = regexp.MustCompile(`(://[^\s/@:"']*:)([^\s"']+)@`)

// wholeReference matches the only value that a secret field may have.
var wholeReference = regexp.MustCompile(`^["']?\$\{[A-Za-z_][A-Za-z0-9_]*\}["']?$`)

// leadingReference matches a reference to the environment at the start of a value.
var leadingReference = regexp.MustCompile(`^\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

func newSource(name string, src []byte, platforms []core.PlatformSettings) *source {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return &source{name: name, text: text, lines: strings.Split(text, "\n"), mask: secretShapes(platforms)}
}

// secretShapes matches what begins like a secret of a platform, such as "xoxb-". A token
// under the wrong key must not be printed either.
func secretShapes(platforms []core.PlatformSettings) *regexp.Regexp {
	const shortest = 4
	var starts []string
	for _, p := range platforms {
		for _, s := range p.Settings {
			if start, _, ok := strings.Cut(s.Form, "…"); ok && s.Secret && len(start) >= shortest {
				starts = append(starts, regexp.QuoteMeta(start))
			}
		}
	}
	if len(starts) == 0 {
		return nil
	}
	return regexp.MustCompile(`(` + strings.Join(starts, "|") + `)[^\s"',}\]…]+`)
}

// hide replaces literal secrets, and what looks like one, by asterisks of the same width,
// so that a caret still points to the right place.
func (s *source) hide(line string) string {
	var shown strings.Builder
	inFlow := false
	for m := secretKey.FindStringIndex(line); m != nil; m = secretKey.FindStringIndex(line) {
		inFlow = inFlow || strings.ContainsAny(line[:m[0]], "{[")
		end := m[1] + secretLength(line[m[1]:], inFlow)
		shown.WriteString(line[:m[1]])
		if value := line[m[1]:end]; wholeReference.MatchString(strings.TrimSpace(value)) || strings.Contains(line[m[0]:m[1]], fileSuffix) {
			shown.WriteString(value)
		} else {
			shown.WriteString(stars(value))
		}
		line = line[end:]
	}
	return s.hideShapes(shown.String() + line)
}

// secretLength returns how many bytes of s, what follows a key, are its value. In a flow
// collection, a comma or bracket ends text without quotes. A collection is hidden to the
// end of its line: it is no secret, but may hold one.
func secretLength(s string, inFlow bool) int {
	from := 0
	if m := quoted.FindString(s); m != "" {
		rest := strings.TrimSpace(s[len(m):])
		if strings.Trim(rest, "}] ") == "" || rest[0] == '#' || nextKey.MatchString(rest) || inFlow && strings.ContainsRune(",}]", rune(rest[0])) {
			return len(m)
		}
		from = len(m) // it is not the whole value
	}
	if s == "" || !inFlow || s[0] == '{' || s[0] == '[' {
		return len(s)
	}
	from = max(from, len(leadingReference.FindString(s))) // its } ends nothing
	if i := strings.IndexAny(s[from:], ",}]"); i >= 0 {
		return from + i
	}
	return len(s)
}

// hideShapes hides what looks like a secret.
func (s *source) hideShapes(line string) string {
	line = urlSecret.ReplaceAllStringFunc(line, func(m string) string {
		g := urlSecret.FindStringSubmatch(m)
		if wholeReference.MatchString(g[2]) {
			return m
		}
		return g[1] + stars(g[2]) + "@"
	})
	if s.mask != nil {
		line = s.mask.ReplaceAllStringFunc(line, stars)
	}
	return line
}

func stars(s string) string { return strings.Repeat("*", len([]rune(s))) }

// line returns the nth line, from 1, with secrets hidden.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.hide(s.lines[n-1])
}

// within moves a place into the file. The parser's places may lie after the end.
func (s *source) within(p place) place {
	p.line = min(max(p.line, 1), len(s.lines))
	p.col = min(max(p.col, 1), utf8.RuneCountInString(s.lines[p.line-1])+1)
	return p
}

// excerpt returns the line with its number and carets under w characters from col on. It
// replaces control characters.
func excerpt(n, col, w int, line string) string {
	runes := []rune(line)
	col = min(max(col, 1), len(runes)+1)
	from := max(0, col-1-shownLine/2)
	to := min(len(runes), from+shownLine)
	var text, pad, mark strings.Builder
	if from > 0 {
		text.WriteString("…")
		pad.WriteString(" ")
	}
	for i, r := range runes[from:to] {
		if unicode.In(r, unicode.Cc, unicode.Cf) && r != '\t' {
			r = '\ufffd'
		}
		text.WriteRune(r)
		switch at := from + i + 1; {
		case at < col && r == '\t':
			pad.WriteRune('\t')
		case at < col:
			pad.WriteString(strings.Repeat(" ", cells(r)))
		case at > col && at < col+w:
			mark.WriteString(strings.Repeat("~", cells(r)))
		case at == col:
			mark.WriteString("^" + strings.Repeat("~", max(0, cells(r)-1)))
		}
	}
	if to < len(runes) {
		text.WriteString("…")
	}
	if mark.Len() == 0 {
		mark.WriteString("^")
	}
	num := strconv.Itoa(n)
	gap := strings.Repeat(" ", len(num))
	return fmt.Sprintf("%s |\n%s | %s\n%s | %s%s\n", gap, num, text.String(), gap, pad.String(), mark.String())
}

// cells returns how many columns r takes in a terminal.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}
