package e2e_test

import (
	"strings"
	"testing"

	"riskroom/core/engine"
)

// fallback reminds handlers, and others of those who can't be reached.
var fallback = strings.Replace(reminder, "card: risk", "card: risk, fallback: [item, wei]", 1)

// TestFallback checks on each platform that a message for somebody who can't be reached goes
// to somebody else, and that the risk's card says so.
func TestFallback(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *platform{
		"slack, without an account": func(t *testing.T) *platform {
			p, _ := onSlack(t, "unlimited")
			p.people["lin"] = "email: nobody@example.com"
			return p
		},
		"discord, without direct messages": func(t *testing.T) *platform {
			p, _ := onDiscord(t, "guild", false, "lin")
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			b := newBench(t, startRedis(t), set{flows: fallback, platforms: []*platform{p}})
			b.up()
			key := b.file()
			s := b.look()
			b.ended(s, key)
			var texts []string
			sent := 0
			for _, m := range p.direct("wei") {
				if texts = append(texts, m.Text); strings.Contains(m.Text, "who could not be reached") && strings.Contains(m.Text, string(key)+" has waited a day") {
					sent++
				}
			}
			if sent != 1 {
				t.Errorf("@wei was written to instead %d times, want once: %q", sent, texts)
			}
			events, err := s.Trail(t.Context(), key, "", 100)
			if err != nil {
				t.Fatal(err)
			}
			var where []string
			for _, e := range events {
				if e.Kind == engine.EventFallback {
					where = append(where, e.Data["where"]+" "+e.Data["code"])
				}
			}
			if len(where) != 2 || where[0] != "person " || where[1] != "item no_item_group" {
				t.Errorf("attempts in the trail: %q", where)
			}
			rec, err := s.Get(t.Context(), key)
			if err != nil || len(rec.Unreached) != 1 {
				t.Errorf("unreached: %+v, %v", rec.Unreached, err)
			}
			b.down()
		})
	}
}
