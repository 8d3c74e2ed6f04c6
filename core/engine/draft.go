package engine

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/people"
)

// checker collects everything that is wrong with a draft, so that a person can
// correct it in one go.
type checker struct {
	e    *Engine
	lang string
	bad  []*core.Refusal
	// unresolved are handlers of the module who can't be found.
	unresolved []people.Unresolved
}

func (c *checker) refuse(code, field string, args ...any) {
	c.bad = append(c.bad, core.Refuse(core.Invalid, code, field, args...))
}

// checkDraft returns the draft with its defaults, and those of its module's handlers
// who can't be found; or a Refusal that lists
// everything wrong with it.
func (e *Engine) checkDraft(ctx context.Context, by core.Actor, d Draft, now time.Time) (Draft, []people.Unresolved, error) {
	c := &checker{e: e, lang: e.org.Language}
	if prof, err := e.people.Profile(ctx, by.Account); err == nil && prof.Locale != "" {
		c.lang = e.text.In(prof.Locale).Lang()
	}
	d.DiscoveredAt, d.DueAt = toMilli(d.DiscoveredAt), toMilli(d.DueAt)
	d.Title = strings.TrimSpace(d.Title)
	d.Description = strings.TrimSpace(d.Description)
	if !visible(d.Title) {
		c.refuse("title_empty", "title")
	}
	c.line("title", d.Title, core.MaxTitle)
	c.text("description", d.Description, core.MaxDescription)
	m := c.module(d.Module)
	if d.Severity == "" {
		d.Severity = core.Medium
	}
	if !d.Severity.Valid() {
		c.refuse("severity_unknown", "severity", "Severity", string(d.Severity), "Known", c.severities())
	}
	if d.DiscoveredAt.IsZero() {
		d.DiscoveredAt = now
	}
	if c.inFuture(d.DiscoveredAt, now) {
		c.refuse("discovered_future", "discovered_at")
	}
	if !d.DueAt.IsZero() && d.DueAt.Before(d.DiscoveredAt) {
		c.refuse("due_before_discovered", "due_at")
	}
	if d.Handlers == nil {
		d.Handlers = m.Handlers
	}
	d.Handlers = c.handlers(ctx, by.Account.Workspace, d.Handlers, m.Handlers)
	d.Fields = c.fields(d.Fields)
	if len(c.bad) > 0 {
		c.bad[0].Also = c.bad[1:]
		return d, nil, c.bad[0]
	}
	return d, c.unresolved, nil
}

// inFuture reports whether t lies in the future. Today's date without a time
// doesn't, even before the hour at which days start.
func (c *checker) inFuture(t, now time.Time) bool {
	return t.After(now) && !t.Equal(c.e.org.DateOf(now.In(c.e.org.Zone).Date()))
}

// toMilli returns t as risks store instants.
func toMilli(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

func (c *checker) line(field, s string, limit int) {
	if strings.ContainsAny(s, "\n\r") {
		c.refuse("one_line", field, "Field", c.label(field))
	}
	c.text(field, s, limit)
}

// visible reports whether s contains a visible character.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}

// text refuses text that is too long or contains control characters. Direction
// marks and the like are allowed.
func (c *checker) text(field, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		c.refuse("too_long", field, "Field", c.label(field), "Max", limit, "Has", n)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
	}) {
		c.refuse("control", field, "Field", c.label(field))
	}
}

func (c *checker) label(field string) string {
	if key, ok := strings.CutPrefix(field, "fields."); ok {
		f, _ := c.e.org.Field(key)
		return core.LabelIn(f.Label, c.lang, key)
	}
	return c.e.text.In(c.lang).Field(field)
}

func (c *checker) module(name string) core.Module {
	m, ok := c.e.org.Module(name)
	if ok {
		return m
	}
	var known []string
	for _, m := range c.e.org.Modules {
		known = append(known, m.Name)
	}
	list := c.e.text.In(c.lang).List(known)
	if name == "" {
		c.refuse("module_empty", "module", "Known", list)
	} else {
		c.refuse("module_unknown", "module", "Module", name, "Known", list)
	}
	return m
}

func (c *checker) severities() string {
	p := c.e.text.In(c.lang)
	var known []string
	for _, s := range core.Severities() {
		known = append(known, p.Severity(s))
	}
	return p.List(known)
}

// handlers checks that every handler exists, and removes duplicates. The person who
// files can't do anything about those of the module that don't.
func (c *checker) handlers(ctx context.Context, home string, refs, ofModule []core.Ref) []core.Ref {
	if len(refs) > core.MaxHandlers {
		c.refuse("too_many_handlers", "handlers", "Max", core.MaxHandlers)
		return refs
	}
	ofModule = people.Qualify(ofModule, home)
	var out []core.Ref
	for _, r := range refs {
		if slices.Contains(out, r) {
			continue
		}
		out = append(out, r)
		qualified := people.Qualify([]core.Ref{r}, home)[0]
		switch err := c.find(ctx, home, r); {
		case err == nil:
		case slices.Contains(ofModule, qualified):
			c.unresolved = append(c.unresolved, people.Unresolved{Ref: qualified, Code: core.DetailOf(err)})
		case core.KindOf(err) != core.Unsupported && core.DetailOf(err) != people.EmptyGroup:
			c.refuse("handler_unknown", "handlers", "Handler", string(r))
		}
	}
	return out
}

// find returns why a Ref names nobody. If the platform can't be asked now it returns
// nil: the steps that need the person report the failure.
func (c *checker) find(ctx context.Context, home string, r core.Ref) error {
	var err error
	if name, ok := r.Name(); ok {
		if _, ok := c.e.org.People[name]; !ok {
			err = &core.Error{Op: "people", Kind: core.NotFound, Detail: "unknown_person"}
		}
	} else if a, ok := r.Account(); ok {
		_, err = c.e.people.Profile(ctx, a)
	} else {
		_, err = c.e.people.ResolveOne(ctx, r, home, people.ForDisplay)
	}
	if core.Transient(err) {
		return nil
	}
	return err
}

// fields checks the own fields of the reported part.
func (c *checker) fields(given map[string]core.Value) map[string]core.Value {
	out := map[string]core.Value{}
	var known []string
	for _, f := range c.e.org.Fields {
		if f.Part == core.Handling {
			continue
		}
		known = append(known, f.Key)
		v, name := given[f.Key], "fields."+f.Key
		switch {
		case !v.IsZero():
			c.value(f, name, v)
			v.Date = toMilli(v.Date)
			out[f.Key] = v
		case f.Required:
			c.refuse("field_required", name, "Label", c.label(name))
		}
	}
	for key := range given {
		if !slices.Contains(known, key) {
			c.refuse("field_unknown", "fields."+key, "Field", key, "Known", c.e.text.In(c.lang).List(known))
		}
	}
	return out
}

// value checks that a value has its field's type.
func (c *checker) value(f core.Field, name string, v core.Value) {
	want := core.Value{}
	switch f.Type {
	case core.TextField:
		want.Text = v.Text
		c.text(name, v.Text, core.MaxDescription)
	case core.SelectField:
		want.Text = v.Text
		c.option(f, name, v.Text)
	case core.NumberField:
		want.Number = v.Number
	case core.DateField:
		want.Date = v.Date
	case core.PeopleField:
		want.People = v.People
		if len(v.People) > core.MaxHandlers {
			c.refuse("too_many_handlers", name, "Max", core.MaxHandlers)
		}
	}
	if want.Text != v.Text || want.Number != v.Number || !want.Date.Equal(v.Date) || len(want.People) != len(v.People) {
		c.refuse("field_type", name, "Label", c.label(name))
	}
}

func (c *checker) option(f core.Field, name, value string) {
	var known []string
	for _, o := range f.Options {
		if o.Key == value {
			return
		}
		known = append(known, core.LabelIn(o.Label, c.lang, o.Key))
	}
	c.refuse("option_unknown", name, "Value", value, "Label", c.label(name), "Known", c.e.text.In(c.lang).List(known))
}
