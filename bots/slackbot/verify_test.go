package slackbot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/core"
)

// delivery is a request as Slack would send it, before a test breaks it.
type delivery struct {
	path, contentType, body, secret string
	at                              time.Time
	header                          map[string]string
}

// post delivers a request and returns the status.
func (b *bundle) post(r delivery) int {
	h := httptest.NewRequest(http.MethodPost, r.path, strings.NewReader(r.body))
	h.Header.Set("Content-Type", r.contentType)
	h.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(r.at.Unix(), 10))
	h.Header.Set("X-Slack-Signature", emulator.Sign(r.secret, r.at.Unix(), []byte(r.body)))
	for k, v := range r.header {
		h.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, h)
	return w.Code
}

func (b *bundle) command(change func(url.Values)) delivery {
	form := url.Values{
		"team_id": {b.TeamID()}, "user_id": {lin}, "user_name": {"lin"}, "channel_id": {lobby}, "command": {"/risk"},
		"text": {"new Ledger module:Payments"}, "trigger_id": {"1.2.3"}, "response_url": {b.URL() + "/response/x"},
	}
	if change != nil {
		change(form)
	}
	return delivery{path: "/commands", contentType: typeForm, body: form.Encode(), secret: b.SigningSecret(), at: time.Now()}
}

func (b *bundle) interaction(payload map[string]any) delivery {
	p, _ := json.Marshal(payload) // of strings and maps only
	r := b.command(nil)
	r.path, r.body = "/interactions", url.Values{"payload": {string(p)}}.Encode()
	return r
}

func TestInvalidRequestsAreRejected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		spoil   func(*delivery)
		status  int
		outcome string
	}{
		"another secret":     {func(r *delivery) { r.secret = "other" }, 401, outcomeBadSignature},
		"no signature":       {func(r *delivery) { r.header = map[string]string{"X-Slack-Signature": ""} }, 401, outcomeBadSignature},
		"a broken signature": {func(r *delivery) { r.header = map[string]string{"X-Slack-Signature": "v0=zz"} }, 401, outcomeBadSignature},
		"no timestamp":       {func(r *delivery) { r.header = map[string]string{"X-Slack-Request-Timestamp": ""} }, 401, outcomeBadSignature},
		"another timestamp": {func(r *delivery) {
			r.header = map[string]string{"X-Slack-Request-Timestamp": strconv.FormatInt(time.Now().Unix()+1, 10)}
		}, 401, outcomeBadSignature},
		"six minutes old": {func(r *delivery) { r.at = r.at.Add(-6 * time.Minute) }, 401, outcomeStale},
		"from the future": {func(r *delivery) { r.at = r.at.Add(6 * time.Minute) }, 401, outcomeStale},
		"too large":       {func(r *delivery) { r.body += "&x=" + strings.Repeat("x", core.MaxBody) }, 413, bots.OutcomeTooLarge},
		"JSON":            {func(r *delivery) { r.contentType = typeJSON }, 415, bots.OutcomeType},
		"no content type": {func(r *delivery) { r.contentType = "" }, 415, bots.OutcomeType},
		"no form":         {func(r *delivery) { r.body = "%zz" }, 400, outcomeMalformed},
		"another team":    {func(r *delivery) { r.body = strings.Replace(r.body, b.TeamID(), "T0000OTHER", 1) }, 403, outcomeWrongTeam},
		"no team":         {func(r *delivery) { r.body = strings.Replace(r.body, b.TeamID(), "", 1) }, 403, outcomeWrongTeam},
		"nobody":          {func(r *delivery) { r.body = strings.Replace(r.body, lin, "", 1) }, 400, outcomeMalformed},
	} {
		r := b.command(nil)
		c.spoil(&r)
		before := b.counted("commands " + c.outcome)
		if got := b.post(r); got != c.status {
			t.Errorf("%s: %d, want %d", name, got, c.status)
		}
		if b.counted("commands "+c.outcome) != before+1 {
			t.Errorf("%s: not counted as %s: %v", name, c.outcome, b.counts)
		}
	}
	if len(b.engine.drafts) != 0 {
		t.Errorf("something was filed: %v", b.engine.drafts)
	}
	if w := httptest.NewRecorder(); true {
		b.app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/commands", nil))
		if w.Code != 405 || w.Header().Get("Allow") != "POST" {
			t.Errorf("GET: %d", w.Code)
		}
	}
}

func TestReplayDoesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.command(nil)
	if got := b.post(r); got != 200 {
		t.Fatalf("the first: %d", got)
	}
	b.engine.set(func() { clear(b.engine.drafts) })
	if got := b.post(r); got != 401 || b.counted("commands replay") != 1 {
		t.Errorf("the second: %d", got)
	}
	shouted := r
	signature := emulator.Sign(r.secret, r.at.Unix(), []byte(r.body))
	shouted.header = map[string]string{"X-Slack-Signature": "v0=" + strings.ToUpper(strings.TrimPrefix(signature, "v0="))}
	if got := b.post(shouted); got != 401 || b.counted("commands replay") != 2 {
		t.Errorf("in capitals: %d", got)
	}
	if len(b.engine.drafts) != 0 {
		t.Error("the replay acted")
	}
	i := b.interaction(map[string]any{"type": "view_closed", "team": map[string]string{"id": b.TeamID()}, "user": map[string]string{"id": lin}})
	if first, second := b.post(i), b.post(i); first != 200 || second != 401 {
		t.Errorf("interactions: %d, then %d", first, second)
	}
}

func TestTwoSecretsDuringRotation(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.SigningSecrets = append([]string{"newer"}, c.SigningSecrets...) })
	older, newer := b.command(nil), b.command(func(f url.Values) { f.Set("trigger_id", "9") })
	newer.secret = "newer"
	if b.post(older) != 200 || b.post(newer) != 200 {
		t.Errorf("one of two secrets is refused: %v", b.counts)
	}
}

// TestPeopleOfOtherOrganisations: what they do in a shared channel reaches the engine, which
// decides. What is for another workspace is rejected.
func TestPeopleOfOtherOrganisations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	press := func(team string) map[string]any {
		return map[string]any{
			"type": "block_actions", "trigger_id": "7." + team, "team": map[string]string{"id": team},
			"user":    map[string]string{"id": lin, "team_id": "T0OTHER"},
			"channel": map[string]string{"id": lobby}, "enterprise": map[string]string{"id": "E0OTHER"},
			"actions": []any{map[string]string{"action_id": "riskroom.start", "value": "R-17@1", "action_ts": "1.1"}},
		}
	}
	if got := b.post(b.interaction(press("T0OTHER"))); got != 403 || len(b.engine.changes) != 0 {
		t.Errorf("for another workspace: %d, %v", got, b.engine.changes)
	}
	b.post(b.interaction(press(b.TeamID())))
	if n := len(b.engine.changes); n != 1 {
		t.Errorf("%d changes: %v\n%s", n, b.counts, b.log())
	}
}

func TestUnknownInteractionsAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	base := func(more map[string]any) map[string]any {
		more["team"], more["user"] = map[string]string{"id": b.TeamID()}, map[string]string{"id": lin}
		return more
	}
	for i, p := range []map[string]any{
		{"type": "shortcut"}, {"type": "block_actions"}, {"type": "view_submission"},
		{"type": "block_actions", "actions": []any{map[string]string{"action_id": "other", "value": "x"}}},
		{"type": "block_actions", "actions": []any{map[string]string{"action_id": "riskroom.start", "value": "R-17"}}},
	} {
		p["n"] = fmt.Sprint(i)
		if got := b.post(b.interaction(base(p))); got != 200 {
			t.Errorf("%v: %d", p, got)
		}
	}
	if n := b.counted("interactions unknown_type"); n != 5 {
		t.Errorf("counted %d: %v", n, b.counts)
	}
	r := b.command(nil)
	r.path, r.body = "/interactions", "payload=nonsense"
	if got := b.post(r); got != 400 {
		t.Errorf("no JSON: %d", got)
	}
	foreign := base(map[string]any{"type": "view_submission", "view": map[string]any{"id": "V1", "callback_id": "file", "private_metadata": strings.Repeat("x", 4000)}})
	if got := b.post(b.interaction(foreign)); got != 200 {
		t.Errorf("a view with foreign metadata: %d", got)
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.command(func(f url.Values) { f.Set("text", "frobnicate body-secret") })
	b.post(r)
	b.post(r)
	r.secret = "other-secret"
	b.post(r)
	for _, secret := range []string{b.SigningSecret(), b.BotToken(), "body-secret", "other-secret", "/response/x", emulator.Sign(b.SigningSecret(), r.at.Unix(), []byte(r.body))} {
		if strings.Contains(b.logged.String(), secret) {
			t.Errorf("the log contains %q:\n%s", secret, b.logged)
		}
	}
}
