package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
)

// TestSecretsStaySecret: whatever comes in, no log line of the most talkative
// level, no page and no metric holds a secret.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"http", "socket"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			config := serveConfig
			if way == "socket" {
				config = strings.Replace(config, `signing_secret: "${SECRET}"`, `app_token: "${APP}"`, 1)
			}
			s := startServe(t, config, way == "socket", "--log-level", "debug")
			if way == "socket" {
				if err := s.slack.WaitConnected(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments"); err != nil {
				t.Fatal(err)
			}
			eventually(t, "lin is told", func() bool { return len(s.slack.DMs("U0LIN")) == 1 })
			const planted = "planted-in-a-response-url"
			for _, secret := range []string{s.slack.SigningSecret(), "wrong"} {
				for _, to := range []string{"https://hooks.slack.com/" + planted, "https://elsewhere.example/" + planted, "::" + planted} {
					s.command(t, secret, url.Values{
						"team_id": {s.slack.TeamID()}, "user_id": {"U0MEI"}, "command": {"/risk"}, "text": {"list"},
						"trigger_id": {planted + secret + to}, "response_url": {to}, "token": {planted},
					})
				}
			}
			var pages strings.Builder
			for _, page := range []string{s.admin + "/metrics", s.admin + "/readyz", s.admin + "/healthz", s.public + "/" + planted} {
				_, body := get(t, page)
				pages.WriteString(body)
			}
			s.end(t)
			s.log.mu.Lock()
			defer s.log.mu.Unlock()
			all := strings.Join(s.log.lines, "\n") + pages.String()
			if !strings.Contains(all, "slack call") || !strings.Contains(all, "riskroom_api_calls_total") {
				t.Fatal("the search is in the wrong place")
			}
			for what, secret := range map[string]string{
				"bot token": s.slack.BotToken(), "app token": s.slack.AppToken(), "signing secret": s.slack.SigningSecret(), "response_url": planted,
			} {
				if i := strings.Index(all, secret); i >= 0 {
					t.Errorf("the %s is shown: …%s…", what, all[max(0, i-200):min(len(all), i+100)])
				}
			}
		})
	}
}

// command sends a slash command as Slack does, signed with secret.
func (s *served) command(t *testing.T, secret string, form url.Values) {
	t.Helper()
	body := form.Encode()
	now := time.Now().Unix()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.public+"/slack/acme/commands", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now, 10))
	r.Header.Set("X-Slack-Signature", emulator.Sign(secret, now, []byte(body)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}
