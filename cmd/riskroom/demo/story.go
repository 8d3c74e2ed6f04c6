package demo

import (
	_ "embed"
	"slices"

	"riskroom/core/config"
	"riskroom/core/text"
)

//go:embed story.zh-CN.yaml
var chineseStory []byte

// Story returns the config file of the built-in story in a language, given the
// English one.
func Story(lang string, english []byte) []byte {
	if text.Match(lang) == text.Chinese {
		return chineseStory
	}
	return english
}

// keepOnly removes all workspaces but home. The story's config file has one for every
// platform.
func keepOnly(cfg *config.Config, home string) {
	cfg.Workspaces = slices.DeleteFunc(cfg.Workspaces, func(w config.WorkspaceSettings) bool { return w.Name != home })
}
