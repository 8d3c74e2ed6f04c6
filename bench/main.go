// Command bench measures riskroom next to its peers: asynq, a bare Redis script, and an
// HTTP handler on echo. Everything is measured in the same run, in rounds that take turns,
// because absolute numbers depend on the machine. Read the ratios.
//
//	go run .                                   # everything, in about 40 minutes
//	go run . -quick                            # less of everything, in a few minutes
//	go run . -row a,b                          # some rows
//	go run . -write ../docs/performance.md     # and store tables and charts
//
// It needs Linux, and redis-server on PATH and starts servers of its own. Progress goes to stderr,
// results to stdout. docs/performance.md explains the rows.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	wanted := flags.String("row", "", "the rows to measure, such as a,b; all if empty:\n"+rowHelp())
	quick := flags.Bool("quick", false, "measure less: for a first impression")
	page := flags.String("write", "", "the page to store tables in; charts go into a folder of the same name")
	profiles := flags.String("profile", "", "a folder for CPU profiles of rows a, b, c and g")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	rows, err := choose(*wanted)
	if err != nil {
		return err
	}
	size := full()
	if *quick {
		size = short()
	}
	b := &bench{scale: size, progress: stderr, profiles: *profiles}
	defer b.close()
	origin := where(ctx, strings.Join(append([]string{"go run ."}, flagsBut(flags, "write", "profile")...), " "))
	for _, r := range rows {
		b.note("row %s: %s", r.name, r.title)
		s := &section{row: r.name, title: r.title}
		if err := r.measure(ctx, b, s); err != nil {
			return fmt.Errorf("row %s: %w", r.name, err)
		}
		if err := s.print(stdout); err != nil {
			return err
		}
		if *page != "" {
			if err := publish(*page, s, origin); err != nil {
				return err
			}
		}
	}
	return nil
}

// flagsBut returns the flags that were set, as they are typed.
func flagsBut(flags *flag.FlagSet, without ...string) []string {
	var set []string
	flags.Visit(func(f *flag.Flag) {
		for _, w := range without {
			if f.Name == w {
				return
			}
		}
		if f.Value.String() == "true" {
			set = append(set, "-"+f.Name)
		} else {
			set = append(set, "-"+f.Name, f.Value.String())
		}
	})
	return set
}
