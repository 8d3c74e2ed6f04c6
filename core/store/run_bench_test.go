package store_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// BenchmarkRun takes runs of one step with one call from claim to end. It reports the time
// that the server spends in each script, per run, and in all of them.
func BenchmarkRun(b *testing.B) {
	const runs = 1000
	s := storetest.Start(b, "--appendonly", "no", "--save", "").Open(b, store.Options{Volatile: true})
	bench := &bench{T: new(testing.T), ctx: b.Context(), s: s, clock: newClock()}
	bench.clock.now = time.Now().UTC().Truncate(time.Millisecond)
	ok := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	spent := func() (us float64) {
		for line := range strings.Lines(s.DB().Info(b.Context(), "commandstats").Val()) {
			if rest, found := strings.CutPrefix(line, "cmdstat_evalsha:"); found {
				_, rest, _ = strings.Cut(rest, "usec=")
				rest, _, _ = strings.Cut(rest, ",")
				us, _ = strconv.ParseFloat(rest, 64)
			}
		}
		ok(s.DB().ConfigResetStat(b.Context()).Err())
		return us
	}
	total := map[string]float64{}
	var number int64
	for b.Loop() {
		for range runs {
			number++
			run := engine.RunID{Risk: core.MakeRiskKey("R", number), Flow: "remind", Occurrence: "1790000000000"}
			r := bench.newRisk(number)
			_, err := s.Apply(b.Context(), engine.Change{Op: fmt.Sprint("file-", number), New: r,
				Events: []engine.Event{{Kind: engine.EventFiled}}, Timers: []engine.TimerChange{bench.arming(run, 0)}})
			ok(err)
		}
		spent()
		list, _, err := s.Claim(b.Context(), "", runs, time.Minute)
		ok(err)
		total["claim"] += spent()
		leases := make([]engine.Lease, len(list))
		for i, r := range list {
			got, err := s.Begin(b.Context(), engine.Begin{Lease: engine.Lease{Run: r.ID, Until: r.At}, Key: "to:acme/U1/send", Attempt: 1,
				Nonce: fmt.Sprint(i), Version: 1, Until: time.Now().Add(time.Minute), Input: []byte(strings.Repeat("input ", 50))})
			ok(err)
			leases[i] = got.Lease
		}
		total["begin"] += spent()
		for i := range list {
			_, err = s.Complete(b.Context(), engine.Complete{Lease: leases[i], Result: &engine.Result{Key: "to:acme/U1/send", Value: "m1"},
				To: engine.Finished, Next: true, Outcome: []byte(`{"done":["acme/U1"]}`),
				Events: []engine.Event{{Kind: engine.EventFired}, {Kind: engine.EventStep}, {Kind: engine.EventEnded}}})
			ok(err)
		}
		total["complete"] += spent()
	}
	all := 0.0
	for what, us := range total {
		b.ReportMetric(us/float64(number), what+"-µs")
		all += us
	}
	b.ReportMetric(all/float64(number), "all-µs")
}
