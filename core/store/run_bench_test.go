package store_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// runsAtOnce is how many runs a round of a benchmark takes from claim to end.
const runsAtOnce = 1000

// BenchmarkRun takes runs of one step with one call from claim to end, as the workers of a
// process do. It reports the processor time of the server, per run, for each kind of script
// and for all of them, and how many scripts a run takes.
func BenchmarkRun(b *testing.B) {
	c := newRunCost(b)
	for b.Loop() {
		c.file()
		c.spent("")
		list, _, err := c.s.Claim(b.Context(), "", runsAtOnce, time.Minute)
		c.ok(err)
		c.spent("claim")
		leases := make([]engine.Lease, len(list))
		atOnce(len(list), func(i int) {
			got, err := c.s.Begin(b.Context(), engine.Begin{Lease: engine.Lease{Run: list[i].ID, Until: list[i].At}, Key: "to:acme/U1/send", Attempt: 1,
				Nonce: fmt.Sprint(i), Version: 1, Until: time.Now().Add(time.Minute), Input: []byte(pinned)})
			c.ok(err)
			leases[i] = got.Lease
		})
		c.spent("begin")
		atOnce(len(list), func(i int) {
			_, err := c.s.Complete(b.Context(), engine.Complete{Lease: leases[i], Result: &engine.Result{Key: "to:acme/U1/send", Value: "m1"},
				To: engine.Finished, Next: true, Outcome: []byte(outcome),
				Events: []engine.Event{{Kind: engine.EventFired}, {Kind: engine.EventStep}, {Kind: engine.EventEnded}}})
			c.ok(err)
		})
		c.spent("complete")
	}
	c.report()
}

// BenchmarkRunBare does the same work with scripts that decide nothing: they call the commands
// without which a run can't be leased, read, begun and recorded, for as many runs as a claim
// finds in a shard. It shows how cheap a run could be.
func BenchmarkRunBare(b *testing.B) {
	const shards = 64
	c := newRunCost(b)
	call := func(script string, ids []engine.RunID, args ...any) {
		first := ids[0].Risk
		keys := []string{c.s.DueKey(first), strings.TrimSuffix(c.s.DueKey(first), "due") + "running", c.s.AuditKey(first)}
		for _, id := range ids {
			risk := c.s.RiskKey(id.Risk)
			of := func(name string) string { return strings.Replace(risk, ":r:", ":"+name+":", 1) }
			keys = append(keys, c.s.RunKey(id), risk, of("doc"), of("link"), of("shown"), of("groups"))
			args = append(args, id.String())
		}
		c.ok(c.s.DB().Eval(b.Context(), script, keys, args...).Err())
	}
	event := `{"at":"2026-11-30T13:45:00.123Z","kind":"fired"}`
	more := "|" + event + "\n|" + event
	for b.Loop() {
		c.file()
		c.spent("")
		byShard := [shards][]engine.RunID{}
		for n := c.number - runsAtOnce + 1; n <= c.number; n++ {
			byShard[n%shards] = append(byShard[n%shards], c.run(n))
		}
		for _, ids := range byShard {
			call(bareClaim, ids)
		}
		c.spent("claim")
		for _, ids := range byShard {
			call(bareBegin, ids, pinned)
		}
		c.spent("begin")
		for _, ids := range byShard {
			call(bareComplete, ids, outcome, event, more)
		}
		c.spent("complete")
	}
	c.report()
}

const (
	outcome = `{"done":["acme/U1"]}`

	bareClaim = `local call, scores, out = redis.call, {}, {}
for i, id in ipairs(ARGV) do
  local k = 6 * i - 3
  call('HGETALL', KEYS[k + 1])
  call('HSET', KEYS[k + 1], 'st', 'running', 'flow', '0123abcd', 'due', '1790000000000', 'fence', '1790000060000', 'prev', '', 'how', 'claim', 'nonce', '0123456789abcdef')
  call('HSET', KEYS[k + 2], id, 'running|0123abcd|1790000000000|0|0')
  call('EXISTS', KEYS[k + 4], KEYS[k + 5], KEYS[k + 6])
  out[i] = { id, call('GET', KEYS[k + 3]), call('HGETALL', KEYS[k + 2]) }
  scores[2 * i - 1], scores[2 * i] = '1790000060000', id
end
call('ZADD', KEYS[1], unpack(scores))
call('SADD', KEYS[2], unpack(ARGV))
return out`

	bareBegin = `local call, scores = redis.call, {}
for i = 2, #ARGV do
  local k = 6 * i - 9
  call('HGETALL', KEYS[k + 1])
  call('ZSCORE', KEYS[1], ARGV[i])
  call('HGET', KEYS[k + 2], 'v')
  call('HSET', KEYS[k + 1], 'inp', ARGV[1], 'begun', '1', 'open', '1', 'i:to:acme/U1/send', '1|1|1790000000000|1790000000000|12', 'fence', '1790000060001', 'prev', '1790000060000', 'how', 'begin')
  call('HSET', KEYS[k + 2], ARGV[i], 'running|0123abcd|1790000000000|1|1')
  scores[2 * i - 3], scores[2 * i - 2] = '1790000060001', ARGV[i]
end
call('ZADD', KEYS[1], unpack(scores))
return 'ok'`

	bareComplete = `local call, ids = redis.call, { unpack(ARGV, 4) }
for i, id in ipairs(ids) do
  local k = 6 * i - 3
  call('HGETALL', KEYS[k + 1])
  call('ZSCORE', KEYS[1], id)
  call('HDEL', KEYS[k + 1], 'inp', 'open', 'i:to:acme/U1/send')
  call('HSET', KEYS[k + 1], 'st', 'finished', 'settled', '1790000060001|finished', 'o:0', ARGV[1])
  local prev = call('HGET', KEYS[k + 2], 'audit')
  call('HSET', KEYS[k + 2], id, 'finished|0123abcd|1790000000000|1|0', 'audit',
    call('XADD', KEYS[3], '*', 'e', ARGV[2], 'out', '', 'prev', prev, 'more', ARGV[3]))
end
call('ZREM', KEYS[1], unpack(ids))
call('SREM', KEYS[2], unpack(ids))
return 'ok'`
)

// pinned is the input of a step.
var pinned = strings.Repeat("input ", 50)

// runCost measures what runs cost a server.
type runCost struct {
	*testing.B
	s        *store.Store
	bench    *bench
	number   int64 // of the last risk
	cpu      float64
	us, sent map[string]float64 // by kind of script
}

func newRunCost(b *testing.B) *runCost {
	s := storetest.Start(b, "--appendonly", "no", "--save", "").Open(b, store.Options{Volatile: true})
	c := &runCost{B: b, s: s, bench: &bench{T: new(testing.T), ctx: b.Context(), s: s, clock: newClock()},
		us: map[string]float64{}, sent: map[string]float64{}}
	c.bench.clock.now = time.Now().UTC().Truncate(time.Millisecond)
	return c
}

func (c *runCost) ok(err error) {
	if err != nil {
		c.Fatal(err)
	}
}

func (c *runCost) run(n int64) engine.RunID {
	return engine.RunID{Risk: core.MakeRiskKey("R", n), Flow: "remind", Occurrence: "1790000000000"}
}

// file files risks with a due run each.
func (c *runCost) file() {
	for range runsAtOnce {
		c.number++
		_, err := c.s.Apply(c.Context(), engine.Change{Op: fmt.Sprint("file-", c.number), New: c.bench.newRisk(c.number),
			Events: []engine.Event{{Kind: engine.EventFiled}}, Timers: []engine.TimerChange{c.bench.arming(c.run(c.number), 0)}})
		c.ok(err)
	}
}

// spent counts what the server has done since the last time as one kind of script, or as
// none. Processor time is measured because it doesn't depend on what else the machine does.
func (c *runCost) spent(kind string) {
	us, scripts := 0.0, 0.0
	for line := range strings.Lines(c.s.DB().Info(c.Context(), "cpu", "commandstats").Val()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch name {
		case "used_cpu_user_main_thread", "used_cpu_sys_main_thread":
			s, _ := strconv.ParseFloat(value, 64)
			us += s * 1e6
		case "cmdstat_evalsha", "cmdstat_eval":
			calls, _, _ := strings.Cut(strings.TrimPrefix(value, "calls="), ",")
			n, _ := strconv.ParseFloat(calls, 64)
			scripts += n
		}
	}
	c.ok(c.s.DB().ConfigResetStat(c.Context()).Err())
	if kind != "" {
		c.us[kind] += us - c.cpu
		c.sent[kind] += scripts
	}
	c.cpu = us
}

func (c *runCost) report() {
	us, sent := 0.0, 0.0
	for kind := range c.us {
		us, sent = us+c.us[kind], sent+c.sent[kind]
		c.ReportMetric(c.us[kind]/float64(c.number), kind+"-µs/run")
	}
	c.ReportMetric(us/float64(c.number), "all-µs/run")
	c.ReportMetric(sent/float64(c.number), "scripts/run")
}

// atOnce calls f n times, from as many goroutines as a process has workers.
func atOnce(n int, f func(i int)) {
	const workers = 64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	all.Wait()
}
