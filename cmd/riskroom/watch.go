package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"riskroom/cmd/riskroom/app"
	"riskroom/core/config"
)

// watchEvery is how often --watch reads the files.
const watchEvery = 2 * time.Second

// source is a config file that serve reads again, with the files that it names.
type source struct {
	s    environment
	name string

	mu     sync.Mutex
	named  []string
	loaded string // what they contained
}

// load reads and checks the file, and notes which files it names and what they contain.
func (c *source) load() (*config.Config, config.Problems, error) {
	src, err := readConfig(c.s, c.name)
	if err != nil {
		return nil, nil, err
	}
	named, read := []string{c.name}, contents{}
	read.add(c.name, src)
	s := c.s
	s.readFile = func(name string) ([]byte, error) {
		b, err := readNamed(name)
		named = append(named, name)
		read.add(name, b)
		return b, err
	}
	cfg, problems, err := loadFrom(s, c.name, src, config.UnsetIsError)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.named, c.loaded = named, read.sum()
	return cfg, problems, err
}

// contents identifies what files contain.
type contents struct{ files []byte }

func (c *contents) add(name string, b []byte) {
	c.files = fmt.Appendf(c.files, "%q %x\n", name, sha256.Sum256(b))
}

func (c *contents) sum() string { return string(c.files) }

// look reads the files again and reports whether they contain something else than what was
// loaded. now identifies that. changed is false while one can't be read, as while an editor
// replaces it.
func (c *source) look() (now string, changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var read contents
	for _, name := range c.named {
		b, err := readNamed(name)
		if err != nil {
			return "", false
		}
		read.add(name, b)
	}
	return read.sum(), read.sum() != c.loaded
}

// watch asks for a reload when a file has changed and stayed the same for one look, until ctx
// ends. It reads the files instead of waiting for notifications: these don't exist on network
// file systems, and get lost when a file is replaced or, as Kubernetes does, a symbolic link
// above it.
func (c *source) watch(ctx context.Context, every time.Duration, ask func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last, asked string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, changed := c.look()
		if changed && now == last && now != asked {
			asked = now
			ask()
		}
		last = now
	}
}

// reloading returns when and how serve reads its config file again: on SIGHUP and, with watch,
// when it has changed. The standard input can't be read again, so it returns nil for that, and
// ignores the signal. end stops listening to it.
func (c *source) reloading(ctx context.Context, watch bool, log *slog.Logger) (r *app.Reloading, end func()) {
	asked := make(chan struct{}, 1)
	ask := func() {
		select {
		case asked <- struct{}{}:
		default: // one is waiting already
		}
	}
	hups := make(chan os.Signal, 1)
	signal.Notify(hups, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	var loops sync.WaitGroup
	loops.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hups:
				if c.name == stdinName {
					log.WarnContext(ctx, "the config file was read from the standard input, which can't be read again: restart to change it")
					continue
				}
				ask()
			}
		}
	})
	if watch {
		loops.Go(func() { c.watch(ctx, watchEvery, ask) })
	}
	if c.name != stdinName {
		r = &app.Reloading{Load: c.load, Asked: asked}
	}
	return r, func() {
		signal.Stop(hups)
		cancel()
		loops.Wait()
	}
}
