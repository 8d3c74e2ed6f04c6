package emulator

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// lines renders a text object for the stage, with its looks.
func (r *renderer) lines(v any) []stage.Line {
	t, _ := v.(object)
	if t["type"] == "mrkdwn" {
		return r.mrkdwnLines(stage.Str(t["text"]))
	}
	if text := r.textOf(v); text != "" {
		return []stage.Line{{Spans: []stage.Span{{Text: text}}}}
	}
	return nil
}

// mrkdwnLines renders mrkdwn, which marks quotes line by line. Code blocks stay
// as they are written. See https://docs.slack.dev/messaging/formatting-message-text.
func (r *renderer) mrkdwnLines(text string) []stage.Line {
	if text == "" {
		return nil
	}
	var out []stage.Line
	for line := range strings.SplitSeq(text, "\n") {
		kind := stage.PlainLine
		if quoted, ok := strings.CutPrefix(line, "&gt;"); ok {
			kind, line = stage.QuoteLine, strings.TrimPrefix(quoted, " ")
		}
		out = append(out, stage.Line{Kind: kind, Spans: r.mrkdwnSpans(line)})
	}
	return out
}

// emphasis is a stretch of mrkdwn between two equal signs, within a line, that
// no letter or digit touches from outside.
var emphasis = regexp.MustCompile("(^|[^\\pL\\pN])(\\*[^*\\s](?:[^*]*[^*\\s])?\\*|_[^_\\s](?:[^_]*[^_\\s])?_|~[^~\\s](?:[^~]*[^~\\s])?~|`[^`]+`)($|[^\\pL\\pN])")

// mrkdwnSpans renders one line of mrkdwn. Emphasis within emphasis is not told
// apart.
func (r *renderer) mrkdwnSpans(line string) []stage.Span {
	var out []stage.Span
	for line != "" {
		m := emphasis.FindStringSubmatchIndex(line)
		if m == nil {
			return append(out, r.angledSpans(line, stage.Span{})...)
		}
		out = append(out, r.angledSpans(line[:m[4]], stage.Span{})...)
		sign, inner := line[m[4]], line[m[4]+1:m[5]-1]
		look := stage.Span{Bold: sign == '*', Italic: sign == '_', Strike: sign == '~', Code: sign == '`'}
		out = append(out, r.angledSpans(inner, look)...)
		line = line[m[5]:]
	}
	return out
}

// angledSpans renders what stands between angle brackets, and the rest as text.
func (r *renderer) angledSpans(text string, look stage.Span) []stage.Span {
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
		span.Text = r.fromMrkdwn(text[m[0]:m[1]])
		switch sign {
		case "@":
			span.Person = what
		case "#":
			span.Room = what
		case "!":
			r.specialSpan(&span, what, label)
		default:
			r.lead(&span, entities.Replace(what))
		}
		out = append(out, span)
		text = text[m[1]:]
	}
	plain(text)
	return out
}

// specialSpan renders <!...>: a mention of several people, or a date.
func (r *renderer) specialSpan(span *stage.Span, what, label string) {
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
func (r *renderer) lead(span *stage.Span, url string) {
	if m := r.team.linked(url); m != nil {
		span.Room, span.Post = m.Channel.ID, m.ID
		return
	}
	if goodLink(url) || strings.HasPrefix(url, "mailto:") {
		span.Link = url
	}
}

// richLines renders a rich_text block.
func (r *renderer) richLines(b object) []stage.Line {
	var out []stage.Line
	for _, section := range stage.Objects(b["elements"]) {
		switch section["type"] {
		case "rich_text_list":
			kind := stage.BulletLine
			if section["style"] == "ordered" {
				kind = stage.NumberLine
			}
			for _, item := range stage.Objects(section["elements"]) {
				out = append(out, stage.Line{Kind: kind, Spans: r.richSpans(item)})
			}
		case "rich_text_quote":
			out = append(out, stage.Line{Kind: stage.QuoteLine, Spans: r.richSpans(section)})
		case "rich_text_preformatted":
			out = append(out, stage.Line{Kind: stage.CodeLine, Spans: r.richSpans(section)})
		default:
			out = append(out, stage.Line{Spans: r.richSpans(section)})
		}
	}
	return out
}

func (r *renderer) richSpans(section object) []stage.Span {
	var out []stage.Span
	for _, e := range stage.Objects(section["elements"]) {
		style, _ := e["style"].(object)
		is := func(look string) bool { on, _ := style[look].(bool); return on }
		span := stage.Span{Bold: is("bold"), Italic: is("italic"), Strike: is("strike"), Code: is("code")}
		span.Text = r.richInline(object{"elements": []object{e}})
		switch e["type"] {
		case "user":
			span.Person = stage.Str(e["user_id"])
		case "usergroup", "broadcast":
			span.Group = true
		case "channel":
			span.Room = stage.Str(e["channel_id"])
		case "link":
			r.lead(&span, stage.Str(e["url"]))
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
