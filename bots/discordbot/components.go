package discordbot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/bots"
	"riskroom/core"
)

// Types of the components of a modal, see
// https://docs.discord.com/developers/components/reference#component-object-component-types.
// discordgo knows only some of them.
const (
	typeSelect      = 3
	typeInput       = 4
	typeMentionable = 7
	typeText        = 10
	typeLabel       = 18
	typeFiles       = 19
	typeRadio       = 21
	typeCheckboxes  = 22
)

// Discord's limits for modals, in characters, from
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal and
// https://docs.discord.com/developers/components/reference.
const (
	maxParts       = 5
	maxLabel       = 45 // of a part, and a modal's title
	maxHint        = 100
	maxInput       = 4000
	maxItems       = 25 // of a select
	maxOptionText  = 100
	maxPeople      = 25
	maxBoxes       = 10 // of a checkbox group
	maxRadio       = 5  // our own: with more options, a select is shorter
	maxCustomID    = 100
	maxPlaceholder = 100
)

// modal is a dialog with labels and texts.
type modal struct {
	CustomID   string `json:"custom_id"`
	Title      string `json:"title"`
	Components []part `json:"components"`
}

// part is a label with an input, or a text.
type part struct {
	Type        int    `json:"type"`
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	Component   *input `json:"component,omitempty"`
	Content     string `json:"content,omitempty"`
}

// input is what a person enters something in.
type input struct {
	Type        int    `json:"type"`
	CustomID    string `json:"custom_id"`
	Required    bool   `json:"required"`
	Placeholder string `json:"placeholder,omitempty"`

	// Of a text.
	Style int    `json:"style,omitempty"`
	Value string `json:"value,omitempty"`
	Max   int    `json:"max_length,omitempty"`

	// Of a choice.
	Options []item   `json:"options,omitempty"`
	Chosen  []person `json:"default_values,omitempty"`
	Least   *int     `json:"min_values,omitempty"`
	Most    int      `json:"max_values,omitempty"`
}

type item struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// person is a user or a role that is chosen.
type person struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

const (
	oneLine   = 1
	paragraph = 2
)

// peoplePrefix is the prefix of the custom_id of a text input that names people, because
// its mentions are refs. Any other input has the key of its field.
const peoplePrefix = "@"

// othersSuffix is the suffix of the custom_id of a second input for people. It holds what
// can't be picked, such as names from the config file.
const othersSuffix = "+"

// size returns how many parts a field has.
func size(f bots.Field) int {
	switch {
	case f.Kind == bots.StaticKind:
		return 0
	case f.Kind == bots.PeopleKind && len(f.Options) > 0:
		return 2
	}
	return 1
}

// parts renders a field. It returns an error if the field doesn't fit, because nothing that
// a person typed may be cut.
func (b *Bot) parts(lang string, f bots.Field) ([]part, error) {
	if size(f) < 2 {
		p, err := b.part(lang, f)
		return []part{p}, err
	}
	others := bots.Field{
		Key: f.Key + othersSuffix, Kind: bots.SelectKind, Many: true, Label: cmp.Or(f.Others, f.Label), Options: f.Options,
	}
	f.Options, f.Required = nil, false // neither can be required
	others.Initial, f.Initial = split(f.Initial, func(ref string) bool {
		return slices.ContainsFunc(others.Options, func(c bots.Choice) bool { return c.Key == ref })
	})
	var all []part
	for _, f := range []bots.Field{f, others} {
		p, err := b.part(lang, f)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// split returns the values for which is returns true, and the others.
func split(values []string, is func(string) bool) (yes, no []string) {
	for _, v := range values {
		if is(v) {
			yes = append(yes, v)
		} else {
			no = append(no, v)
		}
	}
	return yes, no
}

func (b *Bot) part(lang string, f bots.Field) (part, error) {
	in, ok := b.choice(f)
	if !ok {
		in = b.textInput(lang, f)
	}
	in.Required = f.Required
	if n := utf8.RuneCountInString(in.Value); n > maxInput || in.Max > 0 && n > in.Max {
		return part{}, &bots.TooLongError{Label: f.Label}
	}
	return part{Type: typeLabel, Label: core.Shorten(f.Label, maxLabel), Description: core.Shorten(f.Hint, maxHint), Component: &in}, nil
}

// choice returns the input of a field that people choose in. ok is false if Discord has
// none for it.
func (b *Bot) choice(f bots.Field) (in input, ok bool) {
	in.CustomID = f.Key
	switch f.Kind {
	case bots.PeopleKind:
		in.Type, in.Most = typeMentionable, maxPeople
		if in.Chosen, ok = b.mentionables(f.Initial); !ok {
			return input{}, false
		}
	case bots.FileKind:
		in.Type, in.Most = typeFiles, f.Max
	case bots.SelectKind:
		if !selectable(f.Options) {
			return input{}, false
		}
		for _, o := range f.Options {
			in.Options = append(in.Options, item{
				Label: core.Shorten(o.Label, maxOptionText), Value: o.Key, Default: slices.Contains(f.Initial, o.Key),
			})
		}
		switch n := len(in.Options); {
		case !f.Many && f.Required && n > 1 && n <= maxRadio:
			in.Type = typeRadio
			return in, true
		case f.Many && n <= maxBoxes:
			in.Type = typeCheckboxes
		default:
			in.Type = typeSelect
		}
		if f.Many {
			in.Most = len(in.Options)
		}
	default:
		return input{}, false
	}
	if !f.Required {
		in.Least = new(int)
	}
	return in, true
}

// selectable reports whether the options fit into a select.
func selectable(all []bots.Choice) bool {
	return len(all) > 0 && len(all) <= maxItems && !slices.ContainsFunc(all, func(c bots.Choice) bool {
		return c.Key == "" || c.Label == "" || utf8.RuneCountInString(c.Key) > maxOptionText
	})
}

// mentionables returns refs as users and roles. ok is false if one of them is neither.
func (b *Bot) mentionables(refs []string) (all []person, ok bool) {
	for _, s := range refs {
		ref := core.Ref(s)
		if a, ok := ref.Account(); ok && a.Workspace == b.workspace && isID(a.ID) {
			all = append(all, person{"user", a.ID})
		} else if workspace, role, ok := ref.Group(); ok && (workspace == "" || workspace == b.workspace) && isID(role) {
			all = append(all, person{"role", role})
		} else {
			return nil, false
		}
	}
	return all, len(all) <= maxPeople
}

// isID reports whether s is an ID of Discord, not a name.
func isID(s string) bool { return len(s) > 4 && strings.Trim(s, "0123456789") == "" }

// textInput returns a text input for a field of any kind.
func (b *Bot) textInput(lang string, f bots.Field) input {
	p := b.text.In(lang)
	in := input{Type: typeInput, CustomID: f.Key, Style: oneLine, Max: min(f.Max, maxInput), Value: b.bot.AsTyped(lang, f)}
	switch f.Kind {
	case bots.LongTextKind:
		in.Style = paragraph
	case bots.DateKind, bots.MomentKind:
		in.Placeholder = p.S("options.form.date")
	case bots.SelectKind:
		in.Placeholder = p.S("options.form.name")
		if f.Many { // handlers
			in.CustomID, in.Placeholder = peoplePrefix+f.Key, p.S("options.form.people")
		}
	case bots.PeopleKind:
		in.CustomID, in.Placeholder = peoplePrefix+f.Key, p.S("options.form.people")
	case bots.TextKind, bots.NumberKind, bots.FileKind, bots.StaticKind:
	}
	in.Placeholder = core.Shorten(in.Placeholder, maxPlaceholder)
	return in
}
