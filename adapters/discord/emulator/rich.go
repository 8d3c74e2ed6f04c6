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

// textParts renders markdown for the stage: small print is a part of its own.
func (r *renderer) textParts(markdown string) []stage.Part {
	var parts []stage.Part
	var lines []string
	flush := func() {
		if text := strings.Join(lines, "\n"); text != "" {
			parts = append(parts, stage.Part{Kind: stage.TextPart, Lines: r.lines(text)})
		}
		lines = nil
	}
	for line := range strings.SplitSeq(markdown, "\n") {
		if small, ok := strings.CutPrefix(line, "-# "); ok {
			flush()
			parts = append(parts, stage.Part{Kind: stage.NotePart, Lines: r.lines(small)})
		} else {
			lines = append(lines, line)
		}
	}
	flush()
	return parts
}

// lines renders markdown: quotes, lists and headings, but no blocks of code. See
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

// spans renders one line. It finds atoms first, so that no sign within one counts as
// emphasis.
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

// atom renders a match of marked.
func (r *renderer) atom(m []string, look stage.Span) stage.Span {
	span := look
	switch {
	case m[markCode] != "":
		span.Text, span.Code = strings.Trim(m[markCode], "`"), true
	case m[markID] != "":
		span.Text = r.mention(m[markSign], m[markID])
		switch m[markSign] {
		case "#":
			span.Room = m[markID]
		case "@&":
			span.Group = true
		default:
			span.Person = m[markID]
		}
	case m[markEveryone] != "":
		span.Text, span.Group = m[0], true
	case m[markTime] != "":
		seconds, _ := strconv.ParseInt(m[markTime], 10, 64) // the pattern allows only digits
		at := time.Unix(seconds, 0).UTC()
		span.Text, span.At = at.Format("2006-01-02 15:04"), &at
	case m[markLabel] != "":
		span.Text, span.Link = unescaped(m[markLabel]), m[markLabel+1]
	case m[markBare] != "":
		span.Text, span.Link = m[markBare], m[markBare]
	}
	return span
}

// masked returns a line of the same length with the atoms blanked out.
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

// emphasised returns the signs that have a partner on the line, by position. A sign
// next to a blank marks nothing, and neither does an underscore within a word.
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
