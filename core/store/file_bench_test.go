package store_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// filer files risks with two timers each, as engine.File does.
type filer struct {
	*testing.B
	s    *store.Store
	last atomic.Int64
}

func newFiler(b *testing.B, args ...string) *filer {
	args = append([]string{"--save", "", "--appendfsync", "everysec"}, args...)
	return &filer{B: b, s: storetest.Start(b, args...).Open(b, store.Options{})}
}

// file files the next risk.
func (f *filer) file() {
	ctx := f.Context()
	n := f.last.Add(1)
	by := core.Actor{Account: core.Account{Workspace: "acme", ID: fmt.Sprintf("U%08d", n%1000)}}
	by.Name = by.Account.ID
	op := core.MakeOp("bench", strconv.FormatInt(n, 10))
	got, err := f.s.NextNumber(ctx, engine.Numbering{Op: op, Alike: op})
	if err != nil {
		f.Error(err)
		return
	}
	at := time.Now().UTC()
	r := core.Risk{
		Key: core.MakeRiskKey("R", got.Number), Version: 1, Home: "acme", Title: fmt.Sprint("Ledger is off by one ", n), Module: "Payments",
		Severity:     core.Medium,
		Description:  "The totals of last night differ from the bank's by one cent, and nobody knows since when it is so; looked at by two.",
		DiscoveredAt: at, Submitter: by, SubmittedAt: at, Status: core.Pending, StatusSince: at,
	}
	ch := engine.Change{Op: op, New: r, Result: "{}", File: "0123456789abcdef", Events: []engine.Event{{At: at, V: 1, Kind: engine.EventFiled, Actor: by, Op: op,
		Data: map[string]string{"module": r.Module, "severity": string(r.Severity)}}}}
	for i, name := range []string{"remind-after-a-day", "open-a-group-after-two"} {
		due := at.Add(time.Duration(24*(i+1)) * time.Hour)
		run := engine.RunID{Risk: r.Key, Flow: name, Occurrence: strconv.FormatInt(at.UnixMilli(), 10)}
		ch.Timers = append(ch.Timers, engine.TimerChange{Do: engine.ArmTimer, Run: run, Due: due, FlowHash: "f00dfeed0123456789abcdef01234567",
			Event: &engine.Event{At: at, V: 1, Kind: engine.EventTimer, Run: run.String(),
				Data: map[string]string{"run": run.String(), "due": due.Format(time.RFC3339Nano)}}})
	}
	if _, err = f.s.Apply(ctx, ch); err != nil {
		f.Error(err)
	}
}

// BenchmarkFile files risks from 64 goroutines. It reports the server's CPU time for each
// script, how many commands a filing calls, and of how many bare scripts that set one key it
// takes the time. All are medians of short rounds, because other programs disturb some.
func BenchmarkFile(b *testing.B) {
	f := newFiler(b)
	const round = 500
	bare := redis.NewScript("redis.call('SET',KEYS[1],ARGV[1]) return 1")
	payload := strings.Repeat("x", 180)
	each64(4000, func(int) { f.file() }) // until blocks of numbers are large
	number := func(int) {
		op := core.MakeOp("only a number", strconv.FormatInt(f.last.Add(1), 10))
		if _, err := f.s.NextNumber(b.Context(), engine.Numbering{Op: op, Alike: op}); err != nil {
			b.Error(err)
		}
	}
	var alone, numbering, filing, calls, ratio []float64
	for n := 0; n < b.N || n == 0; n += round {
		measure := func(list *[]float64, do func(int)) time.Duration {
			before := f.cpu()
			took := each64(round, do)
			*list = append(*list, (f.cpu()-before)/round)
			return took
		}
		other := measure(&alone, func(i int) { _ = bare.Run(b.Context(), f.s.DB(), []string{"bare:" + strconv.Itoa(i)}, payload).Err() })
		measure(&numbering, number)
		before := f.calls()
		took := measure(&filing, func(int) { f.file() })
		calls = append(calls, (f.calls()-before)/round)
		ratio = append(ratio, float64(other)/float64(took))
	}
	b.ReportMetric(median(alone), "bare-us")
	b.ReportMetric(median(numbering), "number-us")
	b.ReportMetric(median(filing)-median(numbering), "file-us")
	b.ReportMetric(median(calls), "commands")
	b.ReportMetric(median(ratio), "of-bare")
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// each64 calls f n times from 64 goroutines, and returns how long that took.
func each64(n int, f func(i int)) time.Duration {
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range 64 {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				f(i)
			}
		})
	}
	all.Wait()
	return time.Since(begun)
}

// cpu returns how much CPU time the server has used, in us.
func (f *filer) cpu() float64 {
	info, err := f.s.DB().InfoMap(f.Context(), "cpu").Result()
	if err != nil {
		f.Fatal(err)
	}
	user, _ := strconv.ParseFloat(info["CPU"]["used_cpu_user"], 64)
	sys, _ := strconv.ParseFloat(info["CPU"]["used_cpu_sys"], 64)
	return (user + sys) * 1e6
}

// calls returns how many commands the server has run, in scripts too but without the scripts.
func (f *filer) calls() float64 {
	info, err := f.s.DB().InfoMap(f.Context(), "commandstats").Result()
	if err != nil {
		f.Fatal(err)
	}
	sum := 0.0
	for command, stats := range info["Commandstats"] {
		n, _, _ := strings.Cut(strings.TrimPrefix(stats, "calls="), ",")
		if calls, err := strconv.ParseFloat(n, 64); err == nil && command != "cmdstat_evalsha" {
			sum += calls
		}
	}
	return sum
}

// BenchmarkMemory reports how many bytes a risk with two timers takes, by kind of key.
// Keys that expire don't count.
func BenchmarkMemory(b *testing.B) {
	f := newFiler(b, "--appendonly", "no")
	const risks = 5000
	each64(risks, func(int) { f.file() })
	ctx := b.Context()
	sums := map[string]int64{}
	for it := f.s.DB().Scan(ctx, 0, "*", 1000).Iterator(); it.Next(ctx); {
		key := it.Val()
		if f.s.DB().PTTL(ctx, key).Val() > 0 {
			f.s.DB().Del(ctx, key)
			continue
		}
		_, rest, _ := strings.Cut(key, "}:")
		kind, _, _ := strings.Cut(rest, ":")
		sums[kind] += memory(ctx, f.s.DB(), key)
	}
	total := int64(0)
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		total += sums[kind]
		if n := sums[kind] / risks; n > 0 {
			b.ReportMetric(float64(n), kindName(kind)+"-B/risk")
		}
	}
	b.ReportMetric(float64(total)/risks, "B/risk")
}

func kindName(kind string) string {
	if kind == "" {
		return "other"
	}
	return kind
}

func memory(ctx context.Context, db redis.UniversalClient, key string) int64 {
	return db.MemoryUsage(ctx, key, 0).Val()
}
