package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// maxConfig is the size in bytes up to which a config file is read.
const maxConfig = 4 << 20

// stdinName is how a command line names the standard input.
const stdinName = "-"

// readConfig reads a config file; "-" is the standard input. An error is one of
// the command line: the file is not there or is not one.
func readConfig(s surroundings, name string) ([]byte, error) {
	in := s.stdin
	if name != stdinName {
		f, err := os.Open(name)
		if err != nil {
			return nil, misuse("the config file cannot be read: %w", plainer(err))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxConfig+1))
	if err != nil {
		return nil, misuse("the config file cannot be read: %w", err)
	}
	if len(b) > maxConfig {
		return nil, misuse("%s is larger than %d MiB: is it a config file?", name, maxConfig>>20)
	}
	return b, nil
}

// plainer leaves the name of the system call out of an error about a file.
func plainer(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// load reads a config file as unset says, with what the environment and files hold.
// The config is nil where one of the problems is an error; an error is one of the
// command line.
func load(s surroundings, name string, unset config.Unset) (*config.Config, config.Problems, error) {
	if name == "" {
		return nil, nil, misuse("which config file? Say --config FILE")
	}
	src, err := readConfig(s, name)
	if err != nil {
		return nil, nil, err
	}
	cfg, problems := config.Load(name, src, config.Options{
		Platforms: platforms.Settings(), Env: s.lookup, ReadFile: os.ReadFile, Unset: unset, Fill: placeholder,
	})
	return cfg, problems, nil
}

// loadConfig reads a config file that is to be run, and returns what looks wrong in
// it. Where something is wrong all is printed to stderr as check prints it, and the
// error is errSaid.
func loadConfig(s surroundings, name string) (*config.Config, config.Problems, error) {
	cfg, problems, err := load(s, name, config.UnsetIsError)
	if err != nil {
		return nil, nil, err
	}
	if cfg == nil {
		fmt.Fprint(s.stderr, problems.String())
		fmt.Fprintf(s.stderr, "%s: %s; nothing was started\n", name, inspect.Count(len(problems.Errors()), "error"))
		return nil, nil, errSaid
	}
	return cfg, problems, nil
}
