package e2e_test

import (
	"cmp"
	"fmt"
	"io"
	"maps"
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

// request is a request to serve's public address.
type request struct {
	path        string // "commands"
	body        string
	contentType string        // "": that of forms
	age         time.Duration // of the signature
	signed      http.Header   // the signature, nil: a valid one
}

// The headers of a signature.
const (
	signedAt   = "X-Slack-Request-Timestamp"
	signedWith = "X-Slack-Signature"
)

// sign signs a body as Slack does.
func (b *bench) sign(body string, at time.Time) http.Header {
	return http.Header{
		signedAt:   {strconv.FormatInt(at.Unix(), 10)},
		signedWith: {emulator.Sign(b.slack.SigningSecret(), at.Unix(), []byte(body))},
	}
}

// send sends a request and returns the answer and the signature.
func (b *bench) send(r request) (status int, answer string, signature http.Header) {
	b.Helper()
	req, err := http.NewRequest(http.MethodPost, b.now.public+"slack/acme/"+r.path, strings.NewReader(r.body))
	if err != nil {
		b.Fatal(err)
	}
	if r.signed == nil {
		r.signed = b.sign(r.body, time.Now().Add(-r.age))
	}
	maps.Copy(req.Header, r.signed)
	req.Header.Set("Content-Type", cmp.Or(r.contentType, "application/x-www-form-urlencoded"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return resp.StatusCode, string(body), r.signed
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

// counted returns how many requests of a kind at home had an outcome.
func (b *bench) counted(kind, outcome string) int {
	b.Helper()
	name := fmt.Sprintf("riskroom_inbound_requests_total{kind=%q,outcome=%q,workspace=%q} ", kind, outcome, b.home().name)
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

// commandForm returns the body of a slash command.
func (b *bench) commandForm(team, text string) string {
	return url.Values{
		"team_id": {team}, "user_id": {ana}, "user_name": {"ana"}, "channel_id": {"C000000000"}, "command": {"/risk"},
		"text": {text}, "trigger_id": {"1.2." + text}, "response_url": {b.slack.URL() + "/response/none"},
	}.Encode()
}

// TestBadRequests checks that requests that are forged, stale, replayed, malformed or
// for another workspace are counted and rejected.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t, startRedis(t), set{flows: quiet})
	b.up()
	good := b.commandForm(b.slack.TeamID(), "new Real module:Payments")
	status, answer, signature := b.send(request{path: "commands", body: good})
	if status != http.StatusOK {
		t.Fatalf("a good command is answered with %d", status)
	}
	if !strings.Contains(answer, "R-1") { // on a busy machine, the reply is late
		b.until("the good command is answered", func() bool { return b.slack.Log().Count("response_url") > 0 })
	}
	evil := b.commandForm(b.slack.TeamID(), "new Evil module:Payments")
	forged := b.sign(evil, time.Now())
	forged.Set(signedWith, "v0="+strings.Repeat("0", 64))
	began := len(b.slack.Log().Calls())
	for what, c := range map[string]struct {
		request
		status  int
		outcome string
	}{
		"unsigned":       {request{body: evil, signed: http.Header{}}, 401, "bad_signature"},
		"forged":         {request{body: evil, signed: forged}, 401, "bad_signature"},
		"another's sign": {request{body: evil, signed: signature}, 401, "bad_signature"},
		"stale":          {request{body: evil, age: 6 * time.Minute}, 401, "stale"},
		"early":          {request{body: evil, age: -6 * time.Minute}, 401, "stale"},
		"replayed":       {request{body: good, signed: signature}, 401, "replay"},
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
		if got, _, _ := b.send(c.request); got != c.status {
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

// TestRefusesToStart checks the errors at start, which must not contain secrets.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	const secret = "xoxb-of-somebody-else"
	for what, c := range map[string]struct {
		env  []string
		says []string
	}{
		"a wrong token":  {[]string{"SLACK_TOKEN=" + secret}, []string{"acme", "rejects the bot token", "invalid_auth"}},
		"no Redis there": {[]string{"REDIS_URL=redis://:" + secret + "@127.0.0.1:1/0"}, []string{"127.0.0.1:1", "does not answer"}},
		"no token":       {[]string{"SLACK_TOKEN="}, []string{"bot_token"}},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBench(t, r, set{flows: quiet})
			p := spawn(b, b.config, b.how, append(b.env, c.env...)...)
			if p.serving(b) {
				t.Fatal("it starts")
			}
			<-p.dead
			said := p.log.String()
			for _, want := range c.says {
				if !strings.Contains(said, want) {
					t.Errorf("the log lacks %q:\n%s", want, said)
				}
			}
			if code := p.cmd.ProcessState.ExitCode(); code != 1 || strings.Contains(said, secret) {
				t.Errorf("exit code %d:\n%s", code, said)
			}
		})
	}
}
