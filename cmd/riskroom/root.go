package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/text"
)

// Exit codes. Each subcommand's help explains them.
const (
	exitFine    = 0
	exitFailed  = 1
	exitMisused = 2
)

// misused is an error in the command line. The program then points to the help and exits
// with exitMisused.
type misused struct{ says text.Phrase }

func (m misused) Error() string { return m.says.String() }

func misuse(format string, args ...any) error { return misused{text.Phrasef(format, args...)} }

// errReported ends a command with exitFailed after it has printed what is wrong.
var errReported = errors.New("already reported")

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, s environment) int {
	s.lang = langAmong(args)
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(s.stdin)
	root.SetOut(s.stdout)
	root.SetErr(s.stderr)

	// Any error before a command begins is one in the command line.
	began := false
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if s.lang != "" {
			if err := oneOf(s.lang, text.Languages()...); err != nil {
				return err
			}
		}
		began = true
		return nil
	}

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New(s.say("interrupted"))
	}
	m, ok := errors.AsType[misused](s.unknownCommand(root, err))
	if ok {
		err = text.NewError(m.says)
	}
	fmt.Fprintf(s.stderr, "riskroom: %s\n", s.words().Error(err))
	if ok || !began {
		fmt.Fprintln(s.stderr, s.say("Try \"%s --help\".", cmd.CommandPath()))
		return exitMisused
	}
	return exitFailed
}

func newRoot(s environment) *cobra.Command {
	var titles []string
	for _, p := range platforms.All() {
		titles = append(titles, p.Title)
	}
	names := platforms.Names()
	root := &cobra.Command{
		Use:   "riskroom",
		Short: s.say("File risks in chat and have flows follow them up"),
		Long: s.say(`riskroom lets people file risks in %s with a slash command.
Flows, which you write in a config file, follow the risks up. For example, they
message the handlers at once, remind them after a day, and create a group with the
right people after two. All data is in Redis.

To try it without any setup:       riskroom demo
To write a config file:            start from configs/, then riskroom check
To set up the app on a platform:   riskroom manifest %s --config FILE (or %s)
To run it for real:                riskroom serve --config FILE`, text.Or(titles...), names[0], text.Or(names[1:]...)),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	s.translateHelp(root)
	root.PersistentFlags().String("lang", "", s.say("the language of messages: %s (default: your locale's)", text.Or(text.Languages()...)))
	root.AddCommand(newDemo(s), newServe(s), newCheck(s), newRender(s), newSimulate(s), newTest(s), newManifest(s), newRuns(s), newWhy(s), newPlan(s), newExport(s), newPurge(s), newSchema(s), newVersion(s))
	return root
}
