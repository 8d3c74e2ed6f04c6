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

// newChecker returns a checker that words refusals in the language of a person.
func (e *Engine) newChecker(ctx context.Context, by core.Actor) *checker {
	c := &checker{e: e, lang: e.org.Language}
	if prof, err := e.people.Profile(ctx, by.Account); err == nil && prof.Locale != "" {
		c.lang = e.text.In(prof.Locale).Lang()
	}
	return c
}

// refusal returns everything that is wrong, nil if nothing is.
func (c *checker) refusal() error {
	if len(c.bad) == 0 {
		return nil
	}
	c.bad[0].Also = c.bad[1:]
	return c.bad[0]
}

func (c *checker) refuse(code, field string, args ...any) {
	c.bad = append(c.bad, core.Refuse(core.Invalid, code, field, args...))
}

// checkDraft returns the draft with its defaults, and those of its module's handlers
// who can't be found; or a Refusal that lists
// everything wrong with it.
func (e *Engine) checkDraft(ctx context.Context, by core.Actor, d Draft, now time.Time) (Draft, []people.Unresolved, error) {
	c := e.newChecker(ctx, by)
	d.DiscoveredAt, d.DueAt = toMilli(d.DiscoveredAt), toMilli(d.DueAt)
	d.Title = strings.TrimSpace(d.Title)
	d.Description = strings.TrimSpace(d.Description)
	if d.Severity == "" {
		d.Severity = core.Medium
	}
	if d.DiscoveredAt.IsZero() {
		d.DiscoveredAt = now
	}
	r := core.Risk{Title: d.Title, Description: d.Description, Module: d.Module, Severity: d.Severity,
		DiscoveredAt: d.DiscoveredAt, DueAt: d.DueAt}
	for _, field := range []string{"title", "description", "module", "severity", "discovered_at", "due_at"} {
		c.reported(r, field, now)
	}
	m, _ := e.org.Module(d.Module)
	if d.Handlers == nil {
		d.Handlers = m.Handlers
	}
	d.Handlers = c.handlers(ctx, by.Account.Workspace, d.Handlers, m.Handlers)
	d.Fields = c.fields(d.Fields)
	d.Files = c.files(by.Account.Workspace, d.Files)
	return d, c.unresolved, c.refusal()
}

// reported checks a field of the reported part that every risk has.
func (c *checker) reported(r core.Risk, field string, now time.Time) {
	switch field {
	case "title":
		if !visible(r.Title) {
			c.refuse("title_empty", field)
		}
		c.line(field, r.Title, core.MaxTitle)
	case "description":
		c.text(field, r.Description, core.MaxDescription)
	case "module":
		c.module(r.Module)
	case "severity":
		if !r.Severity.Valid() {
			c.refuse("severity_unknown", field, "Severity", string(r.Severity), "Known", c.severities())
		}
	case "discovered_at":
		if r.DiscoveredAt.IsZero() {
			c.refuse("field_required", field, "Label", c.label(field))
		}
		if c.inFuture(r.DiscoveredAt, now) {
			c.refuse("discovered_future", field)
		}
	case "due_at":
		if !r.DueAt.IsZero() && r.DueAt.Before(r.DiscoveredAt) {
			c.refuse("due_before_discovered", field)
		}
	}
}

// inFuture reports whether t lies in the future. Today's date without a time
// doesn't, even before the hour at which days start.
func (c *checker) inFuture(t, now time.Time) bool {
	return t.After(now) && !t.Equal(c.e.org.DayOf(now))
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
	if key, ok := core.OwnField(field); ok {
		f, _ := c.e.org.Field(key)
		return core.LabelIn(f.Label, c.lang, key)
	}
	return c.e.text.In(c.lang).Field(field)
}

func (c *checker) module(name string) {
	if _, ok := c.e.org.Module(name); ok {
		return
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
			c.refuse("handler_unknown", "handlers", "Handler", strings.TrimPrefix(string(r), home+":"))
		}
	}
	return out
}

// assignees checks new handlers of a risk and returns them as risks store them. Guests
// and external people may be among them only if the config file names them.
func (c *checker) assignees(ctx context.Context, by core.Actor, r core.Risk, refs []core.Ref) []core.Ref {
	var all, added []core.Ref
	for _, ref := range people.Qualify(refs, by.Account.Workspace) {
		if slices.Contains(all, ref) {
			continue
		}
		all = append(all, ref)
		if !slices.Contains(people.Qualify(r.Handlers, r.Home), ref) {
			added = append(added, ref)
		}
	}
	if len(all) > core.MaxHandlers {
		c.refuse("too_many_handlers", "handlers", "Max", core.MaxHandlers)
		return all
	}
	m, _ := c.e.org.Module(r.Module)
	for _, ref := range c.handlers(ctx, r.Home, added, m.Handlers) {
		a, ok := ref.Account()
		if !ok {
			continue
		}
		if may, err := c.e.rights.MayHandle(ctx, a); err == nil && !may && c.find(ctx, r.Home, ref) == nil {
			c.refuse("handler_guest", "handlers", "Name", c.names(ctx, ref))
		}
	}
	return all
}

// names returns people as text.
func (c *checker) names(ctx context.Context, refs ...core.Ref) string {
	p := c.e.text.In(c.lang)
	if len(refs) == 0 {
		return p.S("card.handlers.none")
	}
	return core.Text(c.e.names(ctx, p, refs, ""))
}

// shown returns the content of a field as text.
func (c *checker) shown(ctx context.Context, field string, v core.Value) string {
	p := c.e.text.In(c.lang)
	if v.IsZero() {
		return p.S("common.none")
	}
	return core.Shorten(core.Text(c.e.fieldValue(ctx, p, field, v, "")), core.MaxTitle)
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
	known := c.ownFields(core.Reported)
	for _, f := range known {
		if v := c.own(f, given[f.Key]); !v.IsZero() {
			out[f.Key] = v
		}
	}
	for key := range given {
		if !slices.ContainsFunc(known, func(f core.Field) bool { return f.Key == key }) {
			c.noField(key, known)
		}
	}
	return out
}

// files checks the files of a draft, which the platform has received by now.
func (c *checker) files(home string, files []core.File) []core.File {
	if !c.e.org.Attachments {
		return nil
	}
	if len(files) > core.MaxFiles {
		c.refuse("too_many_files", core.FilesField, "Max", core.MaxFiles)
	}
	var out []core.File
	for _, f := range files {
		if f.Size > core.MaxFile {
			c.refuse("file_too_large", core.FilesField, "Name", f.Name, "Max", core.MaxFile>>20)
		}
		if f.Workspace == home && f.ID != "" {
			f.Name = core.FileName(f.Name)
			out = append(out, f)
		}
	}
	return out
}

// ownFields returns the own fields in some parts of the form.
func (c *checker) ownFields(parts ...core.FieldPart) []core.Field {
	return slices.DeleteFunc(slices.Clone(c.e.org.Fields), func(f core.Field) bool { return !slices.Contains(parts, f.Part) })
}

func (c *checker) noField(key string, known []core.Field) {
	var keys []string
	for _, f := range known {
		keys = append(keys, f.Key)
	}
	c.refuse("field_unknown", core.OwnName(key), "Field", key, "Known", c.e.text.In(c.lang).List(keys))
}

// own checks the value of an own field and returns it as risks store it. Only fields
// of the reported part can be required: the others are filled in one after the other.
func (c *checker) own(f core.Field, v core.Value) core.Value {
	name := core.OwnName(f.Key)
	switch {
	case !v.IsZero():
		c.value(f, name, v)
		v.Date = toMilli(v.Date)
	case f.Required && f.Part == core.Reported:
		c.refuse("field_required", name, "Label", c.label(name))
	}
	return v
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
