package discord_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// FuzzAnswer checks that whatever the platform or a proxy answers, each action
// and look-up returns either its result or an error of a known kind.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"id":"3000000000000000002","type":0,"name":"r-17","owner_id":"1","permission_overwrites":[{"id":"1","type":1,"allow":"1024","deny":"0"}],"recipients":[]}`,
		`[{"id":"1000000000000000001","name":"On Call","permissions":"8","type":4,"user":{"id":"1000000000000000001"},"roles":["1"]}]`,
		`{"id":"1000000000000000001","approximate_member_count":1,"owner":{"id":"1"},"user":{"id":"1","bot":true},"roles":["1"]}`,
		`{"audit_log_entries":[{"id":"1","action_type":10,"target_id":"1","reason":"x"}],"items":[{"message":{"id":"1"},"pinned_at":"2026-01-01T00:00:00Z"}],"has_more":true}`,
		`{"code":50013,"message":"Missing Permissions"}`, `{"code":50035,"errors":{"name":{"_errors":[{"code":"x"}]}}}`, `{"retry_after":1e300}`,
		`{"code":"1"}`, `null`, `[]`, "<html>", "",
	} {
		f.Add(200, "", s)
		f.Add(400, "", s)
	}
	f.Add(429, "30", "")
	f.Add(429, "-1", "{}")
	f.Add(503, "999999999999999999", `{"ok":true}`)
	f.Add(302, "", "")
	f.Fuzz(func(t *testing.T, status int, wait, body string) {
		status = 200 + (status%400+400)%400
		c, err := api.New(api.Config{Workspace: home, Token: "token", Transport: always(func(r *http.Request) *http.Response {
			h := http.Header{"Content-Type": {"application/json"}, "Retry-After": {wait}, "Location": {"https://elsewhere.example/"}}
			return &http.Response{StatusCode: status, Status: strconv.Itoa(status), Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		})})
		if err != nil {
			t.Fatal(err)
		}
		a, err := discord.New(discord.Config{API: c, GuildID: "80351110224678912"})
		if err != nil {
			t.Fatal(err)
		}
		group := core.GroupRef{Workspace: home, ID: hidden}
		topic := "t"
		ctx := t.Context()
		for call, err := range map[string]error{
			"SendMessage":      second(a.SendMessage(ctx, newOnce(), account(lin), text("x"))),
			"CreateGroup":      second(a.CreateGroup(ctx, newOnce(), groupOf(lin))),
			"SendGroupMessage": second(a.SendGroupMessage(ctx, newOnce(), group, text("x"))),
			"SetGroup":         second(a.SetGroup(ctx, newOnce(), group, core.GroupChange{Topic: &topic, Add: []core.Account{account(lin)}, Remove: []core.Account{account(wei)}})),
			"SetGroup (state)": second(a.SetGroup(ctx, newOnce(), group, core.GroupChange{State: core.Ended, Mute: &core.Mute{All: true}})),
			"Members":          second(a.Members(ctx, group, 1)),
			"EditMessage":      a.EditMessage(ctx, newOnce(), core.MessageRef{Workspace: home, Channel: hidden, ID: missing}, text("x")),
			"Find":             second(a.Find(ctx, core.Lookup{ID: lin})),
			"Expand":           second(a.Expand(ctx, "On Call")),
			"LookGroup":        second(a.LookGroup(ctx, group)),
			"Check":            second(a.Check(ctx, core.Uses{})),
		} {
			if e, ok := errors.AsType[*core.Error](err); err != nil && (!ok || e.Kind == "" || e.RetryAfter < 0) {
				t.Errorf("%s: %#v", call, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

type always func(*http.Request) *http.Response

func (a always) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

// FuzzButton checks that a parsed button, written again, parses to the same
// button.
func FuzzButton(f *testing.F) {
	f.Add("riskroom.start:R-17@3:abcdefghijklmnopqrst")
	f.Add("riskroom.:@")
	f.Add("riskroom.details:R-1@-9223372036854775808")
	f.Fuzz(func(t *testing.T, id string) {
		b, ok := discord.ParseButton(id)
		if !ok {
			return
		}
		if again, ok := discord.ParseButton(b.CustomID("")); !ok || again != b {
			t.Errorf("%+v is read again as %+v", b, again)
		}
	})
}

// FuzzSaved checks that what is stored of a channel's permissions never grants anything
// but posting.
func FuzzSaved(f *testing.F) {
	for _, s := range []string{
		"", "null", "[]", `{"` + lin + `":{"allow":2048,"deny":1}}`, `{"` + lin + `":{"allow":"268435472"}}`,
		`{"` + lin + `":{"allow":2048,"deny":2048}}`, `{"80351110224678912":{"allow":18446744073709551615}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, saved string) {
		w := start(t, guildOf())
		a := connect(t, w, discord.Config{})
		g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
		if err != nil {
			t.Fatal(err)
		}
		change(t, a, g.Ref, core.GroupChange{State: core.Ended})
		reopenGroup(t, a, g.Ref, core.Posting{State: core.Ended, Saved: saved})
		const post = emulator.SendMessages | emulator.SendMessagesInThreads | emulator.CreatePublicThreads | emulator.CreatePrivateThreads
		for _, o := range overwritesOf(w, g.Ref.ID) {
			if o.ID != w.BotUserID() && o.Allow&^(post|emulator.ViewChannel|emulator.ReadMessageHistory) != 0 {
				t.Errorf("%q grants %v", saved, o)
			}
		}
	})
}
