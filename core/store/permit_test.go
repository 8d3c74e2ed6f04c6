package store_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// as opens a store as a user with the given rights, under its own prefix.
func as(b *bench, p *storetest.Process, user, prefix string, rights ...any) *store.Store {
	b.Helper()
	b.ok(p.Open(b.T, store.Options{}).DB().Do(b.ctx, append([]any{"ACL", "SETUSER", user, "reset", "on", ">secret"}, rights...)...).Err())
	return p.Open(b.T, store.Options{Prefix: prefix, Shards: 3, Username: user, Password: "secret"})
}

// found returns the findings on permissions, each with its weight.
func found(b *bench, s *store.Store) string {
	b.Helper()
	all, err := s.Check(b.ctx)
	b.ok(err)
	var list []string
	for _, f := range all {
		switch f.Code {
		case store.FoundCommands, store.FoundKeys, store.FoundChannel:
			list = append(list, string(f.Weight)+" "+f.Code+" "+f.Value)
		}
	}
	return strings.Join(list, "; ")
}

// A user without the channel, which is the default of Redis 7, can file risks. Check
// reports what is missing.
func TestNoChannel(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock()}
	b.s = as(b, storetest.Start(t), "mute", "mute", "~*", "+@all", "resetchannels")
	now := engine.TimerChange{Do: engine.ArmTimer, Run: id("1"), From: id("1"), FlowHash: flow}
	b.risk = b.file(1, now)
	b.same("found", found(b, b.s), "caution channel mute:wake")
	b.ok(b.s.Ready(b.ctx))
	b.same("due", len(b.claim()), 1)
}

// Check tries keys of every kind.
func TestNoKeys(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock()}
	p := storetest.Start(t)
	meta := "~keys:meta"
	for rights, want := range map[string]string{
		"~*":                           "",
		meta + " ~{keys:* ~keys:flow*": "refusal keys keys:group:*, keys:lead:*",
		meta + " %R~* ~keys:*":         "refusal keys {keys:*",
		meta + " ~keys:* ~{keys:1}:* ~{keys:2}:* ~{keys:number}:*": "refusal keys {keys:*",
	} {
		all := []any{"+@all", "allchannels"}
		for _, r := range strings.Fields(rights) {
			all = append(all, r)
		}
		s := as(b, p, "keys", "keys", all...)
		b.same(rights, found(b, s), want)
		if want != "" {
			b.is(s.Ready(b.ctx), core.Unavailable, store.FoundKeys)
		}
	}
}

// TestNoCommand denies each command on its own. Then either the store doesn't open, or
// Check refuses it.
func TestNoCommand(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock()}
	p := storetest.Start(t)
	admin := p.Open(t, store.Options{Prefix: "less", Shards: 3})
	for _, name := range append(tried(b), "EVAL", "EVALSHA", "PUBLISH", "SUBSCRIBE") {
		b.ok(admin.DB().Do(b.ctx, "ACL", "SETUSER", "less", "reset", "on", ">secret", "~*", "&*", "+@all", "-"+strings.ToLower(name)).Err())
		s, err := store.Open(b.ctx, store.Options{URL: p.URL, Prefix: "less", Username: "less", Password: "secret"})
		if err != nil {
			b.is(err, core.Unavailable, "refused")
			continue
		}
		want := "refusal commands " + name
		if name == "PUBLISH" || name == "SUBSCRIBE" {
			want = "caution channel less:wake"
		}
		b.same(name, found(b, s), want)
		b.ok(s.Stop())
	}
	keys, err := admin.DB().Keys(b.ctx, "*[?]*").Result()
	b.ok(err)
	for _, k := range keys {
		if admin.DB().PTTL(b.ctx, k).Val() <= 0 {
			t.Errorf("a try left %s behind", k)
		}
	}
}

// tried lists the commands that permit.lua tries.
func tried(b *bench) []string {
	b.Helper()
	text, err := os.ReadFile("scripts/permit.lua")
	b.ok(err)
	var list []string
	for _, m := range regexp.MustCompile(`\{ '([A-Z]+)'`).FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	return list
}

// TestEveryCommandTried holds permit.lua against the other scripts. PUBLISH is tried on
// the channel itself, and Check reads INFO without a script.
func TestEveryCommandTried(t *testing.T) {
	t.Parallel()
	b := &bench{T: t}
	have := append(tried(b), "PUBLISH", "INFO")
	files, err := os.ReadDir("scripts")
	b.ok(err)
	for _, f := range files {
		text, err := os.ReadFile("scripts/" + f.Name())
		b.ok(err)
		for _, m := range regexp.MustCompile(`(?:redis\.p?call|write)\('([A-Z]+)'`).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(have, m[1]) {
				t.Errorf("%s uses %s, which permit.lua does not try", f.Name(), m[1])
			}
		}
	}
}

// The tries don't change stored data.
func TestTriesAreHarmless(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: storetest.Start(t).Open(t, store.Options{Shards: 3})}
	b.file(1)
	before, err := b.s.DB().Keys(b.ctx, "*").Result()
	b.ok(err)
	b.same("found", found(b, b.s), "")
	after, err := b.s.DB().Keys(b.ctx, "*").Result()
	b.ok(err)
	slices.Sort(before)
	slices.Sort(after)
	b.same("keys", after, before)
}
