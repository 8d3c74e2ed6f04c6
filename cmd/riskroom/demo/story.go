package demo

import (
	_ "embed"

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
