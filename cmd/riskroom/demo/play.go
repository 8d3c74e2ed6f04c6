package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/text"
)

// play is a running demo in the terminal.
type play struct {
	w     *world
	words text.Printer
	rec   *recorder
	tell  teller
}

// scene is the life of one risk: it is filed, flows act until nothing is due, and it is
// resolved.
type scene struct {
	values map[string][]string // of the form, by key
	keys   []string            // the order of values
	by     string              // who files it
	acts   []deed              // after it is filed
	solver string              // who resolves it; "" for nobody
	note   string
	rest   time.Duration // the pause before it is resolved
	last   []deed        // after it is resolved
}

// deed is a command that a person gives about a risk, or a message.
type deed struct {
	after time.Duration // since the last one
	who   string
	platform.Typed
	says  string // instead of the command
	topic bool   // in the risk's topic group, else in its item group
}

// run plays scenes together: all risks are filed, time passes, and all are resolved.
func (p *play) run(ctx context.Context, scenes []scene) error {
	look := func() error { return p.look(ctx) }
	keys := make([]core.RiskKey, len(scenes))
	for i, s := range scenes {
		var err error
		if keys[i], err = p.file(ctx, s.by, s.keys, s.values); err != nil {
			return errors.Join(err, look())
		}
		p.rec.follow(keys[i])
		if err := p.w.until(ctx, p.w.clock.Now(), look); err != nil {
			return err
		}
		if err := p.perform(ctx, keys[i], s.acts, look); err != nil {
			return err
		}
	}
	if err := p.w.until(ctx, time.Time{}, look); err != nil {
		return err
	}
	for i, s := range scenes {
		if s.solver == "" {
			continue
		}
		if err := p.w.until(ctx, p.w.clock.Now().Add(s.rest), look); err != nil {
			return err
		}
		if err := p.passOn(ctx, keys[i], s.solver, look); err != nil {
			return err
		}
		if err := p.resolve(ctx, keys[i], s.solver, s.note); err != nil {
			return err
		}
		if err := p.perform(ctx, keys[i], s.last, look); err != nil {
			return err
		}
	}
	// Don't wait for what flows may do weeks after a risk is resolved.
	return p.w.until(ctx, p.w.clock.Now().Add(atOnce), look)
}

// perform has people do things to a risk.
func (p *play) perform(ctx context.Context, key core.RiskKey, deeds []deed, look func() error) error {
	for _, d := range deeds {
		if err := p.w.until(ctx, p.w.clock.Now().Add(d.after), look); err != nil {
			return err
		}
		if err := p.give(ctx, key, d); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how long to wait for the effects of an act.
const atOnce = 10 * time.Second

// look prints what has happened since the last look.
func (p *play) look(ctx context.Context) error {
	items, err := p.rec.take(ctx)
	if err != nil {
		return err
	}
	p.tell.saw(p.w, items)
	return p.tell.err()
}

// story returns the built-in story: one risk in the first module. The submitter corrects its
// date, so that the group comes earlier. In the group, the lead passes the risk on to the
// handlers; one of them takes it, adds a note and passes it on to the lead, who resolves it.
// In a topic group they then discuss what they learned, until the handler ends it.
func (p *play) story() []scene {
	m := p.w.cfg.Organisation.Modules[0]
	s, handler := p.sceneIn(m), p.someone(m.Handlers[0])
	s.values[platform.TitleKey] = []string{p.words.S("demo.story.title")}
	s.values["severity"] = []string{string(core.High)}
	s.values[platform.DescriptionKey] = []string{p.words.S("demo.story.description")}
	s.keys = append(s.keys, "severity", platform.DescriptionKey)
	note := func(name, id string) platform.Typed {
		return platform.Typed{Name: name, Option: "note", Value: p.words.S("demo.story." + id)}
	}
	s.acts = []deed{
		{after: 20 * time.Minute, who: s.by, Typed: platform.Typed{
			Name: "edit", Word: strings.ToLower(p.words.Field(platform.DiscoveredKey)) + ":", Option: "discovered", Value: p.words.S("demo.story.edit"),
		}},
		{after: 23*time.Hour + 10*time.Minute, who: s.solver, Typed: note("pass", "pass")},
		{after: 5 * time.Minute, who: handler, Typed: platform.Typed{Name: "take"}},
		{after: 25 * time.Minute, who: handler, Typed: note("note", "found")},
		{after: 2 * time.Hour, who: handler, Typed: note("pass", "fixed")},
	}
	s.note, s.rest = p.words.S("demo.story.note"), 95*time.Minute
	s.last = []deed{
		{after: 5 * time.Minute, who: handler, says: p.words.S("demo.story.learned"), topic: true},
		{after: 10 * time.Minute, who: handler, Typed: platform.Typed{Name: "topic end"}, topic: true},
		{after: 5 * time.Minute, who: s.by, says: p.words.S("demo.story.late"), topic: true},
		{after: 5 * time.Minute, who: s.by, Typed: platform.Typed{Name: "history"}},
	}
	return []scene{s}
}

// oneForEachModule returns a scene for each module of a config file.
func (p *play) oneForEachModule() []scene {
	var scenes []scene
	for _, m := range p.w.cfg.Organisation.Modules {
		scenes = append(scenes, p.sceneIn(m))
	}
	return scenes
}

// sceneIn returns a plain scene: a risk with only the required fields, which the module's
// first handler resolves.
func (p *play) sceneIn(m core.Module) scene {
	s := scene{
		by: p.filer(), note: p.words.S("demo.plain.note"),
		keys: []string{platform.TitleKey, platform.ModuleKey, platform.DiscoveredKey},
		values: map[string][]string{
			platform.TitleKey:      {p.words.S("demo.plain.title", text.Args{"Module": m.Name})},
			platform.ModuleKey:     {m.Name},
			platform.DiscoveredKey: nil, // empty means now
		},
	}
	for _, f := range p.w.cfg.Organisation.Fields {
		if f.Required && f.Part == core.Reported {
			key := platform.OwnPrefix + f.Key
			s.keys = append(s.keys, key)
			s.values[key] = []string{p.example(f)}
		}
	}
	s.solver = p.solver(m, s.by)
	if len(p.w.cfg.Organisation.Process) > 0 {
		s.solver = p.mover(m)
	}
	return s
}

// example returns a value for a field.
func (p *play) example(f core.Field) string {
	switch f.Type {
	case core.NumberField:
		return "1000"
	case core.SelectField:
		return f.Options[0].Key
	case core.DateField:
		return p.w.clock.Now().In(p.w.zone()).Format(time.DateOnly)
	case core.PeopleField:
		return p.w.home().IDs[cast.Reporter]
	case core.TextField:
	}
	return core.LabelIn(f.Label, p.words.Lang(), f.Key)
}

// filer returns who files risks: cast.Reporter if everyone may, else the first person who
// may.
func (p *play) filer() string {
	may := p.w.cfg.Organisation.Permissions.File
	if !may.Everyone {
		for _, r := range slices.Concat(may.Refs, p.w.cfg.Organisation.Permissions.Administrators) {
			if who := p.someone(r); who != "" {
				return who
			}
		}
	}
	return cast.Reporter
}

// solver returns who resolves a risk: one of the module's handlers, its lead, or the
// filer.
func (p *play) solver(m core.Module, filer string) string {
	for _, r := range append(slices.Clone(m.Handlers), m.Lead) {
		if who := p.someone(r); who != "" {
			return who
		}
	}
	return filer
}

// mover returns who may act at every node of the process: the module's lead or an
// administrator; "" for nobody.
func (p *play) mover(m core.Module) string {
	for _, r := range append([]core.Ref{m.Lead}, p.w.cfg.Organisation.Permissions.Administrators...) {
		if who := p.someone(r); who != "" {
			return who
		}
	}
	return ""
}

// someone returns a person of the home workspace that r refers to, "" for none.
func (p *play) someone(r core.Ref) string {
	home := p.w.home()
	if a, ok := r.Account(); ok && a.Workspace == home.Name {
		return p.w.nameOf(a)
	}
	name, isName := r.Name()
	if ws, group, ok := r.Group(); ok && (ws == "" || ws == home.Name) {
		name, isName = group+"-1", true
	}
	if _, there := home.IDs[name]; isName && there {
		return name
	}
	return ""
}
