package main

import (
	"context"
	"crypto/sha256"
	"fmt"
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

// load reads and checks the file, and notes which files it names.
func (c *source) load() (*config.Config, config.Problems, error) {
	named := []string{c.name}
	s := c.s
	s.readFile = func(name string) ([]byte, error) {
		named = append(named, name)
		return readNamed(name)
	}
	cfg, problems, err := load(s, c.name, config.UnsetIsError)
	c.mu.Lock()
	c.named = named
	c.mu.Unlock()
	sum, _ := c.contents()
	c.mu.Lock()
	c.loaded = sum
	c.mu.Unlock()
	return cfg, problems, err
}

// contents identifies what the files contain. ok is false while one can't be read, as while
// an editor replaces it.
func (c *source) contents() (sum string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := sha256.New()
	for _, name := range c.named {
		b, err := readNamed(name)
		if err != nil {
			return "", false
		}
		fmt.Fprintf(h, "%q %d\n", name, len(b))
		h.Write(b)
	}
	return string(h.Sum(nil)), true
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
		now, ok := c.contents()
		c.mu.Lock()
		changed := now != c.loaded
		c.mu.Unlock()
		if ok && changed && now == last && now != asked {
			asked = now
			ask()
		}
		last = now
	}
}

// reloading returns when and how serve reads its config file again: on SIGHUP and, with watch,
// when it has changed. The standard input can't be read again, so it returns nil for that.
// end stops listening to the signal.
func (c *source) reloading(ctx context.Context, watch bool) (r *app.Reloading, end func()) {
	if c.name == stdinName {
		return nil, func() {}
	}
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
				ask()
			}
		}
	})
	if watch {
		loops.Go(func() { c.watch(ctx, watchEvery, ask) })
	}
	return &app.Reloading{Load: c.load, Asked: asked}, func() {
		signal.Stop(hups)
		cancel()
		loops.Wait()
	}
}
