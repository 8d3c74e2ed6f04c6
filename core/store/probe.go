package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The results of probeSync.
const (
	syncWaits  = "waits"
	syncLies   = "lies"
	syncAbsent = "absent" // before Redis 7.2, or not allowed
)

// Some releases of Redis and Valkey return from WAITAOF before anything is synced
// (redis/redis#13793). Under everysec, a correct WAITAOF takes half a second on average.
const (
	probeTries  = 20
	probeEvery  = 50 * time.Millisecond
	probeLie    = 20 * time.Millisecond
	probeExpire = 10 * time.Second
)

// probes caches results by the run ID of a server.
type probes struct {
	mu    sync.Mutex
	found map[string]string
}

// probeSync finds out whether WAITAOF waits, once for each run of a server.
func (s *Store) probeSync(ctx context.Context, node *redis.Client, run string) string {
	s.probes.mu.Lock()
	found := s.probes.found[run]
	s.probes.mu.Unlock()
	if found != "" {
		return found
	}
	found, err := s.tryWaitAOF(ctx, node)
	if err != nil {
		s.log.InfoContext(ctx, "WAITAOF is not available", "err", err)
		return syncAbsent
	}
	s.probes.mu.Lock()
	defer s.probes.mu.Unlock()
	if s.probes.found == nil {
		s.probes.found = map[string]string{}
	}
	s.probes.found[run] = found
	return found
}

func (s *Store) tryWaitAOF(ctx context.Context, node *redis.Client) (string, error) {
	key, err := s.probeKey(ctx, node)
	if err != nil {
		return "", err
	}
	took, errs := make([]time.Duration, probeTries), make([]error, probeTries)
	var tries sync.WaitGroup
	for i := range probeTries {
		tries.Go(func() {
			time.Sleep(time.Duration(i) * probeEvery)
			begun := time.Now()
			pipe := node.Pipeline() // WAITAOF covers the writes of its own connection
			pipe.Set(ctx, key, i, probeExpire)
			wait := pipe.Do(ctx, "WAITAOF", 1, 0, (2 * syncWait).Milliseconds())
			_, errs[i] = pipe.Exec(ctx)
			took[i] = time.Since(begun)
			if n, err := wait.Int64Slice(); err == nil && n[0] < 1 {
				took[i] = 2 * syncWait // it timed out, so it does wait
			}
		})
	}
	tries.Wait()
	for _, err := range errs {
		if err != nil {
			return "", err
		}
	}
	slices.Sort(took)
	if took[probeTries/2] < probeLie {
		return syncLies, nil
	}
	return syncWaits, nil
}

// probeKey returns a key that belongs to a node of a cluster.
func (s *Store) probeKey(ctx context.Context, node *redis.Client) (string, error) {
	var err error
	for i := range 1000 {
		key := s.keys.probe(i)
		if err = node.Set(ctx, key, "", probeExpire).Err(); err == nil {
			return key, nil
		}
		if _, elsewhere := redis.IsMovedError(err); !elsewhere {
			return "", err
		}
	}
	return "", err
}
