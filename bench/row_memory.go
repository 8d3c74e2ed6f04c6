package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/engine"
)

// rowMemory compares the memory of a risk with two timers to that of two asynq tasks.
func rowMemory(ctx context.Context, b *bench, out *section) error {
	srv, err := b.server(ctx, "no")
	if err != nil {
		return err
	}
	defer srv.stop()
	n := b.scale.kept
	perRisk, kinds, doc, err := b.riskMemory(ctx, srv, n)
	if err != nil {
		return err
	}
	small, err := taskMemory(ctx, srv, n, make([]byte, payload))
	if err != nil {
		return err
	}
	whole, err := taskMemory(ctx, srv, n, doc)
	if err != nil {
		return err
	}
	out.add(result{what: fmt.Sprintf("a risk with two timers; two asynq tasks of %d bytes", payload), ours: inBytes(perRisk), peer: inBytes(small),
		ratio: perRisk / small, required: "1.0", stretch: "0.8"})
	out.add(result{what: fmt.Sprintf("the same; two asynq tasks with the risk's document, %d bytes", len(doc)), ours: inBytes(perRisk), peer: inBytes(whole),
		ratio: perRisk / whole, required: "0.66"})
	out.tables = append(out.tables, kinds)
	return nil
}

// riskMemory returns the memory of a filed risk, once keys that expire are gone.
func (b *bench) riskMemory(ctx context.Context, srv *server, n int) (perRisk float64, kinds table, doc []byte, err error) {
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return 0, kinds, nil, err
	}
	defer w.close()
	before, err := srv.used(ctx)
	if err != nil {
		return 0, kinds, nil, err
	}
	if _, err := w.fill(ctx, load{callers: 32, calls: n}, far); err != nil {
		return 0, kinds, nil, err
	}
	if err := srv.expire(ctx); err != nil {
		return 0, kinds, nil, err
	}
	after, err := srv.used(ctx)
	if err != nil {
		return 0, kinds, nil, err
	}
	list, err := w.engines[0].List(ctx, actor(0), engine.ListQuery{Limit: 1})
	if err != nil {
		return 0, kinds, nil, err
	}
	rec, err := w.stores[0].Get(ctx, list.Risks[0].Key)
	if err != nil {
		return 0, kinds, nil, err
	}
	if doc, err = json.Marshal(rec.Risk); err != nil {
		return 0, kinds, nil, err
	}
	kinds, err = srv.kinds(ctx, n)
	return float64(after-before) / float64(n), kinds, doc, err
}

// taskMemory returns the memory of two asynq tasks.
func taskMemory(ctx context.Context, srv *server, n int, data []byte) (float64, error) {
	if err := srv.flush(ctx); err != nil {
		return 0, err
	}
	before, err := srv.used(ctx)
	if err != nil {
		return 0, err
	}
	if err := tasksOn(srv).enqueue(ctx, 2*n, func(n int) ([]byte, time.Time) {
		return data, time.Now().Add(time.Duration(24*(1+n%2)) * time.Hour)
	}); err != nil {
		return 0, err
	}
	after, err := srv.used(ctx)
	return float64(after-before) / float64(n), err
}

// kinds returns what each kind of key takes for a risk.
func (s *server) kinds(ctx context.Context, risks int) (table, error) {
	sums := map[string]int64{}
	var cursor uint64
	for {
		keys, next, err := s.db.Scan(ctx, cursor, "*", 1000).Result()
		if err != nil {
			return table{}, err
		}
		pipe := s.db.Pipeline()
		sizes := make([]*redis.IntCmd, len(keys))
		for i, k := range keys {
			sizes[i] = pipe.MemoryUsage(ctx, k, 0)
		}
		if _, err := pipe.Exec(ctx); len(keys) > 0 && err != nil {
			return table{}, err
		}
		for i, k := range keys {
			sums[kindOf(k)] += sizes[i].Val()
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	t := table{title: "Bytes per risk, by kind of key", head: []string{"kind", "bytes"}}
	for _, k := range slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return int(sums[b] - sums[a]) }) {
		if each := sums[k] / int64(risks); each > 0 {
			t.lines = append(t.lines, []string{k, thousands(each)})
		}
	}
	return t, nil
}

// kindOf returns what comes after the shard in a key, up to what is particular.
func kindOf(key string) string {
	_, rest, ok := strings.Cut(key, "}:")
	if !ok {
		return "others"
	}
	kind, _, _ := strings.Cut(rest, ":")
	return kind
}
