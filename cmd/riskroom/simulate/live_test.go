package simulate

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/cast"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestLive goes on from a database: what follows, with an outage, is what would have followed there. Only
// commands that read are sent to it, and nothing else is dialled.
func TestLive(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, quarter)
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	const later = time.Hour

	// What is to be, without a database.
	s := Scenario{Start: start, For: Span{Days: 3}, Risks: []Risk{{Title: "Ledger"}, {Title: "Totals", By: "lin", Severity: core.High}}}
	down := []Outage{{From: start.Add(20 * time.Hour), Until: start.Add(30 * time.Hour)}}
	s.Down = down
	whole, err := Run(t.Context(), cfg, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole.Events = slices.DeleteFunc(whole.Events, func(e Event) bool { return e.At.Before(start.Add(later)) })

	// A database with the same risks, and one that is closed.
	server := storetest.StartSettable(t)
	at := clock{emulated.NewClock(start)}
	prefix := storetest.Prefix()
	db := server.Open(t, store.Options{Clock: at, Prefix: prefix})
	serving := emulated.Copied(cfg)
	p, err := emulated.Open(serving, &serving.Workspaces[0], "en", cast.Also{}, at.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	a, err := app.New(t.Context(), app.Options{Config: serving, Store: db, Clock: at, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = a.Engine().Prepare(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range append(s.Risks, Risk{Title: "Closed"}) {
		by := core.Actor{Account: core.Account{Workspace: p.Name, ID: p.IDs[cast.Reporter]}, Name: cast.Reporter}
		if r.By != "" {
			by = core.Actor{Account: core.Account{Workspace: p.Name, ID: p.IDs[r.By]}, Name: r.By}
		}
		filed, err := a.Engine().File(t.Context(), fmt.Sprint("op", i), by, engine.Draft{Title: r.Title, Module: "Payments", Severity: r.Severity})
		if err != nil {
			t.Fatal(err)
		}
		if r.Title == "Closed" {
			wei := core.Actor{Account: core.Account{Workspace: p.Name, ID: p.IDs["wei"]}, Name: "wei"}
			if _, err := a.Engine().Do(t.Context(), "close", wei, engine.ChangeStatus{Risk: filed.Risk.Key, To: core.Resolved}); err != nil {
				t.Fatal(err)
			}
		}
	}

	wire := &wiretap{only: strings.TrimPrefix(server.URL, "redis://")}
	live, err := store.TakeSnapshot(t.Context(), store.Options{URL: server.URL, Prefix: prefix, Dial: wire.dial})
	if err != nil {
		t.Fatal(err)
	}
	if sent := wire.commands(); len(sent) < 4 || slices.ContainsFunc(sent, func(c string) bool {
		return !slices.Contains([]string{"hello", "hgetall", "zrange", "get", "hget"}, c)
	}) {
		t.Errorf("commands: %v", sent)
	}
	got, err := Run(t.Context(), cfg, Scenario{Start: start.Add(later), For: Span{Days: 3, Exact: -later}, Down: down}, Options{Live: live})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := lines(cfg, got.Events), lines(cfg, whole.Events); a != b || len(got.Events) < 8 {
		t.Errorf("from the database:\n%s\nwithout:\n%s", a, b)
	}
	if got.Titles["R-2"] != "Totals" || len(live.Risks) != 2 {
		t.Errorf("titles %v of %v", got.Titles, live)
	}
	if got.Events[0].Text != whole.Events[0].Text {
		t.Errorf("says %q, not %q", got.Events[0].Text, whole.Events[0].Text)
	}
}

// TestLiveWithoutDatabase reads a Redis in which riskroom has stored nothing yet.
func TestLiveWithoutDatabase(t *testing.T) {
	t.Parallel()
	server := storetest.StartSettable(t)
	live, err := store.TakeSnapshot(t.Context(), store.Options{URL: server.URL, Prefix: storetest.Prefix()})
	if err != nil || len(live.Risks) > 0 {
		t.Fatalf("%v, %v", live, err)
	}
	r, err := Run(t.Context(), configOf(t, quarter), Scenario{}, Options{Now: time.Now(), Live: live})
	if err != nil || len(r.Events) > 0 {
		t.Errorf("%v, %v", r, err)
	}
}

// wiretap dials one address only, and keeps what is sent there.
type wiretap struct {
	only string
	mu   sync.Mutex
	sent strings.Builder
}

func (w *wiretap) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if addr != w.only {
		return nil, fmt.Errorf("dialled %s", addr)
	}
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	return tapped{c, w}, err
}

type tapped struct {
	net.Conn
	w *wiretap
}

func (c tapped) Write(b []byte) (int, error) {
	c.w.mu.Lock()
	c.w.sent.Write(b)
	c.w.mu.Unlock()
	return c.Conn.Write(b)
}

var redisCommand = regexp.MustCompile(`\*\d+\r\n\$\d+\r\n([A-Za-z_]+)\r\n`)

// commands returns the commands that were sent, each once.
func (w *wiretap) commands() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, m := range redisCommand.FindAllStringSubmatch(w.sent.String(), -1) {
		if c := strings.ToLower(m[1]); !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}
