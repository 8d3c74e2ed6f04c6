package simulate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Keys returns the keys that a scenario has in a file.
func Keys() []string { return []string{"start", "for", "members", "risks", "actions", "down"} }

// AllKeys returns all keys of a scenario, for config.DocumentOptions.
func AllKeys() []string { return slices.Concat(Keys(), riskKeys(), actionKeys(), downKeys()) }

func riskKeys() []string {
	return []string{
		"title", "by", "workspace", "module", "severity", "description", "handlers", "operators", "discovered_at", "due_at", "fields", "filed",
	}
}

func actionKeys() []string { return []string{"at", "by", "workspace", "do", "refused"} }

func downKeys() []string { return []string{"from", "until"} }

// Parse reads a file with a scenario. The scenario counts only if none of the problems is an
// error.
func Parse(name string, src []byte, lang string, cfg *config.Config) (Scenario, config.Problems) {
	doc, root := config.ParseDocument(name, src, config.DocumentOptions{Language: lang, Chinese: []map[string]string{Chinese()}, Keys: AllKeys()})
	if !root.Exists() {
		return Scenario{}, doc.Problems()
	}
	root.Map(Keys()...)
	s := Decode(name, root, cfg)
	if len(doc.Problems().Errors()) == 0 {
		s.CheckPeople(root.Key("risks"), root.Key("actions"), cfg, config.Value.Warning,
			text.Plain("the simulation has a person of this name in every workspace; if that is what you want, ignore this"))
	}
	return s, doc.Problems()
}

// Decode reads a scenario from the keys of a map in a file, and reports what is wrong there.
func Decode(file string, v config.Value, cfg *config.Config) Scenario {
	d := decoder{file: file, cfg: cfg}
	s := Scenario{Start: d.time(v.Key("start")), For: d.span(v.Key("for")), Members: d.members(v.Key("members"))}
	for _, r := range v.Key("risks").List() {
		s.Risks = append(s.Risks, d.risk(r))
	}
	for _, a := range v.Key("actions").List() {
		s.Actions = append(s.Actions, d.action(a))
	}
	for _, o := range v.Key("down").List() {
		s.Down = append(s.Down, d.outage(o))
	}
	return s
}

// decoder reads a scenario for a config file.
type decoder struct {
	file string
	cfg  *config.Config
}

func (d decoder) org() *core.Organisation { return &d.cfg.Organisation }

func (d decoder) at(v config.Value) Place {
	line, col := v.Place()
	return Place{File: d.file, Line: line, Col: col}
}

var (
	moment = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2})(?::(\d{2}))?)?$`)
	length = regexp.MustCompile(`^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$`)
)

// Moment reads a moment such as "2026-03-02 09:00" in the zone of an organisation, or one with
// an offset as in RFC 3339. A day without a time is the hour at which days start.
func Moment(org *core.Organisation, s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	m := moment.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	day, err := time.ParseInLocation(time.DateOnly, m[1], time.UTC)
	if err != nil {
		return time.Time{}, false
	}
	y, month, date := day.Date()
	if m[2] == "" {
		return org.DateOf(y, month, date), true
	}
	clock, err := time.Parse("15:04", m[2])
	if err != nil {
		return time.Time{}, false
	}
	seconds, _ := strconv.Atoi(m[3])
	t, _ := core.WallClock(y, month, date, core.SinceMidnight(clock)+time.Duration(seconds)*time.Second, org.Zone)
	return t, seconds < 60
}

func (d decoder) time(v config.Value) time.Time {
	s := v.Text()
	if s == "" {
		return time.Time{}
	}
	t, ok := Moment(d.org(), s)
	if !ok {
		v.Problem("date", text.Phrasef("%q is not a moment", s), text.Plain(`write a day with or without a time, such as "2026-03-02 09:00"`))
	}
	return t
}

// ParseSpan reads how long something takes, such as "30d" or "12h".
func ParseSpan(s string) (Span, bool) {
	m := length.FindStringSubmatch(s)
	if s == "" || m == nil {
		return Span{}, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	span := Span{Days: n[0], Exact: time.Duration(n[1])*time.Hour + time.Duration(n[2])*time.Minute + time.Duration(n[3])*time.Second}
	return span, !span.IsZero()
}

func (d decoder) span(v config.Value) Span {
	s := v.Text()
	if s == "" {
		return Span{}
	}
	span, ok := ParseSpan(s)
	if !ok {
		v.Problem("value", text.Phrasef("%q is not a length of time", s), text.Plain("write days, hours, minutes and seconds, such as 30d or 12h"))
	}
	return span
}

func (d decoder) members(v config.Value) map[string][]string {
	if !v.AnyMap() {
		return nil
	}
	out := map[string][]string{}
	for _, key := range v.Keys() {
		workspace, _, ok := strings.Cut(key, "/")
		if known := d.workspaces(); ok && !slices.Contains(known, workspace) {
			v.Key(key).Problem("workspace", text.Phrasef("unknown workspace %q: %s", workspace, config.Suggest(workspace, known)), text.Phrase{})
		}
		out[key] = []string{}
		for _, name := range v.Key(key).Texts() {
			out[key] = append(out[key], d.person(name))
		}
	}
	return out
}

// person reads the name of a person, who needn't be in the config file.
func (d decoder) person(v config.Value) string {
	s := v.Text()
	if _, ok := core.Ref(s).Name(); s != "" && !ok {
		v.Problem("people", text.Phrasef("%q is not a person's name", s), text.Plain("write a name as under people in the config file"))
		return ""
	}
	return s
}

func (d decoder) workspaces() []string {
	var names []string
	for _, w := range d.cfg.Workspaces {
		names = append(names, w.Name)
	}
	return names
}

func (d decoder) workspace(v config.Value) string {
	s := v.Text()
	if known := d.workspaces(); s != "" && !slices.Contains(known, s) {
		v.Problem("workspace", text.Phrasef("unknown workspace %q: %s", s, config.Suggest(s, known)), text.Phrase{})
	}
	return s
}

func (d decoder) risk(v config.Value) Risk {
	r := Risk{Place: d.at(v)}
	if !v.Map(riskKeys()...) {
		return r
	}
	v.Needs("title")
	r.Title, r.Description = v.Key("title").Text(), v.Key("description").Text()
	r.By, r.Workspace = d.person(v.Key("by")), d.workspace(v.Key("workspace"))
	r.DiscoveredAt, r.DueAt, r.Filed = d.time(v.Key("discovered_at")), d.time(v.Key("due_at")), d.time(v.Key("filed"))
	var modules, severities []string
	for _, m := range d.org().Modules {
		modules = append(modules, m.Name)
	}
	for _, s := range core.Severities() {
		severities = append(severities, string(s))
	}
	r.Module, r.Severity = v.Key("module").Word(modules...), core.Severity(v.Key("severity").Word(severities...))
	if h := v.Key("handlers"); h.Exists() {
		r.Handlers = d.refs(h)
	}
	r.Fields = d.fields(v.Key("fields"))
	if o := v.Key("operators"); o.Exists() {
		d.operators(o, &r)
	}
	return r
}

// operators reads who operates a risk. That is a field of a risk only if the config file has
// one of that name.
func (d decoder) operators(v config.Value, r *Risk) {
	const name = "operators"
	if f, ok := d.org().Field(name); !ok || f.Type != core.PeopleField {
		v.Problem("field", text.Plain("a risk has no operators of its own"),
			text.Plain("the operators are those of the risk's node in the process; to choose them for each risk, give the config file a field of people, and name that field there"))
		return
	}
	if r.Fields == nil {
		r.Fields = map[string]core.Value{}
	}
	r.Fields[name] = core.Value{People: d.refs(v)}
}

// refs reads a list of people, user groups and accounts.
func (d decoder) refs(v config.Value) []core.Ref {
	out := []core.Ref{}
	for _, it := range v.Texts() {
		s := it.Text()
		r := core.Ref(s)
		_, isName := r.Name()
		a, isAccount := r.Account()
		w, _, isGroup := r.Group()
		switch known := d.workspaces(); {
		case s == "":
			continue
		case !isName && !isAccount && !isGroup:
			it.Problem("people", text.Phrasef("%q is neither a name, nor @group, nor workspace:@group, nor workspace/ID", s), text.Phrase{})
		case isAccount && !slices.Contains(known, a.Workspace):
			it.Problem("workspace", text.Phrasef("unknown workspace %q: %s", a.Workspace, config.Suggest(a.Workspace, known)), text.Phrase{})
		case isGroup && w != "" && !slices.Contains(known, w):
			it.Problem("workspace", text.Phrasef("unknown workspace %q: %s", w, config.Suggest(w, known)), text.Phrase{})
		}
		out = append(out, r)
	}
	return out
}

// fields reads own fields.
func (d decoder) fields(v config.Value) map[string]core.Value {
	if !v.AnyMap() {
		return nil
	}
	var known []string
	for _, f := range d.org().Fields {
		known = append(known, f.Key)
	}
	v.Map(known...)
	out := map[string]core.Value{}
	for _, key := range v.Keys() {
		if f, ok := d.org().Field(key); ok {
			out[key] = d.field(v.Key(key), f)
		}
	}
	return out
}

func (d decoder) field(v config.Value, f core.Field) core.Value {
	switch f.Type {
	case core.NumberField:
		if n, ok := v.Number(); ok {
			return core.Value{Number: &n}
		}
	case core.SelectField:
		var options []string
		for _, o := range f.Options {
			options = append(options, o.Key)
		}
		return core.Value{Text: v.Word(options...)}
	case core.DateField:
		return core.Value{Date: d.time(v)}
	case core.PeopleField:
		return core.Value{People: d.refs(v)}
	case core.TextField:
		return core.Value{Text: v.Text()}
	}
	return core.Value{}
}

func (d decoder) action(v config.Value) Action {
	a := Action{Place: d.at(v)}
	if !v.Map(actionKeys()...) {
		return a
	}
	v.Needs("at", "by", "do")
	a.At, a.By, a.Workspace, a.Do = d.time(v.Key("at")), d.person(v.Key("by")), d.workspace(v.Key("workspace")), v.Key("do").Text()
	a.Refused = v.Key("refused").Bool()
	if word, _, _ := strings.Cut(a.Do, " "); a.Do != "" && word != d.org().Command {
		v.Key("do").Problem("value", text.Phrasef("%q is not a command", a.Do), text.Phrasef("commands begin with %s", d.org().Command))
	}
	return a
}

func (d decoder) outage(v config.Value) Outage {
	o := Outage{Place: d.at(v)}
	if v.Map(downKeys()...) {
		v.Needs(downKeys()...)
		o.From, o.Until = d.time(v.Key("from")), d.time(v.Key("until"))
	}
	return o
}
