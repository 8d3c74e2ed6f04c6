package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"riskroom/adapters/stage"
)

// renderer shows the workspace as people see it.
type renderer struct{ guild *guild }

// PlainText renders the text of a message as people read it: mentions as
// "@name" and "#name", labelled links as their label, escaped signs as
// themselves. The stars and underscores of emphasis stay. See
// https://docs.discord.com/developers/reference#message-formatting.
func (w *Workspace) PlainText(markdown string) string {
	w.guild.Lock()
	defer w.guild.Unlock()
	return w.guild.show.fromMarkdown(markdown)
}

// marked is what is more than its letters in a text: an escaped sign, a piece
// of code, a mention, a time, a labelled or bare link in angle brackets.
var marked = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])" + "|(`[^`]+`)" + `|<(@!?|@&|#)(\d+)>|<t:(-?\d+)(?::[tTdDfFR])?>|\[([^\[\]]+)\]\(<?(https?://[^\s()<>]+)>?\)|<(https?://[^\s<>]+)>|@(everyone|here)`)

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

func (r *renderer) fromMarkdown(text string) string {
	return marked.ReplaceAllStringFunc(text, func(s string) string {
		m := marked.FindStringSubmatch(s)
		switch {
		case m[markEscaped] != "":
			return m[markEscaped]
		case m[markID] != "":
			return r.mention(m[markSign], m[markID])
		case m[markTime] != "":
			seconds, _ := strconv.ParseInt(m[markTime], 10, 64) // the pattern lets only digits through
			return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04")
		case m[markLabel] != "":
			return m[markLabel]
		case m[markBare] != "":
			return m[markBare]
		}
		return s
	})
}

// unescaped renders a text in which nobody is mentioned, as titles are.
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

// mentioned finds whom a text notifies. Only MENTION_EVERYONE lets the bot
// notify all.
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
		case sign == "@&" && a.role(id) && g.roles[id] != nil:
			out.roles = add(out.roles, id)
		case (sign == "@" || sign == "@!") && a.user(id) && g.People.ByID(id) != nil:
			out.users = add(out.users, id)
		case m[markEveryone] != "" && a.parse["everyone"] && g.basePermissions(g.bot()).Has(MentionEveryone):
			out.everyone = true
		}
	}
	return out
}

// parts renders a message for the stage.
func (r *renderer) parts(m *message) []stage.Part {
	if m.Notice {
		const text = "pinned a message to this channel."
		return []stage.Part{{Kind: stage.TextPart, Text: text, Lines: literal(text, false)}}
	}
	if m.Body.flags&loadingFlag != 0 {
		text := r.guild.opts.BotName + " is thinking…"
		return []stage.Part{{Kind: stage.NotePart, Text: text, Lines: literal(text, false)}}
	}
	parts := r.textParts(m.Body.text)
	if m.Body.flags&suppressEmbeds == 0 {
		for _, e := range m.Body.embeds {
			parts = append(parts, r.embedParts(e)...)
		}
	}
	for _, row := range m.Body.components {
		part := stage.Part{Kind: stage.ActionsPart}
		for _, c := range stage.Objects(row["components"]) {
			part.Actions = append(part.Actions, action(c))
		}
		parts = append(parts, part)
	}
	return parts
}

// embedParts renders an embed. Mentions work in its description and in the
// values of fields only.
func (r *renderer) embedParts(e object) []stage.Part {
	var parts []stage.Part
	add := func(kind stage.PartKind, text string) {
		if text != "" {
			parts = append(parts, stage.Part{Kind: kind, Text: text, Lines: literal(text, false)})
		}
	}
	author, _ := e["author"].(object)
	add(stage.NotePart, stage.Str(author["name"]))
	add(stage.HeadingPart, unescaped(stage.Str(e["title"])))
	parts = append(parts, r.textParts(stage.Str(e["description"]))...)
	parts = append(parts, r.fieldParts(stage.Objects(e["fields"]))...)
	footer, _ := e["footer"].(object)
	add(stage.NotePart, stage.Str(footer["text"]))
	return parts
}

// fieldParts renders the fields of an embed: those that stand beside each other
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
		name, value := unescaped(stage.Str(f["name"])), stage.Str(f["value"])
		last := &parts[len(parts)-1]
		last.Fields = append(last.Fields, name+"\n"+r.fromMarkdown(value))
		last.Cells = append(last.Cells, append(literal(name, true), r.lines(value)...))
	}
	return parts
}

// action renders a button, menu or input.
func action(c object) stage.Action {
	a := stage.Action{ID: stage.Str(c["custom_id"]), Label: stage.Str(c["label"]), Link: stage.Str(c["url"])}
	switch style, _ := integer(c["style"]); style {
	case 1, 3:
		a.Style = "primary"
	case 4:
		a.Style = "danger"
	}
	if kind, _ := integer(c["type"]); kind != button {
		a.Style, a.Input = "", &stage.Input{ID: a.ID, Kind: stage.SelectInput, Placeholder: stage.Str(c["placeholder"]), Live: true}
	}
	for _, o := range stage.Objects(c["options"]) {
		if a.Input == nil {
			break
		}
		a.Choices = append(a.Choices, stage.Str(o["label"]))
		a.Input.Options = append(a.Input.Options, stage.Option{Value: stage.Str(o["value"]), Label: stage.Str(o["label"])})
		if chosen, _ := o["default"].(bool); chosen && a.Label == "" {
			a.Label = stage.Str(o["label"])
		}
	}
	if a.Label == "" {
		a.Label = stage.Str(c["placeholder"])
	}
	if emoji, ok := c["emoji"].(object); ok && a.Label == "" {
		a.Label = stage.Str(emoji["name"])
	}
	if a.Label == "" {
		a.Label = "…"
	}
	return a
}
