package emulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// textParts renders markdown for the stage: small print stands apart.
func (r *renderer) textParts(markdown string) []stage.Part {
	var parts []stage.Part
	var lines []string
	flush := func() {
		if text := strings.Join(lines, "\n"); text != "" {
			parts = append(parts, stage.Part{Kind: stage.TextPart, Text: r.fromMarkdown(text), Lines: r.lines(text)})
		}
		lines = nil
	}
	for line := range strings.SplitSeq(markdown, "\n") {
		if small, ok := strings.CutPrefix(line, "-# "); ok {
			flush()
			parts = append(parts, stage.Part{Kind: stage.NotePart, Text: r.fromMarkdown(small), Lines: r.lines(small)})
		} else {
			lines = append(lines, line)
		}
	}
	flush()
	return parts
}

// lines renders markdown with its looks. Discord marks quotes, lists and
// headings line by line; blocks of code stay as they are written. See
// https://docs.discord.com/developers/reference#message-formatting.
func (r *renderer) lines(markdown string) []stage.Line {
	if markdown == "" {
		return nil
	}
	var out []stage.Line
	for text := range strings.SplitSeq(markdown, "\n") {
		line, look := stage.Line{}, stage.Span{}
		switch sign, rest, _ := strings.Cut(text, " "); sign {
		case ">":
			line.Kind, text = stage.QuoteLine, rest
		case "-", "*":
			line.Kind, text = stage.BulletLine, rest
		case "#", "##", "###":
			look.Bold, text = true, rest
		}
		line.Spans = r.spans(text, look)
		out = append(out, line)
	}
	return out
}

// literal renders a text in which nothing is markup.
func literal(text string, bold bool) []stage.Line {
	return []stage.Line{{Spans: []stage.Span{{Text: text, Bold: bold}}}}
}

// spans renders one line. What is more than its letters is found first, so that
// no sign within it counts as emphasis.
func (r *renderer) spans(line string, look stage.Span) []stage.Span {
	var out []stage.Span
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			span := look
			span.Text = text.String()
			out = append(out, span)
			text.Reset()
		}
	}
	atoms := marked.FindAllStringSubmatchIndex(line, -1)
	signs := emphasised(masked(line, atoms))
	for at := 0; at < len(line); {
		if len(atoms) > 0 && atoms[0][0] == at {
			m := marked.FindStringSubmatch(line[at:atoms[0][1]])
			if m[markEscaped] != "" {
				text.WriteString(m[markEscaped])
			} else {
				flush()
				out = append(out, r.atom(m, look))
			}
			at, atoms = atoms[0][1], atoms[1:]
			continue
		}
		if sign := signs[at]; sign != "" {
			flush()
			toggle(&look, sign)
			at += len(sign)
			continue
		}
		_, n := utf8.DecodeRuneInString(line[at:])
		text.WriteString(line[at : at+n])
		at += n
	}
	flush()
	return out
}

// atom renders what marked has found.
func (r *renderer) atom(m []string, look stage.Span) stage.Span {
	span := look
	span.Text = r.fromMarkdown(m[0])
	switch {
	case m[markCode] != "":
		span.Text, span.Code = strings.Trim(m[markCode], "`"), true
	case m[markID] != "" && m[markSign] == "#":
		span.Room = m[markID]
	case m[markID] != "" && m[markSign] == "@&", m[markEveryone] != "":
		span.Group = true
	case m[markID] != "":
		span.Person = m[markID]
	case m[markTime] != "":
		seconds, _ := strconv.ParseInt(m[markTime], 10, 64) // the pattern lets only digits through
		at := time.Unix(seconds, 0).UTC()
		span.At = &at
	case m[markLabel] != "":
		span.Link = m[markLabel+1]
	case m[markBare] != "":
		span.Link = m[markBare]
	}
	return span
}

// masked is a line of the same length without what atoms hold.
func masked(line string, atoms [][]int) string {
	b := []byte(line)
	for _, m := range atoms {
		for i := m[0]; i < m[1]; i++ {
			b[i] = 'x'
		}
	}
	return string(b)
}

// sign is a sign of emphasis.
var sign = regexp.MustCompile(`\*\*|\*|__|_|~~`)

// emphasised returns the signs that have a partner on the line, by where they
// stand. Blanks part a sign from what it would mark, and an underscore within a
// word is one.
func emphasised(line string) map[int]string {
	found, open := map[int]string{}, map[string]int{}
	for _, m := range sign.FindAllStringIndex(line, -1) {
		s := line[m[0]:m[1]]
		before, _ := utf8.DecodeLastRuneInString(line[:m[0]])
		after, _ := utf8.DecodeRuneInString(line[m[1]:])
		from, ok := open[s]
		switch {
		case ok && m[0] > from+len(s) && before != ' ' && (s != "_" || !letter(after)):
			found[from], found[m[0]] = s, s
			delete(open, s)
		case m[1] < len(line) && after != ' ' && (s != "_" || !letter(before)):
			open[s] = m[0]
		}
	}
	return found
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func toggle(look *stage.Span, sign string) {
	switch sign {
	case "**":
		look.Bold = !look.Bold
	case "*", "_":
		look.Italic = !look.Italic
	case "~~":
		look.Strike = !look.Strike
	case "__": // underlined: the stage has no such look
	}
}
