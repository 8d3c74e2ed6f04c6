package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// guild is a Discord guild of a bench.
type guild struct {
	*bench
	*emulator.Workspace
	name string
}

// risk sends a /risk command and returns the message in the reply.
func (g guild) risk(user, sub string, options emulator.Values) emulator.Message {
	g.Helper()
	r, err := g.SlashCommand(context.Background(), user, "", "/risk", sub, options)
	if err != nil || r.Message == nil {
		g.Fatalf("/risk %s in %s: %v %+v\n%s", sub, g.name, err, r, g.now.log)
	}
	g.until("the answer is there", func() bool { m, ok := g.Answer(r.ID); return ok && !m.Deferred })
	m, _ := g.Answer(r.ID)
	return m
}

// button returns the custom_id of a message's button that begins with prefix, or "".
func button(m *emulator.Message, prefix string) string {
	for _, row := range m.Components {
		for _, c := range row["components"].([]any) {
			if found, _ := c.(map[string]any)["custom_id"].(string); strings.HasPrefix(found, prefix) {
				return found
			}
		}
	}
	return ""
}

// filed files a risk and returns its key.
func (g guild) filed(title string) core.RiskKey {
	g.Helper()
	said := g.risk(anaThere, "new", emulator.Values{"title": title, "module": "Payments"}).Plain
	key := anyKey.FindString(said)
	if key == "" || !strings.Contains(said, "is filed: "+title) {
		g.Fatalf("%q is answered with %q", title, said)
	}
	return core.RiskKey(key)
}

// shown waits until a person has a private message with all of the words.
func (g guild) shown(user string, words ...string) {
	g.Helper()
	g.until(fmt.Sprintf("@%s sees %q in %s", user, words, g.name), func() bool {
		return slices.ContainsFunc(append(g.Ephemerals(user), g.DMs(user)...), func(m emulator.Message) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m.Plain, w) })
		})
	})
}

// TestDiscordWhileRedisHangs checks that people are answered in time while Redis hangs,
// over the gateway and over HTTP. Later they get the results, and everything happens
// once. It runs alone, because the platforms' deadlines are asserted.
func TestDiscordWhileRedisHangs(t *testing.T) {
	r := startRedis(t)
	one, gateway := onDiscord(t, "guild", false)
	two, http := onDiscord(t, "web", true)
	b := newBench(t, r, set{flows: quiet, platforms: []*platform{one, two}})
	b.up()
	b.open()
	guilds := []guild{{b, gateway, "guild"}, {b, http, "web"}}
	scenes := make([]busy, len(guilds))
	for i, g := range guilds {
		scenes[i] = g.prepare()
	}
	pid, err := dialRedis(t, r.socket).info("server", "process_id")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i, g := range guilds {
		all.Go(func() { g.atOnce(&scenes[i]) })
	}
	all.Wait()
	for i, g := range guilds {
		g.checkAnswers(scenes[i])
	}
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for i, g := range guilds {
		g.checkResults(scenes[i])
	}
	want := slices.Sorted(slices.Values(append(slices.Repeat([]string{"First", "Second", "Third", "While away"}, 2), "By form in guild", "By form in web")))
	if got := b.titles(); !slices.Equal(got, want) {
		t.Errorf("risks: %q, want %q", got, want)
	}
	b.down()
}

// busy is the state of a guild in which everybody acts at the same time.
type busy struct {
	keys  []core.RiskKey // First, Second, Third
	card  emulator.Message
	deeds map[string]emulator.Reply
}

// prepare files three risks, has ana look at the second one's card, and wei open
// a form.
func (g guild) prepare() busy {
	g.Helper()
	s := busy{deeds: map[string]emulator.Reply{}}
	for _, title := range []string{"First", "Second", "Third"} {
		s.keys = append(s.keys, g.filed(title))
	}
	s.card = g.risk(anaThere, "show", emulator.Values{"key": string(s.keys[1])})
	r, err := g.SlashCommand(context.Background(), weiThere, "", "/risk", "new", emulator.Values{"module": "Payments"})
	if err != nil || r.Modal == nil {
		g.Fatalf("no form: %v %+v\n%s", err, r, g.now.log)
	}
	return s
}

// atOnce does everything that people can do, at the same time.
func (g guild) atOnce(s *busy) {
	ctx := context.Background()
	command := func(user, sub string, options emulator.Values) func() (emulator.Reply, error) {
		return func() (emulator.Reply, error) { return g.SlashCommand(ctx, user, "", "/risk", sub, options) }
	}
	press := func(action string) func() (emulator.Reply, error) {
		id := button(&s.card, "riskroom."+action)
		return func() (emulator.Reply, error) { return g.Press(ctx, anaThere, s.card.Channel, s.card.ID, id) }
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for what, act := range map[string]func() (emulator.Reply, error){
		"new inline": command(anaThere, "new", emulator.Values{"title": "While away", "module": "Payments"}),
		"new":        command(linThere, "new", nil),
		"submit": func() (emulator.Reply, error) {
			return g.SubmitModal(ctx, weiThere, emulator.Values{"title": "By form in " + g.name}) // wei is the same person in both guilds
		},
		"list":    command(weiThere, "list", nil),
		"show":    command(weiThere, "show", emulator.Values{"key": string(s.keys[2])}),
		"status":  command(linThere, "status", emulator.Values{"key": string(s.keys[0]), "status": "in_progress"}),
		"help":    command(weiThere, "help", nil),
		"start":   press("start"),
		"details": press("details"),
		"suggest": func() (emulator.Reply, error) {
			return g.Autocomplete(ctx, anaThere, "", "/risk", "show", "key", "R", nil)
		},
	} {
		all.Go(func() {
			r, err := act()
			mu.Lock()
			defer mu.Unlock()
			s.deeds[what] = r
			if err != nil {
				g.Errorf("%s in %s: %v after %v", what, g.name, err, r.Took)
			}
		})
	}
	all.Wait()
}

// checkAnswers checks the replies while Redis hangs.
func (g guild) checkAnswers(s busy) {
	g.Helper()
	for what, want := range map[string]string{
		"new inline": "not confirmed yet", "submit": "What you entered isn't lost", "status": "not confirmed yet", "start": "not confirmed yet",
		"list": "takes longer", "show": "takes longer", "details": "takes longer", "help": "What you can do",
	} {
		r := s.deeds[what]
		if r.Deferred != (what != "help") {
			g.Errorf("%s in %s: deferred %v, %s", what, g.name, r.Deferred, r.Body)
		}
		said := func() string { m, _ := g.Answer(r.ID); return m.Plain }
		g.until(what+" in "+g.name+" is answered with "+want, func() bool { return strings.Contains(said(), want) })
	}
	if r := s.deeds["new"]; r.Modal == nil {
		g.Errorf("new in %s opens no form: %s", g.name, r.Body)
	}
}

// checkResults waits until everybody has the results.
func (g guild) checkResults(s busy) {
	g.Helper()
	g.shown(anaThere, "is filed: While away")
	g.shown(weiThere, "Nothing is saved yet", "By form in "+g.name)
	m, _ := g.Answer(s.deeds["submit"].ID)
	if _, err := g.Press(context.Background(), weiThere, m.Channel, m.ID, button(&m, "submit:")); err != nil {
		g.Fatal(err)
	}
	g.shown(weiThere, "is filed: By form in "+g.name)
	g.shown(weiThere, "open risks")
	g.shown(anaThere, string(s.keys[1]), "In progress")
	g.shown(linThere, string(s.keys[0]), "In progress")
	for _, key := range s.keys[:2] {
		rec, err := g.look().Get(context.Background(), key)
		if err != nil || rec.Risk.Status != core.InProgress || rec.Risk.Version != 2 {
			g.Errorf("%s was to be in progress, once: %v %+v", key, err, rec.Risk)
		}
	}
}
