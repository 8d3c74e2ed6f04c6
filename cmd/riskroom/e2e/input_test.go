package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// request is what somebody sends to the way in.
type request struct {
	path        string // "commands"
	body        string
	contentType string        // "": that of forms
	age         time.Duration // of the signature
	sign        string        // the signature, "": a right one
	unsigned    bool
}

// send sends a request and returns the status and the signature that it bore.
func (b *bench) send(r request) (int, string) {
	b.Helper()
	req, err := http.NewRequest(http.MethodPost, b.now.way+r.path, strings.NewReader(r.body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	at := time.Now().Add(-r.age).Unix()
	if r.sign == "" {
		r.sign = emulator.Sign(b.slack.SigningSecret(), at, []byte(r.body))
	}
	if !r.unsigned {
		req.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at, 10))
		req.Header.Set("X-Slack-Signature", r.sign)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Fatal(err)
	}
	return resp.StatusCode, r.sign
}

// get returns a page of the administrators' server.
func (b *bench) get(page string) string {
	b.Helper()
	resp, err := http.Get(b.now.admin + page)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// counted returns how many requests of a kind had an outcome.
func (b *bench) counted(kind, outcome string) int {
	b.Helper()
	name := fmt.Sprintf(`riskroom_inbound_requests_total{kind=%q,outcome=%q,workspace="acme"} `, kind, outcome)
	_, rest, ok := strings.Cut(b.get("metrics"), name)
	if !ok {
		return 0
	}
	number, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(number)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// commandForm is the body of a slash command.
func (b *bench) commandForm(team, text string) string {
	return url.Values{
		"team_id": {team}, "user_id": {ana}, "user_name": {"ana"}, "channel_id": {"C000000000"}, "command": {"/risk"},
		"text": {text}, "trigger_id": {"1.2." + text}, "response_url": {b.slack.URL() + "/response/none"},
	}.Encode()
}

// TestBadRequests: what does not come from Slack, from this workspace, now, and
// for the first time does nothing, and is counted.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: quiet})
	b.up()
	good := b.commandForm(b.slack.TeamID(), "new Real module:Payments")
	status, signature := b.send(request{path: "commands", body: good})
	if status != http.StatusOK {
		t.Fatalf("a good command is answered with %d", status)
	}
	evil := b.commandForm(b.slack.TeamID(), "new Evil module:Payments")
	began := len(b.slack.Log().Calls())
	for what, c := range map[string]struct {
		request
		status  int
		outcome string
	}{
		"unsigned":       {request{body: evil, unsigned: true}, 401, "bad_signature"},
		"forged":         {request{body: evil, sign: "v0=" + strings.Repeat("0", 64)}, 401, "bad_signature"},
		"another's sign": {request{body: evil, sign: signature}, 401, "bad_signature"},
		"stale":          {request{body: evil, age: 6 * time.Minute}, 401, "stale"},
		"early":          {request{body: evil, age: -6 * time.Minute}, 401, "stale"},
		"replayed":       {request{body: good, sign: signature}, 401, "replay"},
		"other team":     {request{body: b.commandForm("T0OTHER", "new Evil module:Payments")}, 403, "wrong_team"},
		"no team":        {request{body: "command=/risk&text=new+Evil"}, 400, "malformed"},
		"too large":      {request{body: evil + "&x=" + strings.Repeat("x", core.MaxBody)}, 413, "too_large"},
		"JSON":           {request{body: evil, contentType: "application/json"}, 415, "content_type"},
		"bad escape":     {request{body: "text=%zz"}, 400, "malformed"},
		"no payload":     {request{path: "interactions", body: "payload="}, 400, "malformed"},
		"cut payload":    {request{path: "interactions", body: "payload=%7B%22type%22%3A"}, 400, "malformed"},
		"other's press":  {request{path: "interactions", body: "payload=" + url.QueryEscape(`{"type":"block_actions","team":{"id":"T0OTHER"},"user":{"id":"U1"}}`)}, 403, "wrong_team"},
		"no event":       {request{path: "events", body: "{", contentType: "application/json"}, 400, "malformed"},
	} {
		if c.path == "" {
			c.path = "commands"
		}
		before := b.counted(c.path, c.outcome)
		if got, _ := b.send(c.request); got != c.status {
			t.Errorf("%s is answered with %d, want %d", what, got, c.status)
		}
		if got := b.counted(c.path, c.outcome); got != before+1 {
			t.Errorf("%s is not counted as %s: %d after %d", what, c.outcome, got, before)
		}
	}
	if got := b.titles(); !slices.Equal(got, []string{"Real"}) {
		t.Errorf("risks: %q", got)
	}
	if calls := b.slack.Log().Since(began); len(calls) > 0 {
		t.Errorf("Slack was called: %+v", calls)
	}
	b.down()
}

// TestRefusesToStart: what cannot work is said at once, without a secret.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	const secret = "xoxb-of-somebody-else"
	for what, c := range map[string]struct {
		env  []string
		says []string
	}{
		"a wrong token":  {[]string{"TOKEN=" + secret}, []string{"acme", "refuses the bot token", "invalid_auth"}},
		"no Redis there": {[]string{"REDIS_URL=redis://:" + secret + "@127.0.0.1:1/0"}, []string{"127.0.0.1:1", "does not answer"}},
		"no token":       {[]string{"TOKEN="}, []string{"bot_token"}},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t, r, set{flows: quiet})
			p := spawn(b, b.config, b.how, append(b.env, c.env...)...)
			if p.serving(b) {
				t.Fatal("it serves")
			}
			<-p.dead
			said := p.log.String()
			for _, want := range c.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			if code := p.cmd.ProcessState.ExitCode(); code != 1 || strings.Contains(said, secret) {
				t.Errorf("exit code %d:\n%s", code, said)
			}
		})
	}
}
