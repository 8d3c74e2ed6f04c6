// Package platforms lists the platforms that riskroom supports. Nothing else does: a
// new platform needs its own packages and a line in All.
package platforms

import (
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platform/discord"
	"riskroom/cmd/riskroom/platform/slack"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/text"
)

// All returns every platform. The first is the default of commands.
func All() []platform.Platform {
	return []platform.Platform{
		slack.Platform(),
		discord.Platform(),
	}
}

// Named returns the platform with this name in config files, if there is one.
func Named(name string) (p platform.Platform, ok bool) {
	for _, p := range All() {
		if p.Name() == name {
			return p, true
		}
	}
	return platform.Platform{}, false
}

// Names returns the platforms' names in config files.
func Names() []string {
	var names []string
	for _, p := range All() {
		names = append(names, p.Name())
	}
	return names
}

// Settings returns the keys of every platform's workspaces.
func Settings() []core.PlatformSettings {
	var all []core.PlatformSettings
	for _, p := range All() {
		all = append(all, p.Settings)
	}
	return all
}

// LeftOut returns the own fields for which a platform's command has no room.
func LeftOut(t *text.Catalogue) func(name string, org *core.Organisation) config.LeftOut {
	return func(name string, org *core.Organisation) config.LeftOut {
		if p, ok := Named(name); ok && p.LeftOut != nil {
			return p.LeftOut(org, t)
		}
		return config.LeftOut{}
	}
}
