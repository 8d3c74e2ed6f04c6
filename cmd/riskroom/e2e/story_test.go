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

// The flows of the stories. The risk has an old date, so that flows that act days after
// it are due immediately.
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

// filing is the command that files the risk.
var filing = order{
	line: "new Ledger is off by one module:Payments discovered:2026-01-02",
	sub:  "new", options: map[string]string{"title": "Ledger is off by one", "module": "Payments", "discovered": "2026-01-02"},
}

// resolving returns the command that resolves it.
func resolving(key core.RiskKey) order {
	return order{
		line: "status " + string(key) + " resolved booked twice",
		sub:  "status", options: map[string]string{"key": string(key), "status": "resolved", "note": "booked twice"},
	}
}

var anyKey = regexp.MustCompile(`\bR-\d+\b`)

// file has ana file the risk. If an earlier try was stored without a reply, she is asked
// whether she means another risk.
func (b *bench) file() core.RiskKey {
	b.Helper()
	return core.RiskKey(anyKey.FindString(b.asks("ana", filing, "R-")))
}

// asks sends a person's command at home until the reply contains a word, and returns the
// reply, which may be late. If serve is killed meanwhile, the command fails, and the
// person tries again.
func (b *bench) asks(who string, o order, word string) string {
	b.Helper()
	home := b.home()
	id := home.ids[who]
	before := len(home.received(id))
	for range 3 {
		b.open()
		said, err := home.gives(id, o)
		// A command that failed may have arrived and be answered late, especially
		// on a busy machine. Trying again too soon would file a second risk.
		enough := time.Now().Add(patience)
		if err != nil {
			enough = time.Now().Add(20 * time.Second)
		}
		for b.now.alive() && time.Now().Before(enough) {
			if all := said + "\n" + strings.Join(home.received(id)[before:], "\n"); strings.Contains(all, word) {
				return all
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	b.Fatalf("the reply to %+v lacks %q: %q\n%s", o, word, home.received(id)[before:], b.now.log)
	return ""
}

// open waits until serve is ready, and restarts it if it is killed meanwhile.
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

// ended waits until every run of a risk has ended, and restarts serve if it is killed.
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

// final is the result of a story.
type final struct {
	State map[string]any // of each platform
	Runs  []string       // "flow state"
	Trail []string       // kinds of events, sorted, without those about waiting
}

// play plays a story to its end. If between is not nil, it is called after everything
// that follows the filing, and the story goes on.
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
	// A process that connected to the gateway late has the group checked, perhaps
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

// outcomes returns how runs ended, without sync runs, whose number varies.
func outcomes(rec engine.Record) []string {
	var out []string
	for _, r := range rec.Runs {
		if r.ID.Flow != engine.SyncFlow {
			out = append(out, r.ID.Flow+" "+string(r.State))
		}
	}
	return out
}

// trail returns the kinds of a risk's events, and checks that each refers to the one
// before.
func (b *bench) trail(s *store.Store, key core.RiskKey) []string {
	b.Helper()
	events, err := s.Trail(context.Background(), key, "", 1000)
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
	slices.Sort(kinds) // a turn's events are written when it completes, which a crash delays
	return kinds
}

var (
	anyOp  = regexp.MustCompile(`(\b|\\n)[a-z2-7]{20}\b`) // after a line break as in JSON, too
	anyDay = regexp.MustCompile(`on \d+ \w+ 20\d\d(, \d\d\\*:\d\d)?`)
	anyMin = regexp.MustCompile(`\d+ \w+ 20\d\d, \d\d\\*:\d\d`) // Discord's colons are escaped
)

// state returns what people can see on each platform, without what differs between two
// plays of a story: ops, which are numbered; the risk's number, as a crash may leave a
// gap; the names of groups; and the current date and time.
func (b *bench) state(key core.RiskKey, groups ...engine.Group) map[string]any {
	b.Helper()
	out, named := map[string]any{}, plainNames(key, groups)
	for _, p := range b.platforms {
		ops := map[string]string{}
		out[p.name] = p.state(b, func(text string) string {
			text = anyOp.ReplaceAllStringFunc(text, func(found string) string {
				op := found[len(found)-20:]
				if ops[op] == "" {
					ops[op] = fmt.Sprintf("op-%d", len(ops)+1)
				}
				return found[:len(found)-20] + ops[op]
			})
			text = anyMin.ReplaceAllString(anyDay.ReplaceAllString(text, "today"), "now")
			return named.Replace(text)
		})
	}
	return out
}

// plainNames replaces the risk's number and the names of groups.
func plainNames(key core.RiskKey, groups []engine.Group) *strings.Replacer {
	names := []string{string(key), "R-1", key.Slug(), "r-1"}
	for i, g := range groups {
		names = append(names, g.Name, fmt.Sprint("group-", i+1))
	}
	return strings.NewReplacer(names...)
}
