package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func TestWhy(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	why := func(args ...string) result {
		return program(t.Context(), d.env, "", append([]string{"why", "-c", d.config}, args...)...)
	}

	r := why("r-1")
	for _, want := range []string{
		"What flows do about R-1 Ledger, and why", "tell-the-handlers: when a risk is filed", "stopped until an administrator retries or drops it",
		"remind: no longer in the config file",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("it does not say %q:\n%s%s", want, r.stdout, r.stderr)
		}
	}
	if r.code != exitFine || r.stderr != "" {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	if r := why("R-1", "tell-the-handlers", "--lang", "zh-CN"); !strings.Contains(r.stdout, "tell-the-handlers：填报风险时") || strings.Contains(r.stdout, "remind") {
		t.Errorf("one flow in Chinese:\n%s%s", r.stdout, r.stderr)
	}

	var got explainedRisk
	r = why("R-1", "--format", "json")
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || got.Risk != "R-1" || len(got.Flows) != 2 ||
		got.Flows[0].On != "filed" || got.Flows[0].Runs[0].Reason != "unsure" || !got.Flows[1].Gone || got.Flows[1].Runs[0].Anchor.IsZero() {
		t.Errorf("as JSON: %v\n%s", err, r.stdout)
	}

	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"R-99"}, exitFailed, "There is no risk R-99"},
		{[]string{"R-1", "tell-the-handler"}, exitFailed, `Did you mean "tell-the-handlers"?`},
		{[]string{"17x"}, exitMisused, `"17x" is not the key of a risk; they look like R-17`},
		{nil, exitMisused, "which risk?"},
	} {
		if r := why(c.args...); r.code != c.code || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%v: exit %d, %s", c.args, r.code, r.stderr)
		}
	}
}

// TestWhyHeld checks what is shown of a message that waits for somebody whose account the file
// doesn't have.
func TestWhyHeld(t *testing.T) {
	t.Parallel()
	d := newRunsBundle(t)
	words, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	db, cfg, err := openRunStore(t.Context(), environment{lookup: lookupIn(d.env)}, runsFlags{config: d.config}, app.ReadStore)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Stop() }()
	_, bot, err := readerOf(cfg, db.Store, words)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	run := engine.RunExplained{State: engine.Waiting, Held: []engine.Hold{{For: "acme/U0LIN", Until: until, Zone: "UTC", Why: engine.QuietHours}}}
	x := engine.Explanation{Risk: core.Risk{Key: "R-1"}, Flows: []engine.FlowExplained{{Name: "tell", Runs: []engine.RunExplained{run}}}}

	if got := bot.Explained(t.Context(), x, text.English); !strings.Contains(got, "It holds its message for acme/U0LIN until 2 Mar 2026, 08:00 (UTC): quiet hours") {
		t.Error(got)
	}
	if got := explanationOf(x, time.UTC).Flows[0].Runs[0].Held; !slices.Equal(got, run.Held) {
		t.Errorf("as JSON: %+v", got)
	}
}
