package discordbot

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// submitted is a modal that somebody has sent.
type submitted struct {
	op     string            // of the interaction that first opened the form
	filled bots.Filled       // of this modal
	sent   map[string]string // the fields in it, with the texts as they were sent
	part   bool              // other modals of the form are kept
	form   *unfinished       // the form with all that was entered, nil if it is only in filled
}

// typed returns the values of this modal as they were sent, nil if it is empty.
func (s submitted) typed(p text.Printer) *core.Card {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(s.filled.Values)) {
		if key == core.FilesField {
			continue // can't be typed
		}
		parts = append(parts, s.filled.Values[key]...)
	}
	if len(parts) == 0 {
		return nil
	}
	return &core.Card{Title: []core.Span{core.Plain(p.S("options.typed"))}, Body: []core.Span{core.Plain(strings.Join(parts, "\n"))}}
}

// olderInput is the input for several fields, one on a line, in modals of older versions.
const olderInput = "rest"

// riskState is the key of the risk in the state of a form.
const riskState = "risk"

// parseForm reads the custom_id of a modal that this package rendered.
func parseForm(customID string) (s submitted, ok bool) {
	rest, ok := strings.CutPrefix(customID, formPrefix)
	if !ok {
		rest, s.part = strings.CutPrefix(customID, partPrefix)
	}
	parts := strings.SplitN(rest, ":", 3)
	if !ok && !s.part || len(parts) != 3 {
		return submitted{}, false
	}
	s.filled = bots.Filled{Form: parts[0], State: map[string]string{}, Values: bots.Values{}, Mentions: bots.Mentions{}}
	if json.Unmarshal([]byte(parts[2]), &s.filled.State) != nil {
		return submitted{}, false
	}
	s.op, s.sent = parts[1], map[string]string{}
	return s, true
}

// filled reads a modal that this package rendered.
func (b *Bot) filled(ctx context.Context, req request, in interaction) (s submitted, ok bool) {
	if s, ok = parseForm(in.Data.CustomID); !ok {
		return submitted{}, false
	}
	b.unpack(s.filled.State)
	read := b.reader(req, in.Locale)
	for _, part := range in.Data.Components {
		all := part.Components // of an older version
		if part.Component != nil {
			all = append(all, *part.Component)
		}
		for _, c := range all {
			key, people := strings.CutPrefix(strings.TrimSuffix(c.CustomID, othersSuffix), peoplePrefix)
			var values []string
			switch {
			case c.Type == typeMentionable:
				values = b.chosen(c.Values, in)
			case c.Type == typeFiles:
				values = b.uploaded(c.Values, in)
			case c.Values != nil:
				values = c.Values
			case c.Value == "":
			case people:
				text, mentions := read.line(ctx, c.Value)
				values = []string{text}
				maps.Copy(s.filled.Mentions, mentions)
			case c.Type == typeRadio:
				values = []string{c.Value}
			default:
				values = []string{read.prose(ctx, c.Value)}
			}
			s.sent[key] = c.Value
			s.filled.Values[key] = append(s.filled.Values[key], values...) // a field may have two inputs
		}
	}
	return s, true
}

// uploaded returns the files that a person has uploaded in an input.
func (b *Bot) uploaded(ids []string, in interaction) []string {
	var files []string
	for _, id := range ids {
		if f, ok := in.Data.Resolved.Files[id]; ok {
			files = append(files, bots.FileValue(core.File{
				Workspace: b.workspace, ID: id, Name: core.FileName(f.Name), Size: f.Size, URL: f.URL,
			}))
		}
	}
	return files
}

// chosen returns the refs of users and roles that a person has chosen.
func (b *Bot) chosen(ids []string, in interaction) []string {
	var refs []string
	for _, id := range ids {
		ref := core.RefOf(core.Account{Workspace: b.workspace, ID: id})
		if _, role := in.Data.Resolved.Roles[id]; role {
			ref = core.Ref("@" + id)
		}
		refs = append(refs, string(ref))
	}
	return refs
}
