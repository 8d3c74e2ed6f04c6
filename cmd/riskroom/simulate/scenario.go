package simulate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/cast"
	"riskroom/core"
	"riskroom/core/config"
)

// Scenario is what to simulate: which risks there are, and what people do.
type Scenario struct {
	Start time.Time // zero: today at nine, in the config's zone
	For   Span      // zero: 30 days
	// Members has the people of user groups and roles, by workspace and name or ID:
	// "acme/oncall". A group that isn't in it stands for its members as one recipient.
	Members map[string][]string
	Risks   []Risk
	Actions []Action
	Down    []Outage
}

// Span is a number of days, as a calendar counts them, and a duration.
type Span struct {
	Days  int
	Exact time.Duration
}

// defaultSpan is how long a scenario lasts unless it says.
const defaultSpan = 30

// IsZero reports whether s is nothing.
func (s Span) IsZero() bool { return s == Span{} }

// After returns the end of a span that begins at t, in the zone of t.
func (s Span) After(t time.Time) time.Time { return t.AddDate(0, 0, s.Days).Add(s.Exact) }

// Place is where something is written in a file; zero if it isn't from one.
type Place struct {
	File      string
	Line, Col int
}

// Risk is a risk that somebody files. Empty fields get the defaults of /risk new.
type Risk struct {
	Place
	Title, Module, Description string
	Severity                   core.Severity
	By                         string // a person's name, or an account; "": cast.Reporter
	Workspace                  string // where it is filed; "": the first of the config file
	Handlers                   []core.Ref
	DiscoveredAt, DueAt        time.Time
	Fields                     map[string]core.Value
	Filed                      time.Time // zero: at the start
}

// Action is a slash command that somebody types.
type Action struct {
	Place
	At        time.Time
	By        string // a person's name
	Workspace string // "": the first of the config file
	Do        string // the line: "/risk take R-1"
	Refused   bool   // the bot is expected to refuse it
}

// Outage is a time in which riskroom isn't running.
type Outage struct {
	Place
	From, Until time.Time
}

// covers reports whether riskroom isn't running at a moment. At Until, it is.
func (o Outage) covers(t time.Time) bool { return !t.Before(o.From) && t.Before(o.Until) }

// complete returns the scenario with its defaults.
func (s Scenario) complete(cfg *config.Config, now time.Time) Scenario {
	if s.Start.IsZero() {
		y, m, d := now.In(cfg.Organisation.Zone).Date()
		s.Start, _ = core.WallClock(y, m, d, startsAt, cfg.Organisation.Zone)
	}
	s.Start = s.Start.In(cfg.Organisation.Zone)
	if s.For.IsZero() {
		s.For.Days = defaultSpan
	}
	home := ""
	if len(cfg.Workspaces) > 0 {
		home = cfg.Workspaces[0].Name
	}
	s.Risks, s.Actions, s.Down = slices.Clone(s.Risks), slices.Clone(s.Actions), slices.Clone(s.Down)
	slices.SortStableFunc(s.Down, func(a, b Outage) int { return a.From.Compare(b.From) })
	for i := range s.Risks {
		r := &s.Risks[i]
		r.By, r.Workspace = cmp.Or(r.By, cast.Reporter), cmp.Or(r.Workspace, home)
		if r.Filed.IsZero() {
			r.Filed = s.Start
		}
		if r.Module == "" && len(cfg.Organisation.Modules) > 0 {
			r.Module = cfg.Organisation.Modules[0].Name
		}
	}
	for i := range s.Actions {
		s.Actions[i].Workspace = cmp.Or(s.Actions[i].Workspace, home)
	}
	return s
}

// startsAt is the time of day at which a scenario starts unless it says.
const startsAt = 9 * time.Hour

// End returns when a scenario that says its start is over.
func (s Scenario) End() time.Time {
	if s.For.IsZero() {
		s.For.Days = defaultSpan
	}
	return s.For.After(s.Start)
}

// Names returns the names of all people whom the scenario has act or be.
func (s Scenario) Names() []string {
	var all []string
	add := func(name string) {
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, r := range s.Risks {
		if name, ok := core.Ref(r.By).Name(); ok {
			add(name)
		}
		for _, ref := range r.people() {
			if name, ok := ref.Name(); ok {
				add(name)
			}
		}
	}
	for _, a := range s.Actions {
		add(a.By)
	}
	for _, list := range s.Members {
		for _, name := range list {
			add(name)
		}
	}
	slices.Sort(all)
	return all
}

// Cast returns whom the emulated workspaces have in addition to the config file.
func (s Scenario) Cast() cast.Also {
	also := cast.Also{Names: s.Names(), Members: s.members}
	for _, r := range s.Risks {
		also.Refs = append(also.Refs, r.people()...)
	}
	return also
}

// people returns whom a risk names.
func (r Risk) people() []core.Ref {
	all := slices.Clone(r.Handlers)
	if _, ok := core.Ref(r.By).Account(); ok {
		all = append(all, core.Ref(r.By))
	}
	for _, v := range r.Fields {
		all = append(all, v.People...)
	}
	return all
}

// members returns the people of a user group or role, if the scenario has them.
func (s Scenario) members(workspace, group string) (names []string, known bool) {
	for key, names := range s.Members {
		w, name, found := strings.Cut(key, "/")
		if !found {
			w, name = "", key
		}
		if (w == "" || w == workspace) && strings.EqualFold(strings.TrimPrefix(name, "@"), group) {
			return names, true
		}
	}
	return nil, false
}
