// Package platforms lists the platforms that riskroom works on. Nothing else does:
// a new platform is its own packages and a line in All.
package platforms

import (
	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platform/discord"
	"riskroom/cmd/riskroom/platform/slack"
	"riskroom/core"
)

// All returns every platform. Where a command has to choose one, it takes the first.
func All() []platform.Platform {
	return []platform.Platform{
		slack.Platform(),
		discord.Platform(),
	}
}

// Named returns the platform that the config file calls name; ok is false if there
// is none.
func Named(name string) (p platform.Platform, ok bool) {
	for _, p := range All() {
		if p.Name() == name {
			return p, true
		}
	}
	return platform.Platform{}, false
}

// Names returns what the config file calls the platforms.
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
