package bots

import (
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formFile is the ID of the form of a new risk. Its state holds "module", whose handlers
// are shown, anywayKey once the filer was asked, and the message in SourceState.
const formFile = "file"

// fileFormOf returns the form of a new risk with values in it.
func (b *Bot) fileFormOf(ctx context.Context, c Command, v Values, state map[string]string) Form {
	p := b.printer(c)
	module := b.moduleNamed(v.Get("module"))
	if module == "" && len(b.org.Modules) == 1 {
		module = b.org.Modules[0].Name
	}
	f := Form{
		ID: formFile, State: map[string]string{"module": module},
		Title: p.S("commands.form.file.title"), Submit: p.S("commands.form.file.submit"), Cancel: p.S("commands.form.cancel"),
	}
	if state[anywayKey] != "" {
		f.State[anywayKey] = state[anywayKey]
		f.Submit = p.S("commands.anyway.submit")
	}
	if from := state[SourceState]; from != "" {
		f.State[SourceState] = from
		f.notice(b.audience(ctx, c))
	}
	f.Fields = []Field{titleField(p, v), b.moduleField(p, module)}
	// Chosen handlers are kept until another module is chosen.
	chosen := v["handlers"]
	if of := state["module"]; of != "" && of != module {
		chosen = nil
	}
	if module != "" || chosen != nil {
		f.Fields = append(f.Fields, b.handlersField(ctx, c, module, chosen))
	}
	f.Fields = append(f.Fields, b.reportedFields(c, p, v, b.today())...)
	if b.org.Attachments {
		f.Fields = append(f.Fields, filesField(p, v[core.FilesField]))
	}
	return f
}

func titleField(p text.Printer, v Values) Field {
	return Field{Key: "title", Kind: TextKind, Label: p.Field("title"), Required: true, Max: core.MaxTitle, Initial: v["title"]}
}

// reportedFields returns the fields of the reported part after the module's.
func (b *Bot) reportedFields(c Command, p text.Printer, v Values, discovered string) []Field {
	return append([]Field{
		b.severityField(p, v.Get("severity")),
		dateField("discovered_at", p.Field("discovered_at"), v.Get("discovered_at"), discovered),
		dateField("due_at", p.Field("due_at"), v.Get("due_at"), ""),
		{
			Key: "description", Kind: LongTextKind, Label: p.Field("description"), Max: core.MaxDescription,
			Initial: v["description"],
		},
	}, b.ownFields(c, p, core.Reported, v)...)
}

// ownFields returns the own fields of a part. Those of the handling part can be filled in
// later.
func (b *Bot) ownFields(c Command, p text.Printer, part core.FieldPart, v Values) []Field {
	var fields []Field
	for _, own := range b.org.Fields {
		if own.Part == part {
			own.Required = own.Required && part == core.Reported
			fields = append(fields, b.ownField(c, p, own, v[core.OwnName(own.Key)]))
		}
	}
	return fields
}

// today returns the present day as the value of a form.
func (b *Bot) today() string { return b.clock.Now().In(b.org.Zone).Format(time.DateOnly) }

func (b *Bot) moduleField(p text.Printer, module string) Field {
	f := Field{Key: "module", Kind: SelectKind, Label: p.Field("module"), Required: true, Refresh: true, Initial: oneOf(module)}
	for _, m := range b.org.Modules {
		f.Options = append(f.Options, Choice{Key: m.Name, Label: m.Name})
	}
	return f
}

// handlersField returns the field for handlers. It starts with all handlers of the
// module, and the filer removes some.
func (b *Bot) handlersField(ctx context.Context, c Command, module string, chosen []string) Field {
	p := b.printer(c)
	m, _ := b.org.Module(module)
	f := Field{
		Key: "handlers", Kind: SelectKind, Many: true, Label: p.Field("handlers"), Variant: module,
		Hint: p.S("commands.form.file.handlers"), Required: len(m.Handlers) > 0,
	}
	offered := slices.Clone(m.Handlers)
	for _, ref := range chosen { // named on a typed line
		if !slices.Contains(offered, core.Ref(ref)) {
			offered = append(offered, core.Ref(ref))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	for _, ref := range offered {
		f.Options = append(f.Options, Choice{Key: string(ref), Label: b.refName(ctx, c, ref)})
		if chosen == nil {
			f.Initial = append(f.Initial, string(ref))
		}
	}
	if chosen != nil {
		f.Initial = chosen
	}
	if len(f.Options) == 0 {
		return Field{Key: "handlers", Kind: StaticKind, Label: f.Label, Content: []core.Span{core.Plain(p.S("common.nobody"))}}
	}
	return f
}

func (b *Bot) severityField(p text.Printer, severity string) Field {
	if severity == "" {
		severity = string(core.Medium)
	}
	f := Field{Key: "severity", Kind: SelectKind, Label: p.Field("severity"), Required: true, Initial: oneOf(severity)}
	for _, s := range core.Severities() {
		f.Options = append(f.Options, Choice{Key: string(s), Label: p.Severity(s)})
	}
	return f
}

// dateField returns a field for a day, or for a moment if the value is one.
func dateField(key, label, value, otherwise string) Field {
	if value == "" {
		value = otherwise
	}
	kind := DateKind
	if _, err := time.Parse(time.RFC3339, value); err == nil {
		kind = MomentKind
	}
	// With another kind it is another field, which doesn't keep the value.
	return Field{Key: key, Kind: kind, Label: label, Initial: oneOf(value), Variant: string(kind)}
}

// ownField returns the form's field for an own field.
func (b *Bot) ownField(c Command, p text.Printer, own core.Field, initial []string) Field {
	f := Field{
		Key: core.OwnName(own.Key), Kind: TextKind, Label: core.LabelIn(own.Label, p.Lang(), own.Key), Required: own.Required,
		Initial: initial,
	}
	switch own.Type {
	case core.NumberField:
		f.Kind = NumberKind
	case core.SelectField:
		f.Kind = SelectKind
		for _, o := range own.Options {
			f.Options = append(f.Options, Choice{Key: o.Key, Label: core.LabelIn(o.Label, p.Lang(), o.Key)})
		}
	case core.DateField:
		d := dateField(f.Key, f.Label, Values{"": initial}.Get(""), "")
		d.Required = f.Required
		return d
	case core.PeopleField:
		f.Kind = PeopleKind
		if accounts, all := b.accounts(c.Actor.Account.Workspace, initial); all {
			f.Initial = accounts
		} else { // groups and people elsewhere can't be picked, so they are typed
			f.Kind, f.Initial, f.Variant = TextKind, oneOf(strings.Join(initial, ", ")), string(TextKind)
		}
	case core.TextField:
	}
	return f
}

// accounts returns the accounts of refs in a workspace, from the config file. all is
// false if one of them has none.
func (b *Bot) accounts(workspace string, refs []string) (accounts []string, all bool) {
	for _, s := range refs {
		a, ok := core.Ref(s).Account()
		if !ok {
			a = core.Account{Workspace: workspace, ID: b.org.People[s].Accounts[workspace]}
		}
		if a.Workspace != workspace || a.ID == "" {
			return nil, false
		}
		accounts = append(accounts, a.String())
	}
	return accounts, true
}

// valuesOf returns a draft as values of a form.
func (b *Bot) valuesOf(d engine.Draft) Values {
	v := Values{
		"title": oneOf(d.Title), "module": oneOf(d.Module), "severity": oneOf(string(d.Severity)),
		"description": oneOf(d.Description), "discovered_at": b.dateValue(d.DiscoveredAt), "due_at": b.dateValue(d.DueAt),
		"handlers": refStrings(d.Handlers), core.FilesField: fileValues(d.Files),
	}
	for key, value := range d.Fields {
		switch {
		case value.Number != nil:
			v[core.OwnName(key)] = oneOf(AsNumber(value.String()))
		case len(value.People) > 0:
			v[core.OwnName(key)] = refStrings(value.People)
		case !value.Date.IsZero():
			v[core.OwnName(key)] = b.dateValue(value.Date)
		default:
			v[core.OwnName(key)] = oneOf(value.Text)
		}
	}
	return v
}

// dateValue returns a date as the value of a form: a day, or a moment if it has a time.
func (b *Bot) dateValue(t time.Time) []string {
	if t.IsZero() {
		return nil
	}
	t = t.In(b.org.Zone)
	if t.Equal(b.org.DayOf(t)) {
		return oneOf(t.Format(time.DateOnly))
	}
	return oneOf(t.Format(time.RFC3339))
}

func refStrings(refs []core.Ref) []string {
	var out []string
	for _, r := range refs {
		out = append(out, string(r))
	}
	return out
}

// oneOf returns s alone, or nothing if it is empty.
func oneOf(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
