// Package platforms lists the platforms that riskroom supports. Nothing else does: a
// new platform needs its own packages and a line in All.
package platforms

import (
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platform/discord"
	"riskroom/cmd/riskroom/platform/slack"
	"riskroom/core"
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
