package app

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"riskroom/core"
)

// historian is how people turn the pages of a history.
type historian interface {
	frontend
	// older presses the last button of the last reply, and returns what takes its place.
	older(ctx context.Context, as role) (string, error)
}

func (s *slackFrontend) older(ctx context.Context, as role) (string, error) {
	all := s.Ephemerals(s.id(as))
	before := all[len(all)-1]
	if _, err := s.Press(ctx, s.id(as), slackLobby, before.TS, "riskroom-page.0"); err != nil {
		return "", err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		now := s.Ephemerals(s.id(as))
		if m := now[len(now)-1]; len(now) == len(all) && m.Plain != before.Plain {
			return m.Plain, nil
		}
	}
	return "", errors.New("the page stays")
}

func (d *discordFrontend) older(ctx context.Context, as role) (string, error) {
	all := d.Ephemerals(d.id(as))
	before := all[len(all)-1]
	raw, err := json.Marshal(before.Components)
	if err != nil {
		return "", err
	}
	_, id, _ := strings.Cut(string(raw), `"page:`)
	id, _, _ = strings.Cut(id, `"`)
	said, err := d.reply(d.Press(ctx, d.id(as), discordLobby, before.ID, "page:"+id))
	if len(d.Ephemerals(d.id(as))) != len(all) {
		err = errors.Join(err, errors.New("the page stays"))
	}
	return said, err
}

// TestHistoryReadsAsItHappened changes a risk in every way that the frontends have, and
// reads its history page by page, as somebody who may only read it.
func TestHistoryReadsAsItHappened(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) frontend{
		"slack":   func(t *testing.T) frontend { return newSlackFrontend(t, false) },
		"discord": func(t *testing.T) frontend { return newDiscordFrontend(t, false) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t).(historian)
			h := startRights(t, f, "everyone", "everyone", "")
			key := h.filed(t, member, "Payments")
			do := func(what string, to core.Status, by func(ctx context.Context) (string, error)) {
				t.Helper()
				if _, err := by(t.Context()); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if got := h.statusOf(t, key, to, true); got != to {
					t.Fatalf("%s: it is %s", what, got)
				}
			}
			set := func(as role, to core.Status) {
				t.Helper()
				do(string(to), to, func(ctx context.Context) (string, error) { return f.change(ctx, as, key, to) })
			}
			do("start", core.InProgress, func(ctx context.Context) (string, error) { return f.start(ctx, handler, key) })
			do("not allowed", core.InProgress, func(ctx context.Context) (string, error) { return f.change(ctx, member, key, core.Resolved) })
			for range 5 {
				set(lead, core.Shelved)
				set(submitter, core.Pending)
			}
			set(administrator, core.Resolved)

			first, err := f.history(t.Context(), member, key)
			if err != nil {
				t.Fatal(err)
			}
			older, err := f.older(t.Context(), member)
			if err != nil {
				t.Fatal(err)
			}
			reads(t, first, ": Pending → Shelved. Reason for shelving: because", ": Shelved → Pending. Note: because", "Pending → Resolved. Resolution: because")
			reads(t, older, "ana: filed the risk", ": Pending → In progress", ": tried to set the status to Resolved, without permission", ": In progress → Shelved")
			if strings.Contains(older, "→ Resolved") || strings.Contains(first, "filed the risk") {
				t.Errorf("the pages overlap:\n%s\n%s", first, older)
			}
		})
	}
}

// reads checks that a page, which is newest first, has texts in the order in which they
// happened.
func reads(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		i := strings.LastIndex(page, want)
		if i < 0 {
			t.Errorf("%q doesn't come next in:\n%s", want, page)
			return
		}
		page = page[:i]
	}
}
