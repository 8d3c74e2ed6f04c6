package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/text"
)

// formatFlag adds the flag --format to c. The first of formats is the default.
func formatFlag(s environment, c *cobra.Command, into *string, formats ...string) {
	c.Flags().StringVar(into, "format", formats[0], s.say("what to print: %s", text.Or(formats...)))
}

// oneOf returns an error unless value is one of values.
func oneOf(value string, values ...string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return misuse("%q is not one of %s", value, strings.Join(values, ", "))
}

func configFlag(c *cobra.Command, into *string, use string) {
	c.Flags().StringVarP(into, "config", "c", "", use)
}

// platformHelp joins a part of every platform's help.
func (s environment) platformHelp(part func(platform.Help) text.Phrase) string {
	var b strings.Builder
	for _, p := range platforms.All() {
		b.WriteString(s.words().Say(part(p.Help)))
	}
	return b.String()
}

// onlyFlags rejects arguments. If one looks like a config file, the error suggests
// the flag.
func onlyFlags(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if ext := filepath.Ext(args[0]); ext == ".yaml" || ext == ".yml" {
		return misuse("pass the config file with a flag: --config %s", args[0])
	}
	return misuse("%s takes only flags, not %q", c.CommandPath(), args[0])
}
