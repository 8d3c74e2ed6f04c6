package slack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Scopes: []string{"chat:write", "im:write"}})
	a := connect(t, w, slack.Config{})
	id, err := a.Check(t.Context(), everything)
	if err != nil || id.UserID != w.BotUserID() || id.TeamID != w.TeamID() || id.Name != "riskroom" {
		t.Errorf("it is %+v, %v", id, err)
	}
	if !slices.Contains(id.Missing, "pins:write") || slices.Contains(id.Missing, "im:write") {
		t.Errorf("missing: %v", id.Missing)
	}
	b := connect(t, w, slack.Config{API: client(t, api.Config{Token: "xoxb-wrong", URL: w.URL() + "/api", Transport: w.Client().Transport})})
	_, err = b.Check(t.Context(), everything)
	wantError(t, err, core.Unauthorized, "invalid_auth")
}

// TestRequiredScopes checks that the scopes are enough and that each is needed:
// without any one of them something fails, except for commands, which no call
// uses.
func TestRequiredScopes(t *testing.T) {
	t.Parallel()
	const there, hidden = "C0000000ONE", "C0000000TWO"
	for name, uses := range map[string]core.Uses{
		"direct": {}, "addresses": {Addresses: true}, "channels": {Channels: true}, "groups": {Groups: true}, "files": {Files: true}, "everything": everything,
	} {
		scopes := slack.RequiredScopes(uses)
		for _, without := range append([]string{""}, scopes...) {
			granted := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == without })
			w := start(t, emulator.Options{
				Users: people, UserGroups: []emulator.UserGroup{{Handle: "oncall", Users: []string{"U0000000WEI"}}}, Scopes: granted,
				Channels: []emulator.Channel{
					{ID: there, Name: "one", Members: []string{"U0000000BOT"}},
					{ID: hidden, Name: "two", Private: true, Members: []string{"U0000000BOT"}},
				},
			})
			err := usedAs(t.Context(), w, connect(t, w, slack.Config{}), uses, there, hidden)
			if (err != nil) != (without != "" && without != "commands") {
				t.Errorf("%s, without %q: %v", name, without, err)
			}
		}
	}
}

// usedAs uses an adapter for everything in uses, also in the channels, and
// returns what failed.
func usedAs(ctx context.Context, w *emulator.Workspace, a *slack.Adapter, uses core.Uses, channels ...string) error {
	_, err := a.Find(ctx, core.Lookup{ID: "U0000000LIN"})
	_, err2 := a.Expand(ctx, "oncall")
	ref, err3 := a.SendMessage(ctx, probing{newOnce()}, account("U0000000LIN"), text("hello"))
	all := []error{err, err2, err3, a.EditMessage(ctx, newOnce(), ref, text("hallo"))}
	if uses.Addresses {
		_, err := a.Find(ctx, core.Lookup{Email: "lin@example.com"})
		all = append(all, err)
	}
	for _, id := range channels {
		if uses.Channels || uses.Groups {
			_, err := a.SendGroupMessage(ctx, probing{newOnce()}, core.GroupRef{Workspace: home, ID: id}, text("hello"))
			all = append(all, err, a.CheckChannel(ctx, id))
		}
		if uses.Groups {
			report, err := a.SetGroup(ctx, probing{newOnce()}, core.GroupRef{Workspace: home, ID: id}, core.GroupChange{Topic: new("New")})
			all = append(all, err, failures(report))
		}
	}
	if uses.Groups {
		g, err := a.CreateGroup(ctx, probing{newOnce()}, groupOf("U0000000LIN"))
		_, err2 := a.LookGroup(ctx, g.Ref)
		all = append(all, err, err2, failures(g.Report))
	}
	if uses.Files {
		f := core.File{Workspace: home, ID: w.Upload("U0000000LIN", "x.png", []byte("png")), Name: "x.png"}
		u := upload(f, func(ctx context.Context) ([]byte, error) { return a.FetchFile(ctx, f) })
		all = append(all, a.SendFile(ctx, probing{newOnce()}, core.GroupRef{Workspace: home, ID: ref.Channel}, u))
	}
	return errors.Join(all...)
}

func failures(r core.Report) error {
	if f := r.Failed(); len(f) > 0 {
		return fmt.Errorf("failed: %v", f)
	}
	return nil
}

// probing is a Once that probes before each call, as after a crash.
type probing struct{ *once }

func (p probing) Do(ctx context.Context, c core.Call) (string, error) {
	if c.Probe != nil {
		in := core.Intent{Op: core.MakeOp("test", c.Key), First: time.Now(), Begun: time.Now(), Attempt: 1}
		if _, found, err := c.Probe(ctx, in); err != nil || found == core.CannotTell {
			return "", fmt.Errorf("looking for %s: %v, %w", c.Key, found, err)
		}
	}
	return p.once.Do(ctx, c)
}

// TestCheckChannel checks that a message sent to the channel meets the same
// result.
func TestCheckChannel(t *testing.T) {
	t.Parallel()
	const id, bot = "C0000000ONE", "U0000000BOT"
	for name, c := range map[string]struct {
		channel emulator.Channel
		kind    core.Kind
		detail  string
	}{
		"fine":       {channel: emulator.Channel{Members: []string{bot}}},
		"not in it":  {kind: core.NotFound, detail: "not_in_channel"},
		"out of it":  {channel: emulator.Channel{Private: true}, kind: core.NotFound, detail: "channel_not_found"},
		"archived":   {channel: emulator.Channel{Members: []string{bot}, Archived: true}, kind: core.Conflict, detail: "is_archived"},
		"restricted": {channel: emulator.Channel{Members: []string{bot}, ReadOnly: true}, kind: core.Denied, detail: "restricted_action_read_only_channel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.channel.ID, c.channel.Name = id, "one"
			opts := emulator.Options{Users: people, Channels: []emulator.Channel{c.channel}}
			opts.Scopes = slices.DeleteFunc(emulator.AllScopes(), func(s string) bool { return s == "chat:write.public" })
			a := connect(t, start(t, opts), slack.Config{})
			err := a.CheckChannel(t.Context(), id)
			if c.kind == "" && err != nil || c.kind != "" && (core.KindOf(err) != c.kind || core.DetailOf(err) != c.detail) {
				t.Errorf("it is %v", err)
			}
			if _, err := a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: id}, text("hello")); (err == nil) != (c.kind == "") {
				t.Errorf("the message: %v", err)
			}
		})
	}
}
