package emulator

import (
	"fmt"
	"regexp"
	"slices"

	"riskroom/adapters/stage"
)

// renderer shows the workspace as people see it.
type renderer struct{ guild *guild }

// PlainText renders markdown as people read it: mentions as "@name" and "#name",
// links as their label, without escapes and emphasis. See
// https://docs.discord.com/developers/reference#message-formatting.
func (w *Workspace) PlainText(markdown string) string {
	w.guild.Lock()
	defer w.guild.Unlock()
	return stage.Plain(w.guild.show.lines(markdown))
}

// marked matches an escaped sign, a piece of code, a mention, a time, a link with a
// label or a bare link in angle brackets.
var marked = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])" + "|(`[^`]+`)" + `|<(@!?|@&|#)(\d+)>|<t:(-?\d+)(?::[tTdDfFR])?>|\[((?:\\.|[^\[\]\\])+)\]\(<?(https?://[^\s()<>]+)>?\)|<(https?://[^\s<>]+)>|@(everyone|here)`)

// Groups of marked.
const (
	markEscaped  = 1
	markCode     = 2
	markSign     = 3
	markID       = 4
	markTime     = 5
	markLabel    = 6
	markBare     = 8
	markEveryone = 9
)

// unescaped renders a text in which only escapes work, such as a title.
func unescaped(text string) string {
	return marked.ReplaceAllStringFunc(text, func(s string) string {
		if m := marked.FindStringSubmatch(s); m[markEscaped] != "" {
			return m[markEscaped]
		}
		return s
	})
}

func (r *renderer) mention(sign, id string) string {
	switch sign {
	case "#":
		if ch := r.guild.Channels.ByID(id); ch != nil && !ch.IsDirect() {
			return "#" + ch.Name
		}
		return "#unknown"
	case "@&":
		if r := r.guild.roles[id]; r != nil {
			return "@" + r.Name
		}
		return "@unknown-role"
	}
	if u := r.guild.People.ByID(id); u != nil {
		return "@" + u.shown()
	}
	return "@unknown-user"
}

// mentioned returns whom a text notifies. The bot needs MENTION_EVERYONE to notify
// everyone.
func (g *guild) mentioned(text string, a allowed) mentions {
	var out mentions
	add := func(list []string, id string) []string {
		if slices.Contains(list, id) {
			return list
		}
		return append(list, id)
	}
	for _, m := range marked.FindAllStringSubmatch(text, -1) {
		id := m[markID]
		switch sign := m[markSign]; {
		case sign == "@&" && a.all && g.roles[id] != nil:
			out.roles = add(out.roles, id)
		case (sign == "@" || sign == "@!") && a.user(id) && g.People.ByID(id) != nil:
			out.users = add(out.users, id)
		case m[markEveryone] != "" && a.all && g.basePermissions(g.bot()).Has(MentionEveryone):
			out.everyone = true
		}
	}
	return out
}

// parts renders a message for the stage.
func (r *renderer) parts(m *message) []stage.Part {
	if m.Notice {
		return []stage.Part{{Kind: stage.TextPart, Lines: stage.Literal("pinned a message to this channel.")}}
	}
	if m.Body.flags&loadingFlag != 0 {
		return []stage.Part{{Kind: stage.NotePart, Lines: stage.Literal(botName + " is thinking…")}}
	}
	parts := r.textParts(m.Body.text)
	for _, e := range m.Body.embeds {
		parts = append(parts, box(e["color"], r.embedParts(e)))
	}
	for _, file := range m.Body.files {
		parts = append(parts, stage.NewFilePart(shownFile(file)))
	}
	return append(parts, r.componentParts(m.Body.components)...)
}

// componentParts renders components. A container is a box, and the button of a section
// is next to its texts.
func (r *renderer) componentParts(list []object) []stage.Part {
	var parts []stage.Part
	for _, c := range list {
		inner := stage.Objects(c["components"])
		switch kind, _ := integer(c["type"]); kind {
		case textDisplay:
			parts = append(parts, r.textParts(stage.Str(c["content"]))...)
		case separator:
			parts = append(parts, stage.Part{Kind: stage.RulePart})
		case section:
			accessory, _ := c["accessory"].(object)
			parts = append(parts, stage.Part{Kind: stage.SectionPart, Parts: r.componentParts(inner), Actions: actions([]object{accessory})})
		case container:
			parts = append(parts, box(c["accent_color"], r.componentParts(inner)))
		default:
			parts = append(parts, stage.Part{Kind: stage.ActionsPart, Actions: actions(inner)})
		}
	}
	return parts
}

// box puts parts into a box with a bar in the colour.
func box(colour any, parts []stage.Part) stage.Part {
	out := stage.Part{Kind: stage.BoxPart, Parts: parts}
	if n, ok := integer(colour); ok {
		out.Colour = fmt.Sprintf("#%06x", n)
	}
	return out
}

// actions renders buttons.
func actions(buttons []object) []stage.Action {
	var out []stage.Action
	for _, c := range buttons {
		a := stage.Action{ID: stage.Str(c["custom_id"]), Label: stage.Str(c["label"])}
		switch style, _ := integer(c["style"]); style {
		case 1, 3:
			a.Style = "primary"
		case dangerStyle:
			a.Style = "danger"
		}
		out = append(out, a)
	}
	return out
}

// embedParts renders an embed. Markup works in its description and in the values of
// fields only.
func (r *renderer) embedParts(e object) []stage.Part {
	var parts []stage.Part
	if title := unescaped(stage.Str(e["title"])); title != "" {
		parts = append(parts, stage.Part{Kind: stage.HeadingPart, Lines: stage.Literal(title)})
	}
	parts = append(parts, r.textParts(stage.Str(e["description"]))...)
	parts = append(parts, r.fieldParts(stage.Objects(e["fields"]))...)
	if footer, ok := e["footer"].(object); ok {
		parts = append(parts, stage.Part{Kind: stage.NotePart, Lines: stage.Literal(stage.Str(footer["text"]))})
	}
	return parts
}

// fieldParts renders the fields of an embed: inline fields that follow each other
// are one part.
func (r *renderer) fieldParts(fields []object) []stage.Part {
	var parts []stage.Part
	together := false
	for _, f := range fields {
		inline, _ := f["inline"].(bool)
		if !inline || !together {
			parts = append(parts, stage.Part{Kind: stage.FieldsPart})
		}
		together = inline
		name := stage.Span{Text: unescaped(stage.Str(f["name"])), Bold: true}
		last := &parts[len(parts)-1]
		last.Cells = append(last.Cells, append([]stage.Line{{Spans: []stage.Span{name}}}, r.lines(stage.Str(f["value"]))...))
	}
	return parts
}
