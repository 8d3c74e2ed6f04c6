package app

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestWatchStore: a policy that is changed under us is said, once, and riskroom
// is not ready until it is mended.
func TestWatchStore(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t, "--save", "")
	db := p.Open(t, store.Options{})
	var out synced
	log := slog.New(slog.NewTextHandler(&out, nil))
	found, err := CheckStore(t.Context(), db, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watchStore(ctx, db, found, 5*time.Millisecond, log)
	}()
	defer func() { stop(); <-ended }()

	socket := strings.TrimPrefix(p.URL, "unix://")
	set := func(policy string, ready bool) {
		t.Helper()
		if b, err := exec.Command("redis-cli", "-s", socket, "config", "set", "appendonly", policy).CombinedOutput(); err != nil {
			t.Skipf("redis-cli does not run: %v %s", err, b)
		}
		for end := time.Now().Add(20 * time.Second); (db.Ready(t.Context()) == nil) != ready; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("appendonly %s: ready is not %v\n%s", policy, ready, &out)
			}
		}
	}
	set("no", false)
	time.Sleep(50 * time.Millisecond) // several looks
	set("yes", true)
	if n := strings.Count(out.String(), "level=ERROR"); n != 1 || !strings.Contains(out.String(), "set appendonly yes") {
		t.Errorf("it was said %d times:\n%s", n, &out)
	}
}

// TestWordFinding: every finding has words of its own.
func TestWordFinding(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, code := range []string{
		store.FoundEmbedded, store.FoundEviction, store.FoundVolatile, store.FoundSnapshots, store.FoundEverySec, store.FoundSyncAwaited,
		store.FoundSyncLies, store.FoundAlways, store.FoundSyncByOS, store.FoundSyncHidden, store.FoundReplica, store.FoundAlone,
		store.FoundFailover, store.FoundUnguarded, store.FoundClock, store.FoundWriteError,
	} {
		words := wordFinding(store.Finding{Code: code, Value: "12"})
		if strings.HasPrefix(words, code) || seen[words] != "" || len(words) < 40 {
			t.Errorf("%s: %q, as %s", code, words, seen[words])
		}
		seen[words] = code
	}
}

type synced struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *synced) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
