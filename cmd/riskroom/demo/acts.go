package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/engine"
)

// act is a form that a person fills in, which leaves no trace in the workspace.
type act struct {
	at     time.Time
	who    string
	title  string // of the form
	fields []filled
	shown  string // the label of the field that choosing the module has filled in
	others string // what other modules would have filled in
}

// filled is a field of a submitted form.
type filled struct{ label, value string }

// file files a risk as a person, with the form that the slash command opens. It enters
// values in the order of keys.
func (p *play) file(ctx context.Context, who string, keys []string, values map[string][]string) (core.RiskKey, error) {
	home := p.w.home()
	user := home.IDs[who]
	line := p.line(platform.Typed{Name: "new"})
	if err := home.Hands.Command(ctx, user, home.General, line); err != nil {
		return "", fmt.Errorf("%s types %s: %w", who, line, err)
	}
	for left := keys; ; {
		before := len(left)
		var err error
		if left, err = p.fill(ctx, who, left, values); err != nil {
			return "", err
		}
		next := p.words.S("options.form.next")
		if len(left) == 0 {
			next = p.words.S("commands.form.file.submit")
		}
		pressed, err := home.PressAnswer(ctx, user, next)
		switch {
		case err != nil:
			return "", fmt.Errorf("%s presses %s: %w", who, next, err)
		case len(left) > 0 && (!pressed || len(left) == before):
			return "", fmt.Errorf("the form has no field %q", p.label(left[0]))
		case len(left) == 0:
			return p.filed(ctx, home, user, values[platform.TitleKey][0], values[platform.ModuleKey][0])
		}
	}
}

// fill fills in the form that a person has open, submits it, and returns the keys of the
// values for which it has no fields.
func (p *play) fill(ctx context.Context, who string, keys []string, values map[string][]string) (left []string, err error) {
	home := p.w.home()
	user := home.IDs[who]
	window, ok := home.Window(user)
	if !ok {
		return nil, fmt.Errorf("%s gets no form: %s", who, home.Answer(user))
	}
	others := ""
	for _, key := range keys {
		in := inputOf(window, p.label(key))
		if in == nil {
			if len(values[key]) > 0 {
				left = append(left, key)
			}
			continue
		}
		if key == platform.ModuleKey {
			if others, err = p.compare(ctx, user, window, in, values[key]); err != nil {
				return nil, err
			}
		}
		if err := home.Hands.Choose(ctx, user, window.ID, in.ID, values[key]...); err != nil {
			return nil, fmt.Errorf("%s fills in %s: %w", who, key, err)
		}
		window, _ = home.Window(user)
	}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	a := p.actOf(who, window)
	a.others = others
	p.tell.act(p.w, a)
	problems, err := home.Hands.Submit(ctx, user, window.ID, nil)
	if err != nil {
		return nil, fmt.Errorf("%s submits the form: %w", who, err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s cannot submit the form: %v", who, problems)
	}
	return left, nil
}

// compare has a person choose the other modules first, and returns the handlers that each of
// them fills in, "" if the form doesn't.
func (p *play) compare(ctx context.Context, user string, window stage.Window, in *stage.Input, chosen []string) (string, error) {
	var others []string
	for _, m := range p.w.cfg.Organisation.Modules {
		if slices.Contains(chosen, m.Name) {
			continue
		}
		if err := p.w.home().Hands.Choose(ctx, user, window.ID, in.ID, m.Name); err != nil {
			return "", fmt.Errorf("the module %s: %w", m.Name, err)
		}
		window, _ = p.w.home().Window(user)
		if h := inputOf(window, p.label(platform.HandlersKey)); h != nil && len(h.Values) > 0 {
			others = append(others, m.Name+p.words.S("demo.colon.between")+p.words.List(labelsOf(h)))
		}
	}
	return strings.Join(others, p.words.S("demo.stop.between")), nil
}

// label returns the label of a field.
func (p *play) label(key string) string {
	if name, ok := strings.CutPrefix(key, platform.OwnPrefix); ok {
		if f, ok := p.w.cfg.Organisation.Field(name); ok {
			return core.LabelIn(f.Label, p.words.Lang(), f.Key)
		}
	}
	return p.words.Field(key)
}

// inputOf returns the input with the label, nil for none.
func inputOf(w stage.Window, label string) *stage.Input {
	for _, part := range w.Parts {
		if part.Input != nil && part.Input.Label == label {
			return part.Input
		}
	}
	return nil
}

// actOf returns a form without its empty fields.
func (p *play) actOf(who string, w stage.Window) act {
	a := act{at: p.w.clock.Now(), who: who, title: w.Title}
	for _, part := range w.Parts {
		if part.Input == nil || len(part.Input.Values) == 0 {
			continue
		}
		a.fields = append(a.fields, filled{part.Input.Label, p.words.List(labelsOf(part.Input))})
	}
	if in := inputOf(w, p.label(platform.HandlersKey)); in != nil {
		a.shown = in.Label
	}
	return a
}

// labelsOf returns an input's values as people read them.
func labelsOf(in *stage.Input) []string {
	out := slices.Clone(in.Values)
	for i, v := range out {
		for _, o := range in.Options {
			if o.Value == v {
				out[i] = o.Label
			}
		}
	}
	return out
}

// filed returns the key of the risk that a person has just filed.
func (p *play) filed(ctx context.Context, at *emulated.Place, user, title, module string) (core.RiskKey, error) {
	by := core.Account{Workspace: at.Name, ID: user}
	found, err := p.w.db.Find(ctx, engine.Query{By: []core.Ref{core.RefOf(by)}, Modules: []string{module}, Limit: core.MaxListed})
	if err != nil {
		return "", err
	}
	for _, r := range found.Risks {
		if r.Title == title {
			return r.Key, nil
		}
	}
	return "", errors.New("the risk is not there: " + title)
}

// line returns a command as people type it.
func (p *play) line(typed platform.Typed) string {
	return p.w.home().Platform.Demo.Line(p.words, p.w.cfg.Organisation.Command, typed)
}

// give has a person do a deed about a risk. If they are in the risk's group, they type the
// command there without the key.
func (p *play) give(ctx context.Context, key core.RiskKey, d deed) error {
	group, err := p.groupOf(ctx, key, d.topic)
	if err != nil {
		return err
	}
	at := p.w.home()
	user, room := at.IDs[d.who], at.General
	d.Key = key
	if group.Workspace == at.Name && at.InRoom(user, group.ID) {
		d.Key, room = "", group.ID
	}
	if d.says != "" {
		return p.say(ctx, d, room)
	}
	line := p.line(d.Typed)
	if err := at.Hands.Command(ctx, user, room, line); err != nil {
		return fmt.Errorf("%s types %s: %w", d.who, line, err)
	}
	return nil
}

// groupOf returns a risk's topic group or its item group, zero for none.
func (p *play) groupOf(ctx context.Context, key core.RiskKey, topic bool) (core.GroupRef, error) {
	if topic {
		all, err := p.w.db.GroupsOf(ctx, key)
		if i := slices.IndexFunc(all, func(g engine.Group) bool { return g.Type == core.Topic }); i >= 0 {
			return all[i].Ref, err
		}
		return core.GroupRef{}, err
	}
	rec, err := p.w.db.Get(ctx, key)
	if err != nil || rec.Binding.State != engine.Bound {
		return core.GroupRef{}, err
	}
	return rec.Binding.Group, nil
}

// say has a person write a message, which the platform may refuse.
func (p *play) say(ctx context.Context, d deed, room string) error {
	at := p.w.home()
	err := at.Hands.Say(ctx, at.IDs[d.who], room, d.says)
	if !errors.Is(err, stage.ErrReadOnly) {
		return err
	}
	in, _ := at.View().Room(room)
	p.tell.saw(p.w, []item{{kind: refused, at: p.w.clock.Now(), place: at, who: d.who, room: in, text: d.says}})
	return nil
}

// passOn passes a risk on to the last node of the process, if there is one, as a person with
// the slash command.
func (p *play) passOn(ctx context.Context, key core.RiskKey, who string, look func() error) error {
	nodes := p.w.cfg.Organisation.Process
	for range nodes {
		rec, err := p.w.db.Get(ctx, key)
		if err != nil || rec.Risk.Node == nodes[len(nodes)-1].Key {
			return err
		}
		if err := p.give(ctx, key, deed{who: who, Typed: platform.Typed{Name: "pass"}}); err != nil {
			return err
		}
		if err := p.w.until(ctx, p.w.clock.Now().Add(atOnce), look); err != nil {
			return err
		}
	}
	return nil
}

// resolve resolves a risk as a person with the slash command.
func (p *play) resolve(ctx context.Context, key core.RiskKey, who, note string) error {
	if err := p.give(ctx, key, deed{who: who, Typed: platform.Typed{Name: "resolve", Option: "note", Value: note}}); err != nil {
		return err
	}
	rec, err := p.w.db.Get(ctx, key)
	if err == nil && rec.Risk.Status != core.Resolved {
		at := p.w.home()
		return fmt.Errorf("%s could not resolve %s: %s", who, key, at.Answer(at.IDs[who]))
	}
	return err
}
