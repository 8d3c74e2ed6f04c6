package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/discord"
	discordapi "riskroom/adapters/discord/api"
	discordstand "riskroom/adapters/discord/emulator"
	"riskroom/adapters/slack"
	slackapi "riskroom/adapters/slack/api"
	slackstand "riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
	"riskroom/core/text"
)

// paced is an emulator that enforces rate limits, with many people and an adapter that
// uses the published limits.
type paced struct {
	name     string
	adapter  core.Platform
	ids      []string
	log      *stage.Log
	announce string                         // the method that sends a message
	least    func(people int) time.Duration // the minimum time for all messages
	direct   func(id string) (messages int) // how many a person has
	close    func() error
}

// pacedOnSlack returns a Slack workspace, where the strictest limit is that of
// conversations.open, fifty a minute.
func pacedOnSlack(t *testing.T, people int, b core.Budget) paced {
	p := paced{name: "acme", announce: "chat.postMessage", least: func(n int) time.Duration { return time.Duration(n) / 50 * time.Minute }}
	o := slackstand.Options{EnforceTiers: true}
	for n := range people {
		o.Users = append(o.Users, slackstand.User{ID: fmt.Sprintf("U%05d", n), Name: fmt.Sprintf("person%d", n)})
		p.ids = append(p.ids, o.Users[n].ID)
	}
	w, err := slackstand.New(o)
	if err != nil {
		t.Fatal(err)
	}
	client, err := slackapi.New(slackapi.Config{
		Workspace: p.name, Token: w.BotToken(), URL: w.URL() + "/api/", Transport: w.Client().Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.adapter = slack.New(slack.Config{API: client, Budget: b, Logger: slog.New(slog.DiscardHandler)})
	p.log, p.close, p.direct = w.Log(), w.Close, func(id string) int { return len(w.DMs(id)) }
	return p
}

// pacedOnDiscord returns a Discord guild, where the strictest limit is that of
// create_dm, ten in ten seconds.
func pacedOnDiscord(t *testing.T, people int, b core.Budget) paced {
	p := paced{name: "guild", announce: "create_message", least: func(n int) time.Duration { return time.Duration(n) * time.Second }}
	o := discordstand.Options{EnforceLimits: true}
	for n := range people {
		o.Users = append(o.Users, discordstand.User{ID: strconv.Itoa(100000000000000000 + n), Name: fmt.Sprintf("person%d", n)})
		p.ids = append(p.ids, o.Users[n].ID)
	}
	w, err := discordstand.New(o)
	if err != nil {
		t.Fatal(err)
	}
	p.adapter, err = onGuild(p.name, w, b)
	if err != nil {
		t.Fatal(err)
	}
	p.log, p.close, p.direct = w.Log(), w.Close, func(id string) int { return len(w.DMs(id)) }
	return p
}

func onGuild(name string, w *discordstand.Workspace, b core.Budget) (*discord.Adapter, error) {
	client, err := discordapi.New(discordapi.Config{
		Workspace: name, Token: w.BotToken(), URL: w.URL() + "/api/v10", Transport: w.Client().Transport,
	})
	if err != nil {
		return nil, err
	}
	return discord.New(discord.Config{API: client, GuildID: w.GuildID(), Budget: b, Logger: slog.New(slog.DiscardHandler)})
}

// TestPublishedRates checks that a thousand runs that are due at the same time act within
// little more time than the rate limits demand, and that the platform never refuses a
// call. It runs in a synctest bubble, whose clock jumps.
func TestPublishedRates(t *testing.T) {
	t.Parallel()
	people := many
	if storetest.Raced {
		people /= 5 // polling the timers for a virtual half hour takes long
	}
	for name, p := range played() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { allInTime(t, people, p.paced) })
		})
	}
}

func allInTime(t *testing.T, people int, open func(*testing.T, int, core.Budget) paced) {
	// A bubble's clock starts before Discord's epoch, from which its IDs count.
	time.Sleep(time.Until(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)))
	ctx, stop := context.WithCancel(t.Context())
	s, err := store.OpenEmbedded(ctx, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, people, engine.NewBudget(s, nil))
	e := limited(t, p, s)
	for _, id := range p.ids {
		patiently(t, func() error {
			by := core.Actor{Account: core.Account{Workspace: p.name, ID: id}, Name: id}
			_, err := e.File(ctx, "op-"+id, by, engine.Draft{Title: "A risk", Module: "Payments"})
			return err
		})
	}
	begun := time.Now()
	ran := make(chan error, 1)
	go func() { ran <- e.Run(ctx) }()
	least := p.least(people)
	for sent := 0; sent < people; sent = p.log.Count(p.announce) {
		if waited := time.Since(begun); waited > 2*least+time.Minute {
			t.Fatalf("after %v only %d have a message", waited, sent)
		}
		time.Sleep(time.Minute)
	}
	time.Sleep(time.Minute)
	t.Logf("all have a message after %v; the limits ask for %v", time.Since(begun), least)
	for _, id := range p.ids {
		if n := p.direct(id); n != 1 {
			t.Errorf("%s has %d messages", id, n)
		}
	}
	for _, c := range p.log.Calls() {
		if c.Code != "" {
			t.Errorf("%s was answered with %s", c.Method, c.Code)
		}
	}
	stop()
	for _, err := range []error{<-ran, s.Stop(), p.close()} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestGlobalRate checks that two processes that share a budget respect Discord's limit
// of all calls.
func TestGlobalRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)))
		s, err := store.OpenEmbedded(t.Context(), nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		o := discordstand.Options{EnforceLimits: true}
		for n := range 200 {
			o.Channels = append(o.Channels, discordstand.Channel{ID: strconv.Itoa(200000000000000000 + n), Name: fmt.Sprintf("room-%d", n)})
		}
		w, err := discordstand.New(o)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var all sync.WaitGroup
		for process := range 2 {
			a, err := onGuild("guild", w, engine.NewBudget(s, nil))
			if err != nil {
				t.Fatal(err)
			}
			for _, ch := range o.Channels[100*process : 100*process+100] {
				all.Go(func() {
					patiently(t, func() error {
						_, err := a.LookGroup(t.Context(), core.GroupRef{Workspace: "guild", ID: ch.ID})
						return err
					})
				})
			}
		}
		all.Wait()
		looked := 0
		for _, c := range w.Log().Calls() {
			if c.Method == "list_pins" { // the last of a look
				looked++
			}
			if c.Code != "" {
				t.Errorf("%s was refused: %+v", c.Method, c)
			}
		}
		if looked != 200 {
			t.Errorf("looked at %d channels", looked)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it takes %v, the limit asks for eight seconds", took)
		}
		for _, err := range []error{s.Stop(), w.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// patiently retries f while it returns an error that asks to wait.
func patiently(t *testing.T, f func() error) {
	t.Helper()
	for {
		err := f()
		wait := core.RetryAfterOf(err)
		switch {
		case err == nil:
			return
		case wait <= 0:
			t.Error(err)
			return
		}
		time.Sleep(wait)
	}
}

// limited returns an engine with one flow and one workspace.
func limited(t *testing.T, p paced, s *store.Store) *engine.Engine {
	t.Helper()
	f, problems := flow.Compile(flow.Def{
		Name: "remind", Zone: "UTC", DayStartsAt: "09:00", Trigger: flow.TriggerDef{DateField: "submitted_at", After: "2s"},
		Steps: []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"submitter"}, Title: "{{ .key }} waits"}}},
	})
	if f == nil {
		t.Fatal(problems)
	}
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Options{
		Organisation: &core.Organisation{
			Zone: time.UTC, Language: "en", DayStartsAt: 9 * time.Hour, Command: "/risk", KeyPrefix: "R",
			Workspaces:  map[string]core.Workspace{p.name: {Name: p.name, Platform: p.adapter.Capabilities().Platform}},
			Modules:     []core.Module{{Name: "Payments"}},
			Permissions: core.Permissions{File: core.Audience{Everyone: true}, Read: core.Audience{Everyone: true}},
		},
		Flows: []*flow.Flow{f}, Platforms: map[string]core.Platform{p.name: p.adapter}, Store: s, Text: words, Instance: s.Instance(),
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}
