package simulate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Sample returns a scenario that makes the flows of a config file act: two risks with every
// field filled in. Nobody touches the first. Somebody starts on the second after an hour, and
// resolves it later the same day. Their titles are in lang.
func Sample(cfg *config.Config, lang string, now time.Time) Scenario {
	s := Scenario{}.complete(cfg, now)
	words := text.NewWording(lang, Chinese())
	solver := sampleSolver(cfg)
	for _, title := range []text.Phrase{text.Plain("An example that nobody takes"), text.Plain("An example that is resolved")} {
		r := Risk{
			Title: words.Say(title), Severity: core.High, DiscoveredAt: s.Start, DueAt: s.Start.AddDate(0, 0, 3),
			Fields: map[string]core.Value{},
		}
		for _, f := range cfg.Organisation.Fields {
			if f.Part == core.Reported {
				r.Fields[f.Key] = sampleValue(cfg, f, s.Start)
			}
		}
		s.Risks = append(s.Risks, r)
	}
	if solver == "" {
		return s
	}
	dos := []string{"start"}
	for range max(len(cfg.Organisation.Process)-1, 0) {
		dos = append(dos, "pass")
	}
	for i, do := range append(dos, "resolve") {
		// Nothing follows the key: what does is typed differently where commands have options.
		line := strings.Join([]string{cfg.Organisation.Command, do, string(core.MakeRiskKey(cfg.Organisation.KeyPrefix, 2))}, " ")
		s.Actions = append(s.Actions, Action{At: s.Start.Add(time.Duration(i+1) * time.Hour), By: solver, Do: line})
	}
	return s
}

// sampleSolver returns somebody who may handle a risk of the first module at every node of
// the process, "" for nobody.
func sampleSolver(cfg *config.Config) string {
	var refs []core.Ref
	if m := cfg.Organisation.Modules; len(m) > 0 {
		refs = append([]core.Ref{m[0].Lead}, m[0].Handlers...)
	}
	for _, r := range append(refs, cfg.Organisation.Permissions.Administrators...) {
		if name, ok := r.Name(); ok {
			return name
		}
	}
	return ""
}

func sampleValue(cfg *config.Config, f core.Field, start time.Time) core.Value {
	number := 1500.0
	switch f.Type {
	case core.NumberField:
		return core.Value{Number: &number}
	case core.SelectField:
		return core.Value{Text: f.Options[0].Key}
	case core.DateField:
		return core.Value{Date: start.AddDate(0, 0, 2)}
	case core.PeopleField:
		for _, name := range slices.Sorted(maps.Keys(cfg.Organisation.People)) {
			return core.Value{People: []core.Ref{core.Ref(name)}}
		}
	case core.TextField:
		return core.Value{Text: core.LabelIn(f.Label, cfg.Organisation.Language, f.Key)}
	}
	return core.Value{}
}
