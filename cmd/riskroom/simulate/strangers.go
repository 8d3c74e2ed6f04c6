package simulate

import (
	"maps"
	"slices"

	"riskroom/cmd/riskroom/cast"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// warnOfStrangers warns, once for each name, of people who file, act or handle risks and are
// neither in the config file nor members of a group in the scenario. They get accounts, so
// nothing else shows that a name is misspelt.
func warnOfStrangers(root config.Value, s Scenario, cfg *config.Config) {
	known := slices.Sorted(maps.Keys(cfg.Organisation.People))
	seen := append(slices.Concat(slices.Collect(maps.Values(s.Members))...), cast.Reporter)
	warn := func(v config.Value) {
		name, ok := core.Ref(v.Text()).Name()
		if !ok || slices.Contains(known, name) || slices.Contains(seen, name) {
			return
		}
		seen = append(seen, name)
		v.Warning("people", text.Phrasef("the config file has no person named %q: %s", name, config.Suggest(name, known)),
			text.Plain("the simulation has a person of this name in every workspace; if that is what you want, ignore this"))
	}
	for _, r := range root.Key("risks").List() {
		warn(r.Key("by"))
		for _, h := range r.Key("handlers").Texts() {
			warn(h)
		}
	}
	for _, a := range root.Key("actions").List() {
		warn(a.Key("by"))
	}
}
