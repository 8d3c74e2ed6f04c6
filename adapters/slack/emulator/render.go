package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// PlainText renders mrkdwn as people read it: mentions as "@name" and "#name",
// links as their label, entities as characters. The stars and underscores of
// emphasis stay. See https://docs.slack.dev/messaging/formatting-message-text.
func (w *Workspace) PlainText(mrkdwn string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fromMrkdwn(mrkdwn)
}

// angled is a piece of mrkdwn between angle brackets.
var angled = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func (w *Workspace) fromMrkdwn(text string) string {
	text = angled.ReplaceAllStringFunc(text, func(s string) string {
		m := angled.FindStringSubmatch(s)
		switch sign, what, label := m[1], m[2], m[3]; {
		case sign == "@":
			return w.mention(what)
		case sign == "#":
			return w.channelMention(what)
		case sign == "!" && label != "":
			return label
		case sign == "!":
			return w.special(what)
		case label != "":
			return label
		default:
			return what
		}
	})
	return entities.Replace(text)
}

func (w *Workspace) mention(id string) string {
	if u := w.users[id]; u != nil {
		return "@" + u.Name
	}
	return "@" + id
}

func (w *Workspace) channelMention(id string) string {
	if c := w.channels[id]; c != nil {
		return "#" + c.Name
	}
	return "#" + id
}

func (w *Workspace) special(what string) string {
	if id, ok := strings.CutPrefix(what, "subteam^"); ok {
		return w.groupMention(id)
	}
	return "@" + what
}

func (w *Workspace) groupMention(id string) string {
	for _, g := range w.groups {
		if g.ID == id {
			return "@" + g.Handle
		}
	}
	return "@" + id
}

// parts renders one block for the stage.
func (w *Workspace) parts(b object) []stage.Part {
	switch b["type"] {
	case "header":
		return []stage.Part{{Kind: stage.HeadingPart, Text: w.textOf(b["text"]), Lines: w.lines(b["text"])}}
	case "divider":
		return []stage.Part{{Kind: stage.RulePart}}
	case "section":
		return w.sectionParts(b)
	case "context":
		var words []string
		var lines []stage.Line
		for _, e := range objects(b["elements"]) {
			words = append(words, w.textOf(e))
			lines = append(lines, w.lines(e)...)
		}
		return []stage.Part{{Kind: stage.NotePart, Text: strings.Join(words, "  "), Lines: lines}}
	case "actions":
		part := stage.Part{Kind: stage.ActionsPart}
		for _, e := range objects(b["elements"]) {
			part.Actions = append(part.Actions, w.action(b, e))
		}
		return []stage.Part{part}
	case "rich_text":
		return []stage.Part{{Kind: stage.TextPart, Text: w.richText(b), Lines: w.richLines(b)}}
	case "input":
		element, _ := b["element"].(object)
		a := w.action(b, element)
		a.Label = w.textOf(b["label"])
		return []stage.Part{{Kind: stage.ActionsPart, Actions: []stage.Action{a}}}
	case "image":
		return []stage.Part{{Kind: stage.TextPart, Text: str(b["alt_text"]), Lines: w.lines(b["alt_text"])}}
	}
	return []stage.Part{{Kind: stage.TextPart, Text: w.textOf(b["text"]), Lines: w.lines(b["text"])}}
}

func (w *Workspace) sectionParts(b object) []stage.Part {
	var parts []stage.Part
	if text := w.textOf(b["text"]); text != "" {
		parts = append(parts, stage.Part{Kind: stage.TextPart, Text: text, Lines: w.lines(b["text"])})
	}
	if fields := objects(b["fields"]); len(fields) > 0 {
		part := stage.Part{Kind: stage.FieldsPart}
		for _, f := range fields {
			part.Fields = append(part.Fields, w.textOf(f))
			part.Cells = append(part.Cells, w.lines(f))
		}
		parts = append(parts, part)
	}
	if accessory, ok := b["accessory"].(object); ok && accessory["action_id"] != nil {
		parts = append(parts, stage.Part{Kind: stage.ActionsPart, Actions: []stage.Action{w.action(b, accessory)}})
	}
	return parts
}

// action renders a button, menu or input of a block.
func (w *Workspace) action(b, e object) stage.Action {
	a := stage.Action{ID: str(e["action_id"]), Label: w.textOf(e["text"]), Style: str(e["style"]), Link: str(e["url"])}
	if chosen, ok := e["initial_option"].(object); ok {
		a.Label = w.textOf(chosen["text"])
	}
	if a.Label == "" {
		a.Label = w.textOf(e["placeholder"])
	}
	if a.Label == "" {
		a.Label = "…"
	}
	for _, o := range elementOptions(e) {
		a.Choices = append(a.Choices, w.textOf(o["text"]))
	}
	if e["type"] != "button" {
		a.Input = w.input(str(b["block_id"]), e, initialState([]object{b}, nil)[str(b["block_id"])][a.ID])
	}
	return a
}

// textOf renders a text object: plain_text as it is, mrkdwn as people read it.
func (w *Workspace) textOf(v any) string {
	t, _ := v.(object)
	switch t["type"] {
	case "mrkdwn":
		return w.fromMrkdwn(str(t["text"]))
	case "plain_text":
		return str(t["text"])
	case "image":
		return str(t["alt_text"])
	}
	return str(v)
}

// richText renders a rich_text block, whose texts are literal.
// See https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
func (w *Workspace) richText(b object) string {
	var out []string
	for _, section := range objects(b["elements"]) {
		switch section["type"] {
		case "rich_text_list":
			for i, item := range objects(section["elements"]) {
				bullet := "• "
				if section["style"] == "ordered" {
					bullet = strconv.Itoa(i+1) + ". "
				}
				out = append(out, bullet+w.richInline(item))
			}
		case "rich_text_quote":
			out = append(out, "> "+strings.ReplaceAll(w.richInline(section), "\n", "\n> "))
		default:
			out = append(out, strings.TrimSuffix(w.richInline(section), "\n"))
		}
	}
	return strings.Join(out, "\n")
}

func (w *Workspace) richInline(section object) string {
	var b strings.Builder
	for _, e := range objects(section["elements"]) {
		switch e["type"] {
		case "text":
			b.WriteString(str(e["text"]))
		case "user":
			b.WriteString(w.mention(str(e["user_id"])))
		case "usergroup":
			b.WriteString(w.groupMention(str(e["usergroup_id"])))
		case "channel":
			b.WriteString(w.channelMention(str(e["channel_id"])))
		case "broadcast":
			b.WriteString("@" + str(e["range"]))
		case "emoji":
			b.WriteString(":" + str(e["name"]) + ":")
		case "link":
			if text := str(e["text"]); text != "" {
				b.WriteString(text)
			} else {
				b.WriteString(str(e["url"]))
			}
		case "date":
			seconds, _ := e["timestamp"].(float64)
			fmt.Fprintf(&b, "%s", time.Unix(int64(seconds), 0).UTC().Format("2006-01-02 15:04"))
		}
	}
	return b.String()
}

// str is v where that is a string, else "".
func str(v any) string {
	s, _ := v.(string)
	return s
}

// objects is the objects in a decoded JSON list.
func objects(v any) []object {
	switch list := v.(type) {
	case []object:
		return list
	case []any:
		out := make([]object, 0, len(list))
		for _, e := range list {
			if o, ok := e.(object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}
