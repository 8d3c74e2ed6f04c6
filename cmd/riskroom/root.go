package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platforms"
)

// Exit codes. What a subcommand means by them stands in its help.
const (
	exitFine    = 0
	exitFailed  = 1
	exitMisused = 2
)

// misused marks an error of whoever typed the command: it is answered with a
// pointer to the help, and with its own exit code.
type misused struct{ err error }

func (m misused) Error() string { return m.err.Error() }
func (m misused) Unwrap() error { return m.err }

func misuse(format string, args ...any) error { return misused{fmt.Errorf(format, args...)} }

// errSaid ends a command with exitFailed; what is wrong has been printed.
var errSaid = errors.New("said already")

// run is the program: it returns the exit code.
func run(ctx context.Context, args []string, s surroundings) int {
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(s.stdin)
	root.SetOut(s.stdout)
	root.SetErr(s.stderr)

	// Until a command begins, all that can go wrong is how it was called.
	began := false
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }

	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	if errors.Is(err, errSaid) {
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

func newRoot(s surroundings) *cobra.Command {
	var titles []string
	for _, p := range platforms.All() {
		titles = append(titles, p.Title)
	}
	names := platforms.Names()
	root := &cobra.Command{
		Use:   "riskroom",
		Short: "File risks in chat and let flows follow them up",
		Long: `riskroom lets people file risks in ` + strings.Join(titles, " or ") + ` with a slash command. While
a risk is pending, flows from a config file act on it: for example, they message
its handlers, remind them after a day, and after two days create a group with the
right people. Redis holds the timers.

To try it without any setup:       riskroom demo
To write a config file:            start from configs/, then riskroom check
To set up the app on a platform:   riskroom manifest ` + names[0] + ` --config FILE (or ` + strings.Join(names[1:], ", ") + `)
To run it for real:                riskroom serve --config FILE`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newDemo(s), newServe(s), newCheck(s), newManifest(s), newRuns(s), newVersion(s))
	return root
}
