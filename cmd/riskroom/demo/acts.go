package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
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
	shown  string // the label of the field that appeared by choosing the module
}

// filled is a field of a submitted form.
type filled struct{ label, value string }

// file files a risk as a person, with the form that the slash command opens. It enters
// values in the order of keys.
func (p *play) file(ctx context.Context, who string, keys []string, values map[string][]string) (core.RiskKey, error) {
	home := p.w.home()
	user := home.ids[who]
	line := home.platform.Demo.File(p.words, p.w.cfg.Organisation.Command)
	if err := home.Hands.Command(ctx, user, home.general, line); err != nil {
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
		pressed, err := home.press(ctx, user, next)
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
	user := home.ids[who]
	window, ok := home.window(user)
	if !ok {
		return nil, fmt.Errorf("%s gets no form: %s", who, home.answer(user))
	}
	for _, key := range keys {
		in := inputOf(window, p.label(key))
		if in == nil {
			if len(values[key]) > 0 {
				left = append(left, key)
			}
			continue
		}
		if err := home.Hands.Choose(ctx, user, window.ID, in.ID, values[key]...); err != nil {
			return nil, fmt.Errorf("%s fills in %s: %w", who, key, err)
		}
		window, _ = home.window(user)
	}
	if err := p.look(ctx); err != nil {
		return nil, err
	}
	p.tell.act(p.w, p.actOf(who, window))
	problems, err := home.Hands.Submit(ctx, user, window.ID, nil)
	if err != nil {
		return nil, fmt.Errorf("%s submits the form: %w", who, err)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s cannot submit the form: %v", who, problems)
	}
	return left, nil
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
func (p *play) filed(ctx context.Context, at *place, user, title, module string) (core.RiskKey, error) {
	by := core.Account{Workspace: at.name, ID: user}
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

// passOn passes a risk on to the last node of the process, if there is one, as a person with
// the slash command.
func (p *play) passOn(ctx context.Context, key core.RiskKey, who string, look func() error) error {
	at, org := p.w.home(), &p.w.cfg.Organisation
	for range max(0, len(org.Process)-1) {
		line := at.platform.Demo.Pass(p.words, org.Command, key)
		if err := at.Hands.Command(ctx, at.ids[who], at.general, line); err != nil {
			return fmt.Errorf("%s passes %s on: %w", who, key, err)
		}
		if err := p.w.until(ctx, p.w.clock.Now().Add(atOnce), look); err != nil {
			return err
		}
	}
	return nil
}

// resolve resolves a risk as a person with the slash command. If they are in the risk's
// group, they type it there without the key.
func (p *play) resolve(ctx context.Context, key core.RiskKey, who, note string) error {
	rec, err := p.w.db.Get(ctx, key)
	if err != nil {
		return err
	}
	at, command := p.w.home(), p.w.cfg.Organisation.Command
	user := at.ids[who]
	room, line := at.general, at.platform.Demo.Resolve(p.words, command, key, note)
	if g := rec.Binding.Group; rec.Binding.State == engine.Bound && g.Workspace == at.name && at.inRoom(user, g.ID) {
		room, line = g.ID, at.platform.Demo.Resolve(p.words, command, "", note)
	}
	if err := at.Hands.Command(ctx, user, room, line); err != nil {
		return fmt.Errorf("%s resolves %s: %w", who, key, err)
	}
	if rec, err = p.w.db.Get(ctx, key); err == nil && rec.Risk.Status != core.Resolved {
		return fmt.Errorf("%s could not resolve %s: %s", who, key, at.answer(user))
	}
	return err
}
