package main

import (
	"strings"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/flowtest"
	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/cmd/riskroom/reason"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/text"
)

// language returns the language of what the program prints: that of --lang, or of the
// environment's locale.
func (s environment) language() string {
	if s.lang != "" {
		return s.lang
	}
	return localeOf(s)
}

// words returns the wording of what the program prints.
func (s environment) words() text.Wording {
	return text.NewWording(s.language(), s.phrases()...)
}

// phrases returns the Chinese of the program's phrases and of those about platforms.
func (s environment) phrases() []map[string]string {
	all := append(chinese(), app.Chinese(), inspect.Chinese(), reason.Chinese(), simulate.Chinese(), flowtest.Chinese())
	for _, p := range platforms.All() {
		all = append(all, p.Chinese)
	}
	return all
}

// say returns a phrase in the program's language.
func (s environment) say(format string, args ...any) string {
	return s.words().Say(text.Phrasef(format, args...))
}

// langAmong returns the language of --lang in a command line, "" if there is none. The help
// needs it before the flags are parsed.
func langAmong(args []string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return languageNamed(v)
		}
		if a == "--lang" && i+1 < len(args) {
			return languageNamed(args[i+1])
		}
	}
	return ""
}

// languageNamed returns the language that people write as v, such as zh or zh_CN, or v.
func languageNamed(v string) string {
	for _, lang := range text.Languages() {
		base, _, _ := strings.Cut(lang, "-")
		if strings.EqualFold(v, base) || strings.EqualFold(strings.ReplaceAll(v, "_", "-"), lang) {
			return lang
		}
	}
	return v
}

// localeOf returns the language of the environment's locale.
func localeOf(s environment) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v, ok := s.lookup(name); ok && v != "" {
			locale, _, _ := strings.Cut(v, ".")
			return text.Match(strings.ReplaceAll(locale, "_", "-"))
		}
	}
	return text.English
}
