package emulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// lines renders a text object for the stage, with its looks.
func (w *Workspace) lines(v any) []stage.Line {
	t, _ := v.(object)
	if t["type"] == "mrkdwn" {
		return w.mrkdwnLines(str(t["text"]))
	}
	if text := w.textOf(v); text != "" {
		return []stage.Line{{Spans: []stage.Span{{Text: text}}}}
	}
	return nil
}

// mrkdwnLines renders mrkdwn, which marks quotes line by line. Code blocks stay
// as they are written. See https://docs.slack.dev/messaging/formatting-message-text.
func (w *Workspace) mrkdwnLines(text string) []stage.Line {
	if text == "" {
		return nil
	}
	var out []stage.Line
	for line := range strings.SplitSeq(text, "\n") {
		kind := stage.PlainLine
		if quoted, ok := strings.CutPrefix(line, "&gt;"); ok {
			kind, line = stage.QuoteLine, strings.TrimPrefix(quoted, " ")
		}
		out = append(out, stage.Line{Kind: kind, Spans: w.mrkdwnSpans(line)})
	}
	return out
}

// emphasis is a stretch of mrkdwn between two equal signs, within a line, that
// no letter or digit touches from outside.
var emphasis = regexp.MustCompile("(^|[^\\pL\\pN])(\\*[^*\\s](?:[^*]*[^*\\s])?\\*|_[^_\\s](?:[^_]*[^_\\s])?_|~[^~\\s](?:[^~]*[^~\\s])?~|`[^`]+`)($|[^\\pL\\pN])")

// mrkdwnSpans renders one line of mrkdwn. Emphasis within emphasis is not told
// apart.
func (w *Workspace) mrkdwnSpans(line string) []stage.Span {
	var out []stage.Span
	for line != "" {
		m := emphasis.FindStringSubmatchIndex(line)
		if m == nil {
			return append(out, w.angledSpans(line, stage.Span{})...)
		}
		out = append(out, w.angledSpans(line[:m[4]], stage.Span{})...)
		sign, inner := line[m[4]], line[m[4]+1:m[5]-1]
		look := stage.Span{Bold: sign == '*', Italic: sign == '_', Strike: sign == '~', Code: sign == '`'}
		out = append(out, w.angledSpans(inner, look)...)
		line = line[m[5]:]
	}
	return out
}

// angledSpans renders what stands between angle brackets, and the rest as text.
func (w *Workspace) angledSpans(text string, look stage.Span) []stage.Span {
	var out []stage.Span
	plain := func(s string) {
		if s != "" {
			span := look
			span.Text = entities.Replace(s)
			out = append(out, span)
		}
	}
	for text != "" {
		m := angled.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		plain(text[:m[0]])
		span := look
		sign, what, label := text[m[2]:m[3]], text[m[4]:m[5]], ""
		if m[6] >= 0 {
			label = text[m[6]:m[7]]
		}
		span.Text = w.fromMrkdwn(text[m[0]:m[1]])
		switch sign {
		case "@":
			span.Person = what
		case "#":
			span.Room = what
		case "!":
			w.specialSpan(&span, what, label)
		default:
			w.lead(&span, entities.Replace(what))
		}
		out = append(out, span)
		text = text[m[1]:]
	}
	plain(text)
	return out
}

// specialSpan renders <!...>: a mention of several people, or a date.
func (w *Workspace) specialSpan(span *stage.Span, what, label string) {
	date, isDate := strings.CutPrefix(what, "date^")
	if !isDate {
		span.Group = true
		return
	}
	seconds, _, _ := strings.Cut(date, "^")
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		at := time.Unix(n, 0).UTC()
		span.At, span.Text = &at, entities.Replace(label)
	}
}

// lead makes span lead to where a URL does: to a message of this workspace, or
// out of it.
func (w *Workspace) lead(span *stage.Span, url string) {
	if ch, m := w.linked(url); m != nil {
		span.Room, span.Post = ch.ID, m.ts
		return
	}
	if goodLink(url) || strings.HasPrefix(url, "mailto:") {
		span.Link = url
	}
}

// linked returns the message that a permalink of this workspace leads to, nil
// where it leads to none.
func (w *Workspace) linked(url string) (*channel, *message) {
	rest, ok := strings.CutPrefix(url, w.siteURL()+"/archives/")
	if !ok {
		return nil, nil
	}
	id, p, _ := strings.Cut(rest, "/p")
	ch := w.channels[id]
	if ch == nil || len(p) < 7 {
		return nil, nil
	}
	m := ch.message(p[:len(p)-6] + "." + p[len(p)-6:])
	return ch, m
}

// richLines renders a rich_text block.
func (w *Workspace) richLines(b object) []stage.Line {
	var out []stage.Line
	for _, section := range objects(b["elements"]) {
		switch section["type"] {
		case "rich_text_list":
			kind := stage.BulletLine
			if section["style"] == "ordered" {
				kind = stage.NumberLine
			}
			for _, item := range objects(section["elements"]) {
				out = append(out, stage.Line{Kind: kind, Spans: w.richSpans(item)})
			}
		case "rich_text_quote":
			out = append(out, stage.Line{Kind: stage.QuoteLine, Spans: w.richSpans(section)})
		case "rich_text_preformatted":
			out = append(out, stage.Line{Kind: stage.CodeLine, Spans: w.richSpans(section)})
		default:
			out = append(out, stage.Line{Spans: w.richSpans(section)})
		}
	}
	return out
}

func (w *Workspace) richSpans(section object) []stage.Span {
	var out []stage.Span
	for _, e := range objects(section["elements"]) {
		style, _ := e["style"].(object)
		is := func(look string) bool { on, _ := style[look].(bool); return on }
		span := stage.Span{Bold: is("bold"), Italic: is("italic"), Strike: is("strike"), Code: is("code")}
		span.Text = w.richInline(object{"elements": []object{e}})
		switch e["type"] {
		case "user":
			span.Person = str(e["user_id"])
		case "usergroup", "broadcast":
			span.Group = true
		case "channel":
			span.Room = str(e["channel_id"])
		case "link":
			w.lead(&span, str(e["url"]))
		case "date":
			seconds, _ := e["timestamp"].(float64)
			at := time.Unix(int64(seconds), 0).UTC()
			span.At = &at
		}
		if span.Text != "" || span.At != nil {
			out = append(out, span)
		}
	}
	return out
}
