package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by the build: -ldflags "-X main.version=v1.2.3 -X main.commit=… -X
// main.built=…". After a plain "go build" they are empty, and the toolchain's build
// info is used.
var (
	version string
	commit  string
	built   string // RFC 3339
)

func newVersion(s environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   s.say("Print the version of riskroom"),
		Long:    s.say("version prints the version, its commit and build time, and the Go release that\nbuilt it. Include this when you report a problem."),
		Example: "  riskroom version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(s.stdout, buildLine())
			return err
		},
	}
}

// buildLine describes this build on one line.
func buildLine() string {
	v, c, b := version, commit, built
	if info, ok := debug.ReadBuildInfo(); ok {
		if v == "" && info.Main.Version != "" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && c == "":
				c = s.Value
			case s.Key == "vcs.time" && b == "":
				b = s.Value
			}
		}
	}
	if v == "" {
		v = "(devel)"
	}
	line := "riskroom " + v
	if c != "" {
		line += " " + c[:min(len(c), 12)]
	}
	if b != "" {
		line += " " + b
	}
	return fmt.Sprintf("%s %s %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
