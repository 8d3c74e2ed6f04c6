package emulator

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// renderer shows the workspace as people see it.
type renderer struct{ team *team }

// Person implements stage.Renderer.
func (r *renderer) Person(u *User) stage.Person {
	return stage.Person{
		ID: u.ID, Name: u.Name, RealName: u.RealName, Email: u.Email, Bot: u.Bot, Guest: u.Guest, Deactivated: u.Deleted,
	}
}

// Room implements stage.Renderer.
func (r *renderer) Room(c *channel, out *stage.Room) bool {
	out.Purpose, out.Archived, out.Commands, out.ReadOnly = c.Extra.purpose, c.Extra.archived, !c.Extra.archived, !c.Extra.post.open()
	if c.Extra.private && !c.IsDirect() {
		out.Kind = stage.PrivateRoom
	}
	for _, b := range c.Extra.bookmarks {
		badge := stage.Badge{Title: b.Title, Link: b.Link}
		if m := r.team.linked(b.Link); m != nil && m.Channel == c {
			badge.Post = m.ID
		}
		out.Badges = append(out.Badges, badge)
	}
	return true
}

// Post implements stage.Renderer.
func (r *renderer) Post(m *message, out *stage.Post) {
	_, what, _ := strings.Cut(m.Body.subtype, "_")
	out.Deed, out.Value = deeds[what], m.Body.value
	out.Lines, out.Parts = r.content(m.Body)
	if first := m.Body.thread; first != nil {
		out.ReplyTo, out.Thread = first.ID, true
	}
}

// RoomDetails implements stage.Renderer.
func (r *renderer) RoomDetails(*channel) []string { return nil }

// PostDetails implements stage.Renderer. It leaves out block_ids that Slack gave out.
func (r *renderer) PostDetails(m *message) (op string, details []string) {
	details = []string{m.Body.text}
	for _, b := range stage.Clone(m.Body.blocks.open()) {
		if strings.HasPrefix(stage.Str(b["block_id"]), givenBlockID) {
			delete(b, "block_id")
		}
		details = append(details, string(stage.JSON(b)))
	}
	if m.Body.metadata != nil {
		details = append(details, m.Body.metadata.EventType)
	}
	return opOf(m.Body.metadata), details
}

// content renders a message's blocks, or its text if it has none.
func (r *renderer) content(c content) ([]stage.Line, []stage.Part) {
	if !c.blocks.none() {
		return nil, r.parts(c.blocks.open())
	}
	var parts []stage.Part
	for _, f := range c.files {
		parts = append(parts, stage.NewFilePart(f.shown()))
	}
	if text := r.mrkdwn(c.text); len(parts) > 0 && len(text) > 0 {
		return nil, append([]stage.Part{{Kind: stage.TextPart, Lines: text}}, parts...)
	}
	return r.mrkdwn(c.text), parts
}

// plain renders a message as plain text.
func (r *renderer) plain(c content) string { return stage.PlainText(r.content(c)) }

// parts renders blocks; inputs are left out, see windowParts.
func (r *renderer) parts(blocks []object) []stage.Part {
	var parts []stage.Part
	for _, b := range blocks {
		switch b["type"] {
		case "header":
			parts = append(parts, stage.Part{Kind: stage.HeadingPart, Lines: stage.Literal(textOf(b["text"]))})
		case "context":
			var words []string
			for _, e := range stage.Objects(b["elements"]) {
				words = append(words, textOf(e))
			}
			parts = append(parts, stage.Part{Kind: stage.NotePart, Lines: stage.Literal(strings.Join(words, "  "))})
		case "actions":
			part := stage.Part{Kind: stage.ActionsPart}
			for _, e := range stage.Objects(b["elements"]) {
				if e["type"] == overflow {
					part.Actions = append(part.Actions, menuActions(e)...)
					continue
				}
				part.Actions = append(part.Actions, stage.Action{
					ID: stage.Str(e["action_id"]), Label: textOf(e["text"]), Style: stage.Str(e["style"]), Asks: asks(e),
				})
			}
			parts = append(parts, part)
		case "section":
			parts = append(parts, stage.Part{Kind: stage.TextPart, Lines: stage.Literal(textOf(b["text"]))})
			for _, e := range interactive(b) {
				parts = append(parts, stage.Part{Kind: stage.ActionsPart, Actions: []stage.Action{{ID: homeID(e), Label: textOf(e["text"])}}})
			}
		case "rich_text":
			parts = append(parts, stage.Part{Kind: stage.TextPart, Lines: r.richLines(b)})
		}
	}
	return parts
}

// asks returns what a button asks before it acts, nil for nothing.
func asks(button object) *stage.Asks {
	q, ok := button["confirm"].(object)
	if !ok {
		return nil
	}
	return &stage.Asks{Title: textOf(q["title"]), Text: textOf(q["text"]), Yes: textOf(q["confirm"]), No: textOf(q["deny"])}
}

func menuActions(menu object) []stage.Action {
	var out []stage.Action
	for _, o := range stage.Objects(menu["options"]) {
		out = append(out, stage.Action{ID: optionID(menu, o), Label: textOf(o["text"]), Menu: true})
	}
	return out
}

// textOf returns the text of a plain_text object.
func textOf(v any) string {
	t, _ := v.(object)
	return stage.Str(t["text"])
}

// richLines renders a rich_text block, whose texts are literal.
// See https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
func (r *renderer) richLines(b object) []stage.Line {
	var out []stage.Line
	for _, e := range stage.Objects(b["elements"]) {
		if e["type"] != "rich_text_list" {
			out = append(out, stage.Line{Spans: r.richSpans(e)})
			continue
		}
		for _, item := range stage.Objects(e["elements"]) {
			out = append(out, stage.Line{Kind: stage.BulletLine, Spans: r.richSpans(item)})
		}
	}
	return out
}

func (r *renderer) richSpans(section object) []stage.Span {
	var out []stage.Span
	for _, e := range stage.Objects(section["elements"]) {
		style, _ := e["style"].(object)
		is := func(look string) bool { on, _ := style[look].(bool); return on }
		span := stage.Span{Bold: is("bold"), Italic: is("italic"), Strike: is("strike"), Code: is("code"), Text: stage.Str(e["text"])}
		switch e["type"] {
		case "user":
			span.Person = stage.Str(e["user_id"])
			span.Text = r.mention(span.Person)
		case "link":
			span.Text = cmp.Or(span.Text, stage.Str(e["url"]))
			r.lead(&span, stage.Str(e["url"]))
		}
		out = append(out, span)
	}
	return out
}

func (r *renderer) mention(id string) string {
	if u := r.team.People.ByID(id); u != nil {
		return "@" + u.Name
	}
	return "@" + id
}

// angled is a piece of mrkdwn between angle brackets.
var angled = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// mrkdwn renders mrkdwn: quotes, and what is between angle brackets. Emphasis
// stays as it is typed: the bot never uses it. See
// https://docs.slack.dev/messaging/formatting-message-text.
func (r *renderer) mrkdwn(text string) []stage.Line {
	if text == "" {
		return nil
	}
	var out []stage.Line
	for line := range strings.SplitSeq(text, "\n") {
		var l stage.Line
		if quoted, ok := strings.CutPrefix(line, "&gt;"); ok {
			l.Kind, line = stage.QuoteLine, strings.TrimPrefix(quoted, " ")
		}
		plain := func(s string) {
			if s != "" {
				l.Spans = append(l.Spans, stage.Span{Text: entities.Replace(s)})
			}
		}
		for m := angled.FindStringSubmatchIndex(line); m != nil; m = angled.FindStringSubmatchIndex(line) {
			plain(line[:m[0]])
			l.Spans = append(l.Spans, r.angledSpan(angled.FindStringSubmatch(line)))
			line = line[m[1]:]
		}
		plain(line)
		out = append(out, l)
	}
	return out
}

// angledSpan renders a match of angled.
func (r *renderer) angledSpan(m []string) stage.Span {
	sign, what, label := m[1], m[2], entities.Replace(m[3])
	span := stage.Span{Text: label}
	switch date, isDate := strings.CutPrefix(what, "date^"); {
	case sign == "@":
		span.Person, span.Text = what, r.mention(what)
	case sign == "#":
		span.Room, span.Text = what, "#"+what
		if c := r.team.Channels.ByID(what); c != nil {
			span.Text = "#" + c.Name
		}
	case sign == "!" && isDate:
		seconds, _, _ := strings.Cut(date, "^")
		if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
			at := time.Unix(n, 0).UTC()
			span.At = &at
		}
	case sign == "!":
		span.Group = true
		if id, ok := strings.CutPrefix(what, "subteam^"); ok {
			what = id
			if g := r.team.group(func(g UserGroup) bool { return g.ID == id }); g != nil {
				what = g.Handle
			}
		}
		span.Text = cmp.Or(label, "@"+what)
	default:
		url := entities.Replace(what)
		span.Text = cmp.Or(label, url)
		r.lead(&span, url)
	}
	return span
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

// notified returns the users and user groups that a message notifies, by ID.
func notified(c content) []string {
	if c.blocks.none() {
		return mentioned(c.text)
	}
	var out []string
	for _, b := range c.blocks.open() {
		out = append(out, notifiedBy(b)...)
	}
	return out
}

// notifiedBy walks a block or a part of one.
func notifiedBy(v object) []string {
	if v["type"] == "user" {
		return []string{stage.Str(v["user_id"])}
	}
	var out []string
	for _, e := range stage.Objects(v["elements"]) {
		out = append(out, notifiedBy(e)...)
	}
	return out
}

// mentioned returns the users and user groups that mrkdwn notifies.
func mentioned(mrkdwn string) []string {
	var out []string
	for _, m := range angled.FindAllStringSubmatch(mrkdwn, -1) {
		sign, what := m[1], m[2]
		group, isGroup := strings.CutPrefix(what, "subteam^")
		switch {
		case sign == "@", sign == "!" && (what == "channel" || what == "here" || what == "everyone"):
			out = append(out, what)
		case sign == "!" && isGroup:
			out = append(out, group)
		}
	}
	return out
}
