package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	discord "riskroom/adapters/discord/emulator"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core/store/storetest"
)

// planted contains secrets by their description.
type planted map[string]string

// search reports secrets in the output, also in the encodings of URLs and headers.
func (p planted) search(t *testing.T, out string) {
	t.Helper()
	for what, secret := range p {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if i := strings.Index(out, form); i >= 0 {
				t.Errorf("the %s is shown: …%s…", what, out[max(0, i-200):min(len(out), i+100)])
				break
			}
		}
	}
}

// password contains characters that a URL must escape.
const password = "p/ss+w@rd?planted#%"

// redisWithUser adds a user to a Redis and returns the URL with its credentials.
func redisWithUser(t *testing.T, p *storetest.Process) string {
	t.Helper()
	socket := strings.TrimPrefix(p.URL, "unix://")
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "ACL SETUSER app on >%s ~* &* +@all\r\n", password)
	answer := make([]byte, 100)
	if n, err := conn.Read(answer); err != nil || string(answer[:n]) != "+OK\r\n" {
		t.Fatalf("no user: %q %v", answer[:n], err)
	}
	return (&url.URL{Scheme: "unix", User: url.UserPassword("app", password), Path: socket}).String()
}

// output ends serve and returns its log and its pages, with the given ones.
func (s *served) output(t *testing.T, pages ...string) string {
	t.Helper()
	var all strings.Builder
	for _, page := range append(pages, s.admin+"/metrics", s.admin+"/readyz", s.admin+"/healthz") {
		_, body := get(t, page)
		all.WriteString(body)
	}
	s.end(t)
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	all.WriteString(strings.Join(s.log.lines, "\n"))
	for _, must := range []string{" call failed", `"level":"DEBUG"`, "riskroom_api_calls_total"} {
		if !strings.Contains(all.String(), must) {
			t.Fatalf("the output to search lacks %q:\n%s", must, &all)
		}
	}
	return all.String()
}

// TestSecretsStaySecret checks that no debug log, page or metric contains a secret,
// whatever is received and whatever fails.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"http", "socket"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			config := strings.Replace(serveConfig, `signing_secret: "${SECRET}"`, `signing_secret: "${SECRET}", signing_secret_previous: "${PREVIOUS}"`, 1)
			if way == "socket" {
				config = strings.Replace(serveConfig, `signing_secret: "${SECRET}"`, `app_token: "${APP}"`, 1)
			}
			config = strings.Replace(config, `rates: unlimited`, `rates: unlimited, topic_end: restrict, admin_token: "${ADMIN}"`, 1)
			const previous = "planted-previous-secret"
			s := startServeIn(t, config, way == "socket",
				map[string]string{"REDIS_URL": redisWithUser(t, storetest.Start(t)), "PREVIOUS": previous}, "--log-level", "debug")
			if way == "socket" {
				if err := s.slack.Socket().WaitConnected(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			s.slack.Faults().Order(
				stage.Fault{Method: "chat.postMessage", Kind: stage.RateLimit}, stage.Fault{Method: "views.open", Kind: stage.ErrorBefore},
				stage.Fault{Method: "admin.conversations.setConversationPrefs", Kind: stage.CutBefore},
				stage.Fault{Method: "response_url", Kind: stage.CutBefore, Times: stage.Forever},
			)
			for _, line := range []string{"new Ledger is off by one module:Payments", "new", "list", "show R-1", "help", "topic open Who rounds?"} {
				// Other tests check the replies.
				_, _ = s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", line)
			}
			eventually(t, "lin gets a message", func() bool { return len(s.slack.DMs("U0LIN")) == 1 })
			card := s.slack.DMs("U0LIN")[0]
			if _, err := s.slack.Press(t.Context(), "U0LIN", card.Channel, card.TS, "riskroom.start"); err != nil {
				t.Error(err)
			}
			s.log.wait(t, "slackbot: a reply could not be shown")
			eventually(t, "the topic is open", func() bool { _, ok := s.slack.ChannelByName("who-rounds-t-1"); return ok })
			_, _ = s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "topic end T-1")
			eventually(t, "the topic is ended with the administrator's token", func() bool {
				return slices.ContainsFunc(s.slack.Log().Calls(), func(c stage.Call) bool {
					return c.Method == "admin.conversations.setConversationPrefs" && c.Effect
				})
			})
			const elsewhere = "planted-in-a-response-url"
			if way == "http" {
				s.forge(t, elsewhere, s.slack.SigningSecret(), previous, "wrong")
			}
			out := s.output(t, cmp.Or(s.public, s.admin)+"/"+elsewhere)
			planted{
				"bot token": s.slack.BotToken(), "app token": s.slack.AppToken(), "admin token": s.slack.AdminToken(), "signing secret": s.slack.SigningSecret(),
				"previous signing secret": previous, "password of Redis": password, "forged response_url": elsewhere,
				"response_url": "/response/", "ticket of a connection": "stand-in-ticket-",
			}.search(t, out)
		})
	}
}

// forge sends commands with a response_url that contains a secret, to allowed and
// other hosts, signed with each of the keys.
func (s *served) forge(t *testing.T, secret string, keys ...string) {
	t.Helper()
	for _, key := range keys {
		want := http.StatusOK
		if key == "wrong" {
			want = http.StatusUnauthorized
		}
		for _, to := range []string{s.slack.URL() + "/response/" + secret, "https://elsewhere.example/" + secret, "::" + secret} {
			status := s.command(t, key, url.Values{
				"team_id": {s.slack.TeamID()}, "user_id": {"U0MEI"}, "command": {"/risk"}, "text": {"list"},
				"trigger_id": {secret + key + to}, "response_url": {to}, "token": {secret},
			})
			if status != want {
				t.Errorf("a command signed with %q is answered with %d, want %d", key, status, want)
			}
		}
	}
}

// command sends a slash command as Slack does, signed with a secret, and returns
// the status of the answer.
func (s *served) command(t *testing.T, secret string, form url.Values) int {
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
	return answer.StatusCode
}

// TestSecretsStaySecretOnDiscord does the same on Discord, where an interaction's
// token, which is part of the URLs for its answers, is a secret too.
func TestSecretsStaySecretOnDiscord(t *testing.T) {
	t.Parallel()
	for name, overHTTP := range map[string]bool{"http": true, "gateway": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extra := map[string]string{"REDIS_URL": redisWithUser(t, storetest.Start(t))}
			s, guild := startDiscordWith(t, discordConfig, overHTTP, extra, "--log-level", "debug")
			guild.Faults().Order(stage.Fault{Method: "create_message", Kind: stage.RateLimit, Times: 2}) // the bot's call and the adapter's, in any order
			for _, c := range []struct {
				sub     string
				options discord.Values
			}{
				{"new", discord.Values{"title": "Ledger is off by one", "module": "Payments"}}, {"new", nil}, {"list", nil},
				{"show", discord.Values{"key": "R-1"}},
			} {
				_, _ = guild.SlashCommand(t.Context(), meiID, "", "/risk", c.sub, c.options) // other tests check the replies
			}
			const token = "planted-interaction-token"
			forged := map[string]any{
				"id": strconv.FormatInt(1<<62, 10), "application_id": guild.ApplicationID(), "type": 2, "token": token, "guild_id": guild.GuildID(),
				"channel_id": guild.Channels()[0].ID, "member": map[string]any{"user": map[string]any{"id": meiID, "username": "mei"}},
				"data": map[string]any{"id": "1", "name": "risk", "type": 1, "options": []any{map[string]any{"name": "list", "type": 1}}},
			}
			guild.Faults().Order(stage.Fault{Method: "create_interaction_response", Kind: stage.CutBefore, Times: stage.Forever})
			guild.SendEvent("INTERACTION_CREATE", forged)
			s.log.wait(t, "discordbot: an answer could not be sent")
			if overHTTP {
				body, err := json.Marshal(forged)
				if err == nil {
					_, _, err = guild.SendSigned(t.Context(), body, time.Now())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			s.log.wait(t, "discord call failed")
			out := s.output(t, cmp.Or(s.public, s.admin)+"/"+token)
			planted{
				"bot token": guild.BotToken(), "password of Redis": password, "forged token of an interaction": token,
				"token of an interaction": base64.RawURLEncoding.EncodeToString([]byte("interaction:")),
			}.search(t, out)
		})
	}
}

// TestSecretsStaySecretOnTheScreen checks the screen that serve prints at start.
func TestSecretsStaySecretOnTheScreen(t *testing.T) {
	t.Parallel()
	slack, env := standIn(t)
	env["REDIS_URL"], env["PREFIX"] = redisWithUser(t, storetest.Start(t)), storetest.Prefix()
	ctx, stop := context.WithCancel(t.Context())
	screen, code := newLogLines(), make(chan int, 1)
	args := []string{"serve", "-c", writeConfig(t, serveConfig), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}
	go func() {
		code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: screen, stderr: screen, lookup: lookupIn(env)})
	}()
	all := func() string {
		screen.mu.Lock()
		defer screen.mu.Unlock()
		return strings.Join(screen.lines, "\n")
	}
	eventually(t, "the screen is there", func() bool { return strings.Contains(all(), "/metrics") })
	stop()
	<-code
	planted{
		"bot token": slack.BotToken(), "signing secret": slack.SigningSecret(), "password of Redis": password,
	}.search(t, all())
}
