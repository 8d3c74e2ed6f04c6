package bots

import (
	"context"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formEdit is the ID of the form that edits a risk. Its state holds riskState and seenState,
// and "module", whose handlers are offered.
const formEdit = "edit"

func editCommand() command {
	return command{
		name: "edit", aliases: synonyms{text.Chinese: {"编辑", "修改"}},
		args: (*Bot).editArgs, changes: true, handle: (*Bot).edit,
		presses: []press{{press: core.PressEdit, handle: (*Bot).askEdit}},
		forms:   map[string]handler{formEdit: (*Bot).editForm},
	}
}

func (b *Bot) editArgs() []Arg { return append([]Arg{b.riskArg()}, b.editKeys...) }

// edit changes fields that are typed, or opens a form.
func (b *Bot) edit(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	given, faults := maps.Clone(c.Typed.Args), c.Typed.faults
	delete(given, riskName)
	if c.Typed.left != "" {
		faults = append(faults, fault{code: "stray", args: text.Args{"Text": c.Typed.left}})
	}
	if len(given) == 0 && len(faults) == 0 {
		return b.openEditForm(ctx, c, key)
	}
	p := b.printer(c)
	patch, more := b.patch(given, b.mentions(c), p.Lang())
	if faults = append(faults, more...); len(faults) > 0 {
		r := b.faulty(c, faults)
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.known_fields.edit", text.Args{
			"Fields": p.List(keyNames(b.editKeys, p.Lang())), "Command": b.org.Command,
		})))
		return r, nil
	}
	return b.doEdit(ctx, c, engine.Edit{Risk: key, Patch: patch})
}

func (b *Bot) doEdit(ctx context.Context, c Command, e engine.Edit) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, e)
	if err != nil {
		return Reply{}, err
	}
	head := b.printer(c).S("commands.edited", text.Args{"Key": string(done.Risk.Key), "Title": done.Risk.Title})
	return b.outcome(ctx, c, core.Plain(head), done), nil
}

func (b *Bot) askEdit(ctx context.Context, c Command) (Reply, error) {
	return b.openEditForm(ctx, c, c.Pressed.Risk)
}

// openEditForm opens the form with everything that the person may change.
func (b *Bot) openEditForm(ctx context.Context, c Command, key core.RiskKey) (Reply, error) {
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	if !v.MayReport {
		return Reply{}, b.denied(ctx, c, engine.Edit{Risk: key}, "may_not_edit", key)
	}
	f := b.editFormOf(ctx, c, v, nil, nil)
	r := Say(b.printer(c).S("commands.edit.line", text.Args{"Command": b.org.Command, "Key": string(key)}))
	r.Form = &f
	return r, nil
}

// editFormOf returns the form that edits a risk, with what was typed in it so far.
func (b *Bot) editFormOf(ctx context.Context, c Command, v engine.View, typed Values, state map[string]string) Form {
	p, r := b.printer(c), v.Risk
	values := b.valuesOf(engine.Draft{
		Title: r.Title, Module: r.Module, Severity: r.Severity, Description: r.Description,
		DiscoveredAt: r.DiscoveredAt, DueAt: r.DueAt, Fields: r.Fields, Handlers: r.Handlers,
	})
	maps.Copy(values, typed)
	module := b.moduleNamed(values.Get("module"))
	f := Form{
		ID: formEdit, State: seenAt(r.Key, r.Version), Title: p.S("commands.form.edit.title", text.Args{"Key": string(r.Key)}),
		Submit: p.S("commands.form.edit.submit"), Cancel: p.S("commands.form.cancel"),
	}
	if state[seenState] != "" {
		f.State[seenState] = state[seenState]
	}
	f.State["module"] = module
	if of := state["module"]; of != "" && of != module {
		m, _ := b.org.Module(module)
		values["handlers"] = refStrings(m.Handlers)
	}
	handlers := b.peopleField(ctx, c, "handlers", values["handlers"])
	handlers.Label, handlers.Variant = p.Field("handlers"), module
	f.Fields = append([]Field{titleField(p, values), b.moduleField(p, module), handlers}, b.reportedFields(c, p, values, "")...)
	if own := b.ownFields(c, p, core.Handling, values); v.MayHandle && len(own) > 0 {
		f.Fields = append(append(f.Fields, static(p.FormPart(core.Handling))), own...)
	}
	for i, field := range f.Fields {
		if k := slices.IndexFunc(b.editKeys, func(a Arg) bool { return a.Name == field.Key }); k >= 0 {
			f.Fields[i].TooLong = []core.Span{core.Plain(p.S("commands.form.edit.too_long", text.Args{
				"Line": b.editLine(c, r.Key, b.editKeys[k]),
			}))}
		}
	}
	return f
}

// editLine returns how to change one field without a form.
func (b *Bot) editLine(c Command, key core.RiskKey, a Arg) string {
	if b.org.Workspaces[c.Actor.Account.Workspace].Options {
		return b.org.Command + " edit key:" + string(key) + " " + a.Option + ":…"
	}
	p := b.printer(c)
	line := []string{b.org.Command, Word(p.Lang(), "edit"), string(key), a.key(p.Lang()) + strings.TrimSpace(p.S("commands.colon.between")) + "…"}
	return strings.Join(line, " ")
}

// editForm handles the form that edits a risk. If somebody else has changed the same field
// meanwhile, the form is shown again with what the person typed.
func (b *Bot) editForm(ctx context.Context, c Command) (Reply, error) {
	form := c.Filled
	key, version, ok := b.readSeen(form.State)
	if !ok {
		return b.unknown(ctx, c)
	}
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	if form.Refresh {
		f := b.editFormOf(ctx, c, v, form.Values, form.State)
		return Reply{Form: &f}, nil
	}
	patch, faults := b.patch(form.Values, b.mentions(c), b.printer(c).Lang())
	if len(faults) > 0 {
		return b.faulty(c, faults), nil
	}
	b.asBefore(&patch, v.Risk)
	r, err := b.doEdit(ctx, c, engine.Edit{Risk: key, Seen: version, Patch: patch})
	if now, refusal := moved(err); refusal != nil {
		v.Risk = now
		typed := maps.Clone(form.Values)
		for _, field := range refusal.Left {
			delete(typed, field)
		}
		f := b.editFormOf(ctx, c, v, typed, nil)
		return b.askAgain(c, f, refusal), nil
	}
	return r, err
}
