package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// The flows of the stories. The risk that is filed is old, so that what is to
// come days after its date comes at once.
const (
	reminder = `flows:
  remind-after-a-day:
    trigger: { date_field: discovered_at, after: 1d }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} has waited a day: {{ .title }}", card: risk }
`
	group = `flows:
  open-a-group-after-two:
    trigger: { date_field: discovered_at, after: 2d, at: "09:00" }
    if: status == "pending"
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [submitter, handlers, lead], topic: "About {{ .key }}", purpose: "{{ .module }}" }
      - send_group_message: { group: room, mention: handlers, card: risk }
`
)

// filing is how the risk is filed.
var filing = order{
	line: "new Ledger is off by one module:Payments discovered:2026-01-02",
	sub:  "new", options: map[string]string{"title": "Ledger is off by one", "module": "Payments", "discovered": "2026-01-02"},
}

// resolving is how it is resolved.
func resolving(key core.RiskKey) order {
	return order{
		line: "status " + string(key) + " resolved booked twice",
		sub:  "status", options: map[string]string{"key": string(key), "status": "resolved", "note": "booked twice"},
	}
}

var anyKey = regexp.MustCompile(`\bR-\d+\b`)

// file has ana file the risk. If it was stored and she does not know, she is
// asked whether she means another one.
func (b *bench) file() core.RiskKey {
	b.Helper()
	return core.RiskKey(anyKey.FindString(b.asks("ana", filing, "R-")))
}

// asks has somebody give a command at home until they read a certain word,
// which may come late. Where serve is killed meanwhile they see that it failed,
// and try again once it is there. It returns what they read.
func (b *bench) asks(who string, o order, word string) string {
	b.Helper()
	home := b.home()
	id := home.ids[who]
	heard := len(home.heard(id))
	for range 3 {
		b.open()
		said, err := home.gives(id, o)
		// What failed may have arrived nevertheless, and be answered late: very
		// late on a busy machine, and who asked again too soon would file twice.
		enough := time.Now().Add(patience)
		if err != nil {
			enough = time.Now().Add(20 * time.Second)
		}
		for b.now.alive() && time.Now().Before(enough) {
			if all := said + "\n" + strings.Join(home.heard(id)[heard:], "\n"); strings.Contains(all, word) {
				return all
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	b.Fatalf("%+v is not answered with %q but with %q\n%s", o, word, home.heard(id)[heard:], b.now.log)
	return ""
}

// open waits until commands can come in, and starts serve again if it is killed
// meanwhile.
func (b *bench) open() {
	b.Helper()
	b.until("serve is ready", func() bool {
		b.revive()
		resp, err := http.Get(b.now.admin + "readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// ended waits until every run of a risk has ended, and keeps serve alive.
func (b *bench) ended(s *store.Store, key core.RiskKey) engine.Record {
	b.Helper()
	for end := time.Now().Add(patience); ; {
		rec, err := s.Get(context.Background(), key)
		if err != nil && core.KindOf(err) != core.Unavailable {
			b.Fatalf("%s: %v", key, err)
		}
		live := slices.ContainsFunc(rec.Runs, func(r engine.RunSummary) bool { return r.State.Live() || r.State == engine.Parked })
		if !live && len(rec.Runs) > 0 {
			return rec
		}
		if time.Now().After(end) {
			b.Fatalf("runs do not end: %+v\n%s", rec.Runs, b.now.log)
		}
		b.revive()
		time.Sleep(50 * time.Millisecond)
	}
}

// final is what a story left.
type final struct {
	State map[string]any // of each platform
	Runs  []string       // "flow state"
	Trail []string       // kinds of events, sorted, without those that tell of waiting
}

// play plays a story to its end; between, if not nil, is called once everything
// has happened that follows the filing, and then there is more.
func (b *bench) play(between func(core.RiskKey)) final {
	b.Helper()
	b.up()
	s := b.look()
	key := b.file()
	rec := b.ended(s, key)
	if between != nil {
		between(key)
		rec = b.ended(s, key)
	}
	b.down()
	out := final{State: b.state(key), Trail: b.trail(s, key)}
	out.Runs = outcomes(rec)
	counts, _, err := s.Counts(context.Background())
	if err != nil {
		b.Error(err)
	}
	// Whoever came to hold the gateway late has had the group looked at, perhaps
	// after everything else.
	if rec, err = s.Get(context.Background(), key); err != nil {
		b.Error(err)
	}
	for _, r := range rec.Runs {
		if r.ID.Flow == engine.SyncFlow && r.State.Live() {
			counts[r.State]--
		}
	}
	for state, n := range counts {
		if n != 0 {
			b.Errorf("%d runs are still %s", n, state)
		}
	}
	return out
}

// outcomes tells how runs ended, without those that only look: how often that
// is depends on how much is noticed.
func outcomes(rec engine.Record) []string {
	var out []string
	for _, r := range rec.Runs {
		if r.ID.Flow != engine.SyncFlow {
			out = append(out, r.ID.Flow+" "+string(r.State))
		}
	}
	return out
}

// trail returns the kinds of a risk's events. The chain must be whole: each event
// names the one before.
func (b *bench) trail(s *store.Store, key core.RiskKey) []string {
	b.Helper()
	events, err := s.Trail(context.Background(), key, 1000)
	if err != nil {
		b.Fatal(err)
	}
	var kinds []string
	for i, e := range events {
		prev := ""
		if i+1 < len(events) {
			prev = events[i+1].ID
		}
		if e.Prev != prev {
			b.Errorf("the audit trail breaks at %+v", e)
		}
		switch e.Kind {
		case engine.EventDeferred, engine.EventRetry:
			continue
		}
		kinds = append(kinds, strings.TrimSpace(e.Kind+" "+e.Data["outcome"]+e.Data["action"]+e.Data["state"]))
	}
	slices.Sort(kinds) // what a turn did is written as it settles, which a crash delays
	return kinds
}

var (
	anyOp  = regexp.MustCompile(`\b[a-z2-7]{20}\b`)
	anyDay = regexp.MustCompile(`on \d+ \w+ 20\d\d`)
	anyMin = regexp.MustCompile(`\d+ \w+ 20\d\d, \d\d:\d\d`)
)

// state is what can be seen on each platform, without what differs between two
// runs of a story: ops, which are numbered as they come, the risk's number, of
// which a crash may leave a gap, and today's date and time.
func (b *bench) state(key core.RiskKey) map[string]any {
	b.Helper()
	out := map[string]any{}
	for _, p := range b.platforms {
		ops := map[string]string{}
		out[p.name] = p.state(b, func(text string) string {
			text = anyOp.ReplaceAllStringFunc(text, func(op string) string {
				if ops[op] == "" {
					ops[op] = fmt.Sprintf("op-%d", len(ops)+1)
				}
				return ops[op]
			})
			text = anyMin.ReplaceAllString(anyDay.ReplaceAllString(text, "today"), "now")
			return strings.NewReplacer(string(key), "R-1", key.Slug(), "r-1").Replace(text)
		})
	}
	return out
}
