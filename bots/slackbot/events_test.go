package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"riskroom/core"
)

func (b *bundle) event(id string, inner map[string]any) delivery {
	body, _ := json.Marshal(map[string]any{ // of strings and maps only
		"type": "event_callback", "team_id": b.TeamID(), "event_id": id, "event": inner,
	})
	return delivery{path: "/events", contentType: typeJSON, body: string(body), secret: b.SigningSecret(), at: time.Now()}
}

func TestURLVerification(t *testing.T) {
	t.Parallel()
	if err := setup(t).VerifyURL(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestGroupEventsArePassedOn has people change a group by hand in the emulator.
func TestGroupEventsArePassedOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, err := b.CreateByHand(lin, "r-17", false, b.BotUserID(), wei)
	if err != nil {
		t.Fatal(err)
	}
	seen := func(what string) {
		t.Helper()
		if err := b.FlushEvents(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		for _, g := range b.engine.noticed {
			if g == (core.GroupRef{Workspace: "acme", ID: id}) {
				b.engine.noticed = nil
				return
			}
		}
		t.Errorf("%s: not noticed: %v", what, b.engine.noticed)
	}
	for _, act := range []struct {
		what string
		do   func() error
	}{
		{"renamed", func() error { return b.Rename(lin, id, "r-17-new") }},
		{"left", func() error { return b.Leave(wei, id) }},
		{"joined", func() error { return b.Join(wei, id) }},
		{"archived", func() error { return b.ArchiveByHand(lin, id) }},
		{"unarchived", func() error { return b.UnarchiveByHand(lin, id, true) }},
		{"bot removed", func() error { return b.KickBot(lin, id) }},
		{"deleted", func() error { return b.DeleteChannel(lin, id) }},
	} {
		b.engine.set(func() { b.engine.noticed = nil })
		if err := act.do(); err != nil {
			t.Fatalf("%s: %v", act.what, err)
		}
		seen(act.what)
	}
}

func TestEventsCountOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.event("Ev1", map[string]any{"type": "channel_archive", "channel": "C1"})
	e.header = map[string]string{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
	down := errors.New("no store")
	b.engine.set(func() { b.engine.before = func(context.Context, string) error { return down } })
	if got := b.post(e); got != 503 {
		t.Errorf("an event that could not be passed on: %d; Slack will not send it again", got)
	}
	b.engine.set(func() { b.engine.before = nil })
	for range 3 {
		if got := b.post(e); got != 200 {
			t.Errorf("%d", got)
		}
	}
	if len(b.engine.noticed) != 1 || b.counted("events replay") != 2 {
		t.Errorf("noticed %v, counted %v", b.engine.noticed, b.counts)
	}
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inner   map[string]any
		outcome string
		noticed int
		ended   core.Ending
	}{
		"channel as object":   {map[string]any{"type": "channel_rename", "channel": map[string]any{"id": "C1", "name": "x"}}, outcomeOK, 1, ""},
		"member left":         {map[string]any{"type": "member_left_channel", "channel": "C1", "user": lin}, outcomeOK, 1, ""},
		"private group left":  {map[string]any{"type": "group_left", "channel": "C1"}, outcomeOK, 1, ""},
		"archived":            {map[string]any{"type": "channel_archive", "channel": "C1"}, outcomeOK, 1, core.Archived},
		"private, archived":   {map[string]any{"type": "group_archive", "channel": "G1"}, outcomeOK, 1, core.Archived},
		"deleted":             {map[string]any{"type": "channel_deleted", "channel": "C1"}, outcomeOK, 1, core.Deleted},
		"private, deleted":    {map[string]any{"type": "group_deleted", "channel": "G1"}, outcomeOK, 1, core.Deleted},
		"unarchived":          {map[string]any{"type": "channel_unarchive", "channel": "C1", "user": lin}, outcomeOK, 1, ""},
		"private, unarchived": {map[string]any{"type": "group_unarchive", "channel": "G1"}, outcomeOK, 1, ""},
		"message deleted":     {map[string]any{"type": "message", "subtype": "message_deleted", "channel": "C1"}, outcomeOK, 1, ""},
		"pin removed":         {map[string]any{"type": "pin_removed", "channel_id": "C1"}, outcomeOK, 1, ""},
		"a message":           {map[string]any{"type": "message", "channel": "C1", "text": "hi"}, outcomeUnknown, 0, ""},
		"unknown":             {map[string]any{"type": "moon_landing", "blocks": []any{map[string]any{"type": "?"}}}, outcomeUnknown, 0, ""},
		"no channel":          {map[string]any{"type": "channel_archive"}, outcomeUnknown, 0, ""},
		"uninstalled":         {map[string]any{"type": "app_uninstalled"}, outcomeOK, 0, ""},
	} {
		b := setup(t)
		if got := b.post(b.event("Ev", c.inner)); got != 200 {
			t.Errorf("%s: %d", name, got)
		}
		if len(b.engine.noticed) != c.noticed || b.counted("events "+c.outcome) != 1 {
			t.Errorf("%s: noticed %v, counted %v", name, b.engine.noticed, b.counts)
		}
		if want := slices.DeleteFunc([]core.Ending{c.ended}, func(e core.Ending) bool { return e == "" }); !slices.Equal(b.engine.ended, want) {
			t.Errorf("%s: ended %v, want %v", name, b.engine.ended, want)
		}
	}
}

// TestJoinedIsPassedOn checks the event that somebody joined the workspace, which has all of
// the person where others have an ID.
func TestJoinedIsPassedOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if got := b.post(b.event("Ev", map[string]any{"type": "team_join", "user": map[string]any{"id": wei, "name": "wei"}})); got != 200 {
		t.Errorf("%d", got)
	}
	if !slices.Equal(b.engine.joined, []string{"acme"}) || len(b.engine.noticed) > 0 || b.counted("events "+outcomeOK) != 1 {
		t.Errorf("joined %v, noticed %v, counted %v", b.engine.joined, b.engine.noticed, b.counts)
	}
}

// TestUnarchivedNamesThePerson checks who unarchived a group, according to Slack.
func TestUnarchivedNamesThePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, private := range []bool{false, true} {
		id, err := b.CreateByHand(wei, map[bool]string{false: "open", true: "closed"}[private], private, b.BotUserID(), lin)
		if err != nil {
			t.Fatal(err)
		}
		b.engine.set(func() { b.engine.unarchived = nil })
		for _, act := range []func() error{
			func() error { return b.ArchiveByHand(lin, id) },
			func() error { return b.UnarchiveByHand(lin, id, true) },
			func() error { return b.FlushEvents(t.Context()) },
		} {
			if err := act(); err != nil {
				t.Fatal(err)
			}
		}
		b.engine.set(func() {
			if !slices.Equal(b.engine.unarchived, []core.Account{{Workspace: "acme", ID: lin}}) {
				t.Errorf("private %t: unarchived by %v", private, b.engine.unarchived)
			}
		})
	}
	b.engine.set(func() { b.engine.unarchived = nil })
	b.post(b.event("Ev1", map[string]any{"type": "group_unarchive", "channel": "G1"}))
	if !slices.Equal(b.engine.unarchived, []core.Account{{}}) {
		t.Errorf("an event that names nobody: unarchived by %v", b.engine.unarchived)
	}
}

func TestEventsOfOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	send := func(body map[string]any) int {
		raw, _ := json.Marshal(body) // of strings and maps only
		r := b.event("", nil)
		r.body = string(raw)
		return b.post(r)
	}
	archived := map[string]any{"type": "channel_archive", "channel": "C1"}
	if got := send(map[string]any{"type": "event_callback", "team_id": "T0OTHER", "event_id": "1", "event": archived}); got != 403 {
		t.Errorf("another team's event: %d", got)
	}
	shared := map[string]any{"type": "event_callback", "team_id": "T0OTHER", "event_id": "2", "event": archived,
		"authorizations": []any{map[string]any{"team_id": b.TeamID()}}}
	if got := send(shared); got != 200 || len(b.engine.noticed) != 1 {
		t.Errorf("an event in a shared channel: %d, %v", got, b.engine.noticed)
	}
	if got := send(map[string]any{"type": "app_rate_limited", "team_id": b.TeamID()}); got != 200 {
		t.Errorf("another kind of delivery: %d", got)
	}
	if got := send(map[string]any{"type": "event_callback", "event_id": "4", "event": archived}); got != 403 {
		t.Errorf("an event of no team: %d", got)
	}
	for i, kind := range []string{"app_uninstalled", "tokens_revoked"} {
		body := map[string]any{"type": "event_callback", "event_id": kind, "event": map[string]any{"type": kind}}
		if got := send(body); got != 200 || b.counted("events "+outcomeOK) != 2+i {
			t.Errorf("%s without a team: %d, counted %v", kind, got, b.counts)
		}
		body["team_id"] = "T0OTHER"
		if got := send(body); got != 403 {
			t.Errorf("%s of another team: %d", kind, got)
		}
	}
	r := b.event("3", archived)
	r.secret = "other"
	if got := b.post(r); got != 401 {
		t.Errorf("unsigned: %d", got)
	}
}
