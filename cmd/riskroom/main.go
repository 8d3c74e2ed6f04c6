// Command riskroom lets people file risks in chat with a slash command, and runs
// the flows that an admin wrote for these risks. This package contains the command
// line. app/ starts riskroom, and core/ does the work.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // for machines without time zone data
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], environment{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv,
	})
	stop()
	os.Exit(code)
}

// environment is what the program gets from its process. Tests replace it to run
// the whole program.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookup         func(name string) (value string, ok bool) // looks up a variable
	lang           string                                    // of --lang, "" if it isn't given
	readFile       func(name string) ([]byte, error)         // reads what a config file names; nil: readNamed
}
