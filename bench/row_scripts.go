package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core/store"
)

// trace times scripts one by one: the server logs each as if it were slow.
type trace struct {
	srv     *server
	names   map[string]string // of scripts, by SHA-1
	scripts table
	inside  table // what scripts call
}

// rowScripts measures how long the server spends in each script while risks are filed, runs
// are drained and lists are read.
func rowScripts(ctx context.Context, b *bench, out *section) error {
	srv, err := b.server(ctx, "everysec", "--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000000")
	if err != nil {
		return err
	}
	defer srv.stop()
	t := &trace{
		srv:     srv,
		scripts: table{title: "Scripts, from SLOWLOG", head: []string{"per", "script", "calls", "µs per call", "µs"}},
		inside:  table{title: "Commands that scripts call, from INFO commandstats", head: []string{"per", "command", "calls", "µs per call", "µs"}},
	}
	if t.names, err = store.ScriptNames(); err != nil {
		return err
	}
	n := b.scale.traced
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	due := srv.settled.Add(-24 * time.Hour)
	err = t.during(ctx, "filed risk", n, out, func() error {
		_, err := w.fill(ctx, load{callers: 16, calls: n}, func(n int) (time.Time, string) { return due, "Due " + strconv.Itoa(n) })
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range askings() {
		if err := t.during(ctx, "/risk "+a.name, b.scale.lists, out, func() error {
			_, err := load{callers: 1, calls: b.scale.lists}.run(ctx, func(ctx context.Context, _, _ int) error {
				_, err := w.engines[0].List(ctx, actor(7), a.q)
				return err
			})
			return err
		}); err != nil {
			return err
		}
	}
	if err := wait(ctx, time.Until(srv.settled)); err != nil {
		return err
	}
	if err := t.during(ctx, "drained run", n, out, func() error {
		w.run(ctx)
		return w.drained(ctx, n, 3*time.Minute)
	}); err != nil {
		return err
	}
	out.tables = append(out.tables, t.scripts, t.inside)
	return nil
}

// during times the scripts that f causes, n times something.
func (t *trace) during(ctx context.Context, per string, n int, out *section, f func() error) error {
	if err := cmp.Or(t.srv.db.ConfigResetStat(ctx).Err(), t.srv.db.Do(ctx, "SLOWLOG", "RESET").Err()); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	log, err := t.srv.db.SlowLogGet(ctx, -1).Result()
	if err != nil {
		return err
	}
	all := t.add(per, n, log)
	out.add(result{what: "scripts per " + per, ours: fmt.Sprintf("%s in %s", figure(float64(all.calls)/float64(n)), inMicros(all.time/time.Duration(n)))})
	stats, err := t.srv.info(ctx, "commandstats")
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(keysOf(stats)) {
		name, isCommand := strings.CutPrefix(key, "cmdstat_")
		var calls, usec int64
		if k, _ := fmt.Sscanf(stats[key], "calls=%d,usec=%d", &calls, &usec); k < 2 || !isCommand || calls*10 < int64(n) || strings.Contains(name, "|") || strings.HasPrefix(name, "eval") {
			continue
		}
		t.inside.lines = append(t.inside.lines, costLine(per, name, n, spent{calls, time.Duration(usec) * time.Microsecond}))
	}
	return nil
}

// add adds lines for the scripts in a log, and returns what all of them took.
func (t *trace) add(per string, n int, log []redis.SlowLog) (all spent) {
	each := map[string]spent{}
	for _, entry := range log {
		if len(entry.Args) < 2 || !strings.EqualFold(entry.Args[0], "evalsha") {
			continue
		}
		name := cmp.Or(t.names[entry.Args[1]], "unknown")
		each[name] = spent{each[name].calls + 1, each[name].time + entry.Duration}
		all = spent{all.calls + 1, all.time + entry.Duration}
	}
	for _, name := range slices.SortedFunc(keysOf(each), func(a, b string) int { return cmp.Compare(each[b].time, each[a].time) }) {
		t.scripts.lines = append(t.scripts.lines, costLine(per, name, n, each[name]))
	}
	return all
}

// costLine returns a line about what was called while something was done n times.
func costLine(per, name string, n int, s spent) []string {
	micros := float64(s.time.Microseconds())
	return []string{per, name, figure(float64(s.calls) / float64(n)), figure(micros / float64(s.calls)), figure(micros / float64(n))}
}
