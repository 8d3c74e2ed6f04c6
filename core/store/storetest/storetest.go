// Package storetest opens stores for tests: in memory, or on redis-servers that it
// starts for the test, as a single server, a cluster, or with sentinels.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"testing"

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

// Server opens a store on a redis-server that it starts like Start. A nil clock is the
// server's.
func Server(t testing.TB, clock core.Clock) *store.Store {
	t.Helper()
	return Start(t).Open(t, store.Options{Clock: clock})
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
