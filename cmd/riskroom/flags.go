package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
)

// formatFlag gives c a --format; the first of formats is what it prints without
// one.
func formatFlag(c *cobra.Command, into *string, formats ...string) {
	c.Flags().StringVar(into, "format", formats[0], "what to print: "+strings.Join(formats, " or "))
}

// known refuses a value that is none of those that a flag takes.
func known(value string, values ...string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return misuse("%q is not one of %s", value, strings.Join(values, ", "))
}

func configFlag(c *cobra.Command, into *string, use string) {
	c.Flags().StringVarP(into, "config", "c", "", use)
}

// platformHelp returns what the help of a command says of every platform.
func platformHelp(part func(platform.Help) string) string {
	var b strings.Builder
	for _, p := range platforms.All() {
		b.WriteString(part(p.Help))
	}
	return b.String()
}

// onlyFlags refuses arguments; one that looks like a config file is probably
// meant as the flag.
func onlyFlags(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if ext := filepath.Ext(args[0]); ext == ".yaml" || ext == ".yml" {
		return misuse("the config file is given with a flag: --config %s", args[0])
	}
	return misuse("%s takes flags only, and no %q", c.CommandPath(), args[0])
}
