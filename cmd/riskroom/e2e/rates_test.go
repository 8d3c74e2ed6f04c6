package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
	"riskroom/core/text"
)

// TestPublishedRates: a thousand runs for different people are due at once, and
// Slack's limits hold. All act, in the time that the limits ask for and little
// more, and Slack never has to refuse a call. The clock is the bubble's: it
// jumps whenever everybody waits.
func TestPublishedRates(t *testing.T) {
	t.Parallel()
	people := many
	if raced {
		people /= 5 // the looks at the timers of a whole virtual half hour take their time
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var crowd []emulator.User
		for n := range people {
			crowd = append(crowd, emulator.User{ID: fmt.Sprintf("U%05d", n), Name: fmt.Sprintf("person%d", n)})
		}
		w, err := emulator.New(emulator.Options{Users: crowd, EnforceTiers: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.OpenEmbedded(ctx, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		e := limited(t, w.URL(), w.Client().Transport, s)
		for _, u := range crowd {
			patiently(t, func() error {
				by := core.Actor{Account: core.Account{Workspace: "acme", ID: u.ID}, Name: u.Name}
				_, err := e.File(ctx, "op-"+u.ID, by, engine.Draft{Title: "A risk", Module: "Payments"})
				return err
			})
		}
		begun := time.Now()
		ran := make(chan error, 1)
		go func() { ran <- e.Run(ctx) }()
		// conversations.open is the scarcest of what a run needs: fifty a minute.
		least := time.Duration(people) / 50 * time.Minute
		for told := 0; told < people; told = w.Log().Count("chat.postMessage") {
			if waited := time.Since(begun); waited > 2*least+time.Minute {
				t.Fatalf("after %v only %d are told", waited, told)
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute)
		t.Logf("all are told after %v; the limits ask for %v", time.Since(begun), least)
		for _, u := range crowd {
			if n := len(w.DMs(u.ID)); n != 1 {
				t.Errorf("@%s has %d messages", u.Name, n)
			}
		}
		for _, c := range w.Log().Calls() {
			if c.Code != "" {
				t.Errorf("%s was answered with %s", c.Method, c.Code)
			}
		}
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// patiently does something as often as it is asked to wait.
func patiently(t *testing.T, f func() error) {
	t.Helper()
	for {
		err := f()
		wait := core.RetryAfterOf(err)
		switch {
		case err == nil:
			return
		case wait <= 0:
			t.Fatal(err)
		}
		time.Sleep(wait)
	}
}

// limited returns an engine with one flow and one workspace whose published
// limits hold.
func limited(t *testing.T, api string, way http.RoundTripper, s *store.Store) *engine.Engine {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	budget := engine.NewBudget(s)
	a, err := slack.New(slack.Config{
		Workspace: "acme", BotToken: "xoxb-stand-in", APIURL: api + "/api/", Budget: budget, Transport: way, Logger: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	f, problems := flow.Compile(flow.Def{
		Name: "remind", Zone: "UTC", DayStartsAt: "09:00", Trigger: flow.TriggerDef{DateField: "submitted_at", After: "2s"},
		Steps: []flow.StepDef{{SendMessage: &flow.SendMessageDef{To: []string{"submitter"}, Title: "{{ .key }} waits"}}},
	})
	if f == nil {
		t.Fatal(problems)
	}
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(engine.Options{
		Organisation: &core.Organisation{
			Zone: time.UTC, Language: "en", DayStartsAt: 9 * time.Hour, Command: "/risk", KeyPrefix: "R",
			Workspaces:  map[string]core.Workspace{"acme": {Name: "acme", Platform: slack.Platform}},
			Modules:     []core.Module{{Name: "Payments"}},
			Permissions: core.Permissions{File: core.Audience{Everyone: true}, Read: core.Audience{Everyone: true}},
		},
		Flows: []*flow.Flow{f}, Platforms: map[string]core.Platform{"acme": a}, Store: s, Text: words, Instance: s.Instance(), Log: log,
	})
}
