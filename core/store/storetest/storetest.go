// Package storetest opens stores for tests: in memory, or on redis-servers that it
// starts for the test, as a single server, a cluster, or with sentinels.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"riskroom/core"
	"riskroom/core/store"
)

// Embedded opens a store in this process. A nil clock is the wall clock.
func Embedded(t testing.TB, clock core.Clock) *store.Store {
	t.Helper()
	s, err := store.OpenEmbedded(context.Background(), clock, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

// Open opens a store on the server, with a new prefix unless o has one.
func (s *Process) Open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	o.URL, o.TLS = s.URL, s.TLS
	if o.Prefix == "" {
		o.Prefix = Prefix()
	}
	if o.Logger == nil {
		o.Logger = quiet()
	}
	st, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, st) })
	return st
}

// Prefix returns a prefix that no other test uses.
func Prefix() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return "t" + hex.EncodeToString(b[:])
}

func stop(t testing.TB, s *store.Store) {
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Settable is a server in this process, whose clock a test can set. It keeps nothing.
type Settable struct {
	Process
	ahead atomic.Int64
}

// StartSettable starts one, which ends with the test.
func StartSettable(t testing.TB) *Settable {
	t.Helper()
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	s := &Settable{Process: Process{URL: "redis://" + m.Addr()}}
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			m.SetTime(time.Now().Add(time.Duration(s.ahead.Load())))
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	t.Cleanup(func() {
		close(ended)
		<-stopped
		m.Close()
	})
	return s
}

// Set sets the server's clock ahead of this machine's.
func (s *Settable) Set(ahead time.Duration) { s.ahead.Store(int64(ahead)) }
