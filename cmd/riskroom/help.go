package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"riskroom/core/text"
)

// translateHelp has the library's own texts in the help of root and its commands, and its
// errors about flags, printed in the program's language.
func (s environment) translateHelp(root *cobra.Command) {
	root.InitDefaultHelpFlag() // else the library takes what follows --help for its value
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	if s.language() != text.Chinese {
		return
	}
	usage := root.UsageFunc()
	root.SetUsageFunc(func(c *cobra.Command) error {
		var b strings.Builder
		out := c.OutOrStderr()
		c.SetOut(&b)
		err := usage(c)
		c.SetOut(out)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(out, s.translated(c, b.String()))
		return err
	})
}

// withDefault matches a flag's default at the end of a line.
var withDefault = regexp.MustCompile(`(?m) [(]default ([^)\n]*)[)]$`)

// translated translates the library's texts around the usage of a command.
func (s environment) translated(c *cobra.Command, usage string) string {
	replace := strings.NewReplacer(
		"\nExamples:\n", "\n"+s.say("Examples:")+"\n",
		"\nAvailable Commands:\n", "\n"+s.say("Available Commands:")+"\n",
		"\nFlags:\n", "\n"+s.say("Flags:")+"\n",
		"\nGlobal Flags:\n", "\n"+s.say("Global Flags:")+"\n",
		"  help for "+c.DisplayName()+"\n", "  "+s.say("help for %s", c.DisplayName())+"\n",
		"  Help about any command\n", "  "+s.say("Help about any command")+"\n",
		fmt.Sprintf("Use \"%s [command] --help\" for more information about a command.", c.CommandPath()),
		s.say("Use \"%s [command] --help\" for more information about a command.", c.CommandPath()),
	)
	usage = replace.Replace(strings.Replace(usage, "Usage:\n", s.say("Usage:")+"\n", 1))
	return withDefault.ReplaceAllString(usage, s.say("(default %s)", "$1"))
}

// flagError returns an error about a flag as one in the command line.
func flagError(err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if e.GetSpecifiedShortnames() != "" {
			return misuse("unknown flag: -%s", e.GetSpecifiedShortnames())
		}
		return misuse("unknown flag: --%s", e.GetSpecifiedName())
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return misuse("flag needs an argument: --%s", e.GetFlag().Name)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return misuse("--%s: %q is not a valid value", e.GetFlag().Name, e.GetValue())
	}
	return misuse("%v", err)
}

// unknownCommand returns the library's error about an unknown command as one in the
// command line, and any other error as it is.
func (s environment) unknownCommand(root *cobra.Command, err error) error {
	var word, of string
	if n, _ := fmt.Sscanf(err.Error(), "unknown command %q for %q", &word, &of); n < 2 {
		return err
	}
	says := text.Phrasef("unknown command %q for %q", word, of)
	if near := root.SuggestionsFor(word); of == root.Name() && len(near) > 0 {
		says = text.Phrasef("%s\n\nDid you mean this?\n\t%s", says, strings.Join(near, "\n\t"))
	}
	return misused{says}
}
