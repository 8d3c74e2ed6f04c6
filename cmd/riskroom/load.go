package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
	"riskroom/core/text"
)

// maxConfig is the limit of a config file's size in bytes.
const maxConfig = 4 << 20

// stdinName names the standard input on a command line.
const stdinName = "-"

// readConfig reads a config file; "-" is the standard input. Errors are misused.
func readConfig(s environment, name string) ([]byte, error) {
	in := s.stdin
	switch name {
	case "":
		return nil, misuse("which config file? Add --config FILE")
	case stdinName:
	default:
		f, err := os.Open(name)
		if err != nil {
			return nil, misuse("cannot read the config file: %v", withoutSyscall(err))
		}
		defer f.Close()
		in = f
	}
	b, err := readSome(in)
	if err != nil {
		return nil, misuse("cannot read the config file: %v", err)
	}
	if len(b) > maxConfig {
		return nil, misuse("%s is larger than %d MiB: is it a config file?", name, maxConfig>>20)
	}
	return b, nil
}

// readNamed reads a file that a config file names, as far as readSome does.
func readNamed(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readSome(f)
}

// readSome reads one byte more than a file may have, so that no file fills the memory.
func readSome(in io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(in, maxConfig+1)) }

// withoutSyscall removes the name of the system call from an error about a file.
func withoutSyscall(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// load reads a config file, and the environment variables and files that it names.
// The config is nil if one of the problems is an error. The returned error is
// misused, unless the texts are broken.
func load(s environment, name string, unset config.Unset) (*config.Config, config.Problems, error) {
	src, err := readConfig(s, name)
	if err != nil {
		return nil, nil, err
	}
	return loadFrom(s, name, src, unset)
}

// loadFrom is load of a file that has been read.
func loadFrom(s environment, name string, src []byte, unset config.Unset) (*config.Config, config.Problems, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, nil, err
	}
	read := s.readFile
	if read == nil {
		read = readNamed
	}
	cfg, problems := config.Load(name, src, config.Options{
		Language: s.language(), Chinese: s.phrases(), Format: config.NewFormat(platforms.Settings()), Env: s.lookup, ReadFile: read, Unset: unset, Fill: placeholder, LeftOut: platforms.LeftOut(texts),
	})
	return cfg, problems, nil
}

// loadFirst reads the config file when serve starts, and returns its warnings. If there are
// errors, it prints all problems to stderr as check does, and returns errReported.
func (c *source) loadFirst() (*config.Config, config.Problems, error) {
	cfg, problems, err := c.load()
	if err != nil {
		return nil, nil, err
	}
	if cfg == nil {
		s := c.s
		fmt.Fprint(s.stderr, problems.String())
		fmt.Fprintln(s.stderr, s.say("%s: %s; nothing was started", c.name, text.Count(len(problems.Errors()), "%d error", "%d errors")))
		return nil, nil, errReported
	}
	return cfg, problems, nil
}
