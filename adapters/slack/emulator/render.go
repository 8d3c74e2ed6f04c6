package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// renderer shows the workspace as people see it.
type renderer struct{ team *team }

// angled is a piece of mrkdwn between angle brackets.
var angled = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func (r *renderer) fromMrkdwn(text string) string {
	text = angled.ReplaceAllStringFunc(text, func(s string) string {
		m := angled.FindStringSubmatch(s)
		switch sign, what, label := m[1], m[2], m[3]; {
		case sign == "@":
			return r.mention(what)
		case sign == "#":
			return r.channelMention(what)
		case sign == "!" && label != "":
			return label
		case sign == "!":
			return r.special(what)
		case label != "":
			return label
		default:
			return what
		}
	})
	return entities.Replace(text)
}

func (r *renderer) mention(id string) string {
	if u := r.team.People.ByID(id); u != nil {
		return "@" + u.Name
	}
	return "@" + id
}

func (r *renderer) channelMention(id string) string {
	if c := r.team.Channels.ByID(id); c != nil {
		return "#" + c.Name
	}
	return "#" + id
}

func (r *renderer) special(what string) string {
	if id, ok := strings.CutPrefix(what, "subteam^"); ok {
		return r.groupMention(id)
	}
	return "@" + what
}

func (r *renderer) groupMention(id string) string {
	for _, g := range r.team.groups {
		if g.ID == id {
			return "@" + g.Handle
		}
	}
	return "@" + id
}

// parts renders one block for the stage.
func (r *renderer) parts(b object) []stage.Part {
	switch b["type"] {
	case "header":
		return []stage.Part{{Kind: stage.HeadingPart, Text: r.textOf(b["text"]), Lines: r.lines(b["text"])}}
	case "divider":
		return []stage.Part{{Kind: stage.RulePart}}
	case "section":
		return r.sectionParts(b)
	case "context":
		var words []string
		var lines []stage.Line
		for _, e := range stage.Objects(b["elements"]) {
			words = append(words, r.textOf(e))
			lines = append(lines, r.lines(e)...)
		}
		return []stage.Part{{Kind: stage.NotePart, Text: strings.Join(words, "  "), Lines: lines}}
	case "actions":
		part := stage.Part{Kind: stage.ActionsPart}
		for _, e := range stage.Objects(b["elements"]) {
			part.Actions = append(part.Actions, r.action(b, e))
		}
		return []stage.Part{part}
	case "rich_text":
		return []stage.Part{{Kind: stage.TextPart, Text: r.richText(b), Lines: r.richLines(b)}}
	case "input":
		element, _ := b["element"].(object)
		a := r.action(b, element)
		a.Label = r.textOf(b["label"])
		return []stage.Part{{Kind: stage.ActionsPart, Actions: []stage.Action{a}}}
	case "image":
		return []stage.Part{{Kind: stage.TextPart, Text: stage.Str(b["alt_text"]), Lines: r.lines(b["alt_text"])}}
	}
	return []stage.Part{{Kind: stage.TextPart, Text: r.textOf(b["text"]), Lines: r.lines(b["text"])}}
}

func (r *renderer) sectionParts(b object) []stage.Part {
	var parts []stage.Part
	if text := r.textOf(b["text"]); text != "" {
		parts = append(parts, stage.Part{Kind: stage.TextPart, Text: text, Lines: r.lines(b["text"])})
	}
	if fields := stage.Objects(b["fields"]); len(fields) > 0 {
		part := stage.Part{Kind: stage.FieldsPart}
		for _, f := range fields {
			part.Fields = append(part.Fields, r.textOf(f))
			part.Cells = append(part.Cells, r.lines(f))
		}
		parts = append(parts, part)
	}
	if accessory, ok := b["accessory"].(object); ok && accessory["action_id"] != nil {
		parts = append(parts, stage.Part{Kind: stage.ActionsPart, Actions: []stage.Action{r.action(b, accessory)}})
	}
	return parts
}

// action renders a button, menu or input of a block.
func (r *renderer) action(b, e object) stage.Action {
	a := stage.Action{ID: stage.Str(e["action_id"]), Label: r.textOf(e["text"]), Style: stage.Str(e["style"]), Link: stage.Str(e["url"])}
	if chosen, ok := e["initial_option"].(object); ok {
		a.Label = r.textOf(chosen["text"])
	}
	if a.Label == "" {
		a.Label = r.textOf(e["placeholder"])
	}
	if a.Label == "" {
		a.Label = "…"
	}
	for _, o := range elementOptions(e) {
		a.Choices = append(a.Choices, r.textOf(o["text"]))
	}
	if e["type"] != "button" {
		a.Input = r.input(stage.Str(b["block_id"]), e, initialState([]object{b}, nil)[stage.Str(b["block_id"])][a.ID])
	}
	return a
}

// textOf renders a text object: plain_text as it is, mrkdwn as people read it.
func (r *renderer) textOf(v any) string {
	t, _ := v.(object)
	switch t["type"] {
	case "mrkdwn":
		return r.fromMrkdwn(stage.Str(t["text"]))
	case "plain_text":
		return stage.Str(t["text"])
	case "image":
		return stage.Str(t["alt_text"])
	}
	return stage.Str(v)
}

// richText renders a rich_text block, whose texts are literal.
// See https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
func (r *renderer) richText(b object) string {
	var out []string
	for _, section := range stage.Objects(b["elements"]) {
		switch section["type"] {
		case "rich_text_list":
			for i, item := range stage.Objects(section["elements"]) {
				bullet := "• "
				if section["style"] == "ordered" {
					bullet = strconv.Itoa(i+1) + ". "
				}
				out = append(out, bullet+r.richInline(item))
			}
		case "rich_text_quote":
			out = append(out, "> "+strings.ReplaceAll(r.richInline(section), "\n", "\n> "))
		default:
			out = append(out, strings.TrimSuffix(r.richInline(section), "\n"))
		}
	}
	return strings.Join(out, "\n")
}

func (r *renderer) richInline(section object) string {
	var b strings.Builder
	for _, e := range stage.Objects(section["elements"]) {
		switch e["type"] {
		case "text":
			b.WriteString(stage.Str(e["text"]))
		case "user":
			b.WriteString(r.mention(stage.Str(e["user_id"])))
		case "usergroup":
			b.WriteString(r.groupMention(stage.Str(e["usergroup_id"])))
		case "channel":
			b.WriteString(r.channelMention(stage.Str(e["channel_id"])))
		case "broadcast":
			b.WriteString("@" + stage.Str(e["range"]))
		case "emoji":
			b.WriteString(":" + stage.Str(e["name"]) + ":")
		case "link":
			if text := stage.Str(e["text"]); text != "" {
				b.WriteString(text)
			} else {
				b.WriteString(stage.Str(e["url"]))
			}
		case "date":
			seconds, _ := e["timestamp"].(float64)
			fmt.Fprintf(&b, "%s", time.Unix(int64(seconds), 0).UTC().Format("2006-01-02 15:04"))
		}
	}
	return b.String()
}
