package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platforms"
)

// Exit codes. Each subcommand's help explains them.
const (
	exitFine    = 0
	exitFailed  = 1
	exitMisused = 2
)

// misused marks an error in the command line. The program then points to the help
// and exits with exitMisused.
type misused struct{ err error }

func (m misused) Error() string { return m.err.Error() }
func (m misused) Unwrap() error { return m.err }

func misuse(format string, args ...any) error { return misused{fmt.Errorf(format, args...)} }

// errReported ends a command with exitFailed after it has printed what is wrong.
var errReported = errors.New("already reported")

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, s environment) int {
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(s.stdin)
	root.SetOut(s.stdout)
	root.SetErr(s.stderr)

	// Any error before a command begins is one in the command line.
	began := false
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(s.stderr, "riskroom: %v\n", err)
	if _, ok := errors.AsType[misused](err); ok || !began {
		fmt.Fprintf(s.stderr, "Try \"%s --help\".\n", cmd.CommandPath())
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
		Short: "File risks in chat and have flows follow them up",
		Long: `riskroom lets people file risks in ` + anyOf(titles) + ` with a slash command.
Flows, which you write in a config file, follow the risks up. For example, they
message the handlers at once, remind them after a day, and create a group with the
right people after two. All data is in Redis.

To try it without any setup:       riskroom demo
To write a config file:            start from configs/, then riskroom check
To set up the app on a platform:   riskroom manifest ` + names[0] + ` --config FILE (or ` + anyOf(names[1:]) + `)
To run it for real:                riskroom serve --config FILE`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newDemo(s), newServe(s), newCheck(s), newManifest(s), newRuns(s), newExport(s), newPurge(s), newSchema(s), newVersion(s))
	return root
}
