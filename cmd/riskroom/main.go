// Command riskroom is a gateway between a risk register and chat: people file
// risks with a slash command, and flows that an admin wrote act on them over
// time. This package only parses, wires and waits; what happens is in core.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a config file's zone is known on every machine
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], surroundings{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv,
	})
	stop()
	os.Exit(code)
}

// surroundings is what the program takes from its process. A test brings its
// own, and so can run the whole program inside itself.
type surroundings struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	lookup         func(name string) (value string, ok bool) // the environment
}
