package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
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
	fileLine = "new Ledger is off by one module:Payments discovered:2026-01-02"
)

var anyKey = regexp.MustCompile(`\bR-\d+\b`)

// file has ana file the risk. If it was stored and she does not know, she is
// asked whether she means another one.
func (b *bench) file() core.RiskKey {
	b.Helper()
	return core.RiskKey(anyKey.FindString(b.asks(ana, fileLine, "R-")))
}

// asks has a person type a command until they read a certain word, which may
// come late. Where serve is killed meanwhile they see that it failed, and try
// again once it is there. It returns what they read.
func (b *bench) asks(user, line, word string) string {
	b.Helper()
	for range 3 {
		heard := len(b.slack.Ephemerals(user))
		reply, err := b.slack.SlashCommand(context.Background(), user, "", "/risk", line)
		said := ""
		if reply.View != nil {
			said = reply.View.Plain
		}
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			for _, m := range b.slack.Ephemerals(user)[heard:] {
				said += "\n" + m.Plain
			}
			if strings.Contains(said, word) {
				return said
			}
			if !b.now.alive() || err != nil && time.Until(end) < patience-5*time.Second {
				break
			}
			if time.Now().After(end) {
				b.Fatalf("/risk %s is answered with %+v %v\n%s", line, reply, err, b.now.log)
			}
		}
		b.revive()
	}
	b.Fatalf("/risk %s is not answered", line)
	return ""
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
	State emulator.State
	Runs  []string // "flow state"
	Trail []string // kinds of events, sorted, without those that tell of waiting
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
	out := final{State: normalise(b, b.slack.State(), key), Trail: b.trail(s, key)}
	for _, r := range rec.Runs {
		out.Runs = append(out.Runs, r.ID.Flow+" "+string(r.State))
	}
	counts, _, err := s.Counts(context.Background())
	if err != nil {
		b.Error(err)
	}
	for state, n := range counts {
		if n != 0 {
			b.Errorf("%d runs are still %s", n, state)
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

// normalise takes out of a state what differs between two runs of a story:
// ops, which are numbered as they come, the risk's number, of which a crash
// may leave a gap, and today's date and time.
func normalise(t testing.TB, s emulator.State, key core.RiskKey) emulator.State {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	ops := map[string]string{}
	text := anyOp.ReplaceAllStringFunc(string(raw), func(op string) string {
		if ops[op] == "" {
			ops[op] = fmt.Sprintf("op-%d", len(ops)+1)
		}
		return ops[op]
	})
	text = anyMin.ReplaceAllString(anyDay.ReplaceAllString(text, "today"), "now")
	text = strings.NewReplacer(string(key), "R-1", key.Slug(), "r-1").Replace(text)
	var out emulator.State
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
