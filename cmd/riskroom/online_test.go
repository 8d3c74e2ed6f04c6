package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"riskroom/adapters/slack/emulator"
)

const onlineConfig = `version: 1
redis: { url: "redis://localhost:6379/0" }
admin_channel: { workspace: acme, channel: C0ALERTS }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", app_token: "${APP_TOKEN}", api_url: "${API}" }
people:
  lin: { email: lin@example.com }
  wei: { acme: U0WEI }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin, "@oncall"], lead: wei }
flows:
  tell:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers, acme/U0MEI], title: New, card: risk }
      - send_group_message: { group: acme/C0ROOM, title: New }
      - create_group: { type: ordinary, name: New, owner: lin, members: [handlers] }
`

// adminConfig is onlineConfig with the token of an administrator.
var adminConfig = strings.Replace(onlineConfig, `api_url: "${API}" }`, `api_url: "${API}", topic_end: restrict, admin_token: "${ADMIN}" }`, 1)

// online starts an emulated workspace that fits onlineConfig.
func online(t *testing.T, change func(*emulator.Options)) map[string]string {
	t.Helper()
	const bot = "U0000000BOT"
	o := emulator.Options{
		SocketMode: true,
		Users: []emulator.User{
			{ID: "U0LIN", Name: "lin", Email: "lin@example.com"}, {ID: "U0WEI", Name: "wei"}, {ID: "U0MEI", Name: "mei"},
		},
		UserGroups: []emulator.UserGroup{{Handle: "oncall", Users: []string{"U0WEI"}}},
		Channels: []emulator.Channel{
			{ID: "C0ALERTS", Name: "alerts", Members: []string{bot}}, {ID: "C0ROOM", Name: "room", Private: true, Members: []string{bot}},
		},
	}
	change(&o)
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return map[string]string{"TOKEN": w.BotToken(), "APP_TOKEN": w.AppToken(), "API": url + "/api/"}
}

// TestCheckOnline checks that each problem is reported with its position in the file
// and what to click.
func TestCheckOnline(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*emulator.Options)
		env    map[string]string
		config string
		code   int
		says   []string
	}{
		{name: "fine", says: []string{"-: acme is Acme on Slack, where the bot is riskroom\n", ": fine: 1 workspace"}},
		{
			name: "refused", env: map[string]string{"TOKEN": "xoxb-other"}, code: exitFailed,
			says: []string{":5:3: Slack rejects the bot token of acme (invalid_auth) [online-token]", "OAuth & Permissions", "1 error"},
		},
		{
			name: "unset", env: map[string]string{"TOKEN": ""}, code: exitFailed,
			says: []string{":5:3: acme was not asked: its bot_token is not set [online-token]"},
		},
		{
			name: "away", env: map[string]string{"API": "http://127.0.0.1:1/api/"}, code: exitFailed,
			says: []string{":5:3: Slack doesn't respond for acme (no_connection) [online-unreachable]", "api_url", "1 error"},
		},
		{
			name: "scopes", code: exitFailed,
			change: func(o *emulator.Options) {
				o.Scopes = slices.DeleteFunc(emulator.AllScopes(), func(s string) bool { return strings.HasPrefix(s, "users") || s == "pins:write" })
			},
			says: []string{"lacks scopes: pins:write users:read users:read.email [online-scope]", "Reinstall", "1 error"},
		},
		{
			name: "app token", env: map[string]string{"APP_TOKEN": "xapp-other"}, code: exitFailed,
			says: []string{"cannot open Socket Mode with its app_token: invalid_auth [online-token]"},
		},
		{
			name: "socket mode off", change: func(o *emulator.Options) { o.SocketMode = false }, code: exitFailed,
			says: []string{"cannot open Socket Mode", "switch it on on the app's Socket Mode page"},
		},
		{
			name: "people", code: exitFailed,
			change: func(o *emulator.Options) {
				o.Users = []emulator.User{{ID: "U0WEI", Name: "wei", Deleted: true}, {ID: "U0MEI", Name: "mei", Bot: true}}
			},
			says: []string{
				":7:17: lin can't be found by e-mail address in acme [online-people]",
				":8:16: wei is deactivated in acme", ":17:45: U0MEI is a bot in acme", "3 errors",
			},
		},
		{
			name: "no such user", change: func(o *emulator.Options) { o.Users = o.Users[:2] }, code: exitFailed,
			says: []string{"acme has no user U0MEI [online-people]", "Copy member ID"},
		},
		{
			name: "same person", change: func(o *emulator.Options) { o.Users[1].Email, o.Users[0].Email = "lin@example.com", "" }, code: exitFailed,
			says: []string{"lin and wei are the same account in acme, U0WEI [online-twice]"},
		},
		{
			name: "same workspace", code: exitFailed, config: strings.Replace(onlineConfig, "people:",
				"  twin: { platform: slack, bot_token: \"${TOKEN}\", app_token: \"${APP_TOKEN}\", api_url: \"${API}\" }\npeople:", 1),
			says: []string{":6:3: acme and twin are the same workspace, Acme on Slack [online-twice]"},
		},
		{
			name: "no user group", change: func(o *emulator.Options) { o.UserGroups = nil }, code: exitFailed,
			says: []string{":11:31: @oncall doesn't exist: no user group of that name in acme [online-people]", "Directories, User groups"},
		},
		{
			name: "empty user group", change: func(o *emulator.Options) { o.UserGroups[0].Users = nil },
			says: []string{"warning: the user group @oncall in acme has no members", "1 warning"},
		},
		{
			name: "no user groups on this plan", change: func(o *emulator.Options) { o.FreePlan = true }, code: exitFailed,
			says: []string{"paid plan"},
		},
		{
			name: "channels", code: exitFailed,
			change: func(o *emulator.Options) { o.Channels[0].Members = nil; o.Channels[1].Archived = true },
			says: []string{
				":3:44: the admin_channel C0ALERTS doesn't exist, or the bot is not a member [online-channel]", "/invite",
				"the channel C0ROOM", "2 errors",
			},
		},
		{
			name: "a channel for some", change: func(o *emulator.Options) { o.Channels[1].ReadOnly = true },
			says: []string{"warning: posting in the channel C0ROOM is restricted", "Posting permissions", "1 warning"},
		},
		{
			name: "admin token", config: adminConfig, env: map[string]string{"ADMIN": "xoxp-admin"}, says: []string{"1 workspace"},
			change: func(o *emulator.Options) { o.AdminToken = "xoxp-admin" },
		},
		{
			name: "a wrong admin token", config: adminConfig, env: map[string]string{"ADMIN": "xoxp-other"}, code: exitFailed,
			says: []string{"cannot restrict who posts in acme with its admin_token: invalid_auth [online-token]"},
		},
		{
			name: "an admin token without its scope", config: adminConfig, env: map[string]string{"ADMIN": "xoxp-admin"}, code: exitFailed,
			change: func(o *emulator.Options) { o.AdminToken, o.AdminScopes = "xoxp-admin", []string{"admin.users:read"} },
			says:   []string{"missing_scope:admin.conversations:write", "user scope admin.conversations:write"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := online(t, func(o *emulator.Options) {
				if c.change != nil {
					c.change(o)
				}
			})
			replace(env, c.env)
			src := onlineConfig
			if c.config != "" {
				src = c.config
			}
			checkOnline(t, env, src, c.code, c.says)
		})
	}
}

// replace sets variables, and removes those that are "".
func replace(env, with map[string]string) {
	maps.Copy(env, with)
	maps.DeleteFunc(env, func(_, v string) bool { return v == "" })
}

// checkOnline runs check --online. It fails the test unless the output contains all
// of says and no secret. A text after "not " must not be in the output.
func checkOnline(t *testing.T, env map[string]string, src string, code int, says []string) {
	t.Helper()
	r := program(t.Context(), env, src, "check", "--online", "-")
	if r.code != code || r.stderr != "" {
		t.Errorf("exit %d, want %d: %s\n%s", r.code, code, r.stderr, r.stdout)
	}
	for _, want := range says {
		unwanted, no := strings.CutPrefix(want, "not ")
		if strings.Contains(r.stdout, unwanted) == no {
			t.Errorf("wanted %q:\n%s", want, r.stdout)
		}
	}
	for name, secret := range env {
		if strings.HasSuffix(name, "TOKEN") && secret != "" && strings.Contains(r.stdout, secret) {
			t.Errorf("%s is printed", name)
		}
	}
}

// TestCheckOnlineWithErrors checks that no workspace is asked.
func TestCheckOnlineWithErrors(t *testing.T) {
	t.Parallel()
	asked := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the workspace was asked") }))
	defer asked.Close()
	env := map[string]string{"TOKEN": "xoxb-1", "APP_TOKEN": "xapp-1", "API": asked.URL}
	r := program(t.Context(), env, strings.Replace(onlineConfig, "lead: wei", "lead: weii", 1), "check", "--online", "-")
	if r.code != exitFailed || !strings.Contains(r.stdout, "no workspace was asked") {
		t.Errorf("exit %d\n%s", r.code, r.stdout)
	}
}

// TestCheckOnlineWaits checks that check waits for a rate limit.
func TestCheckOnlineWaits(t *testing.T) {
	t.Parallel()
	env := online(t, func(*emulator.Options) {})
	to, err := url.Parse(strings.TrimSuffix(env["API"], "/api/"))
	if err != nil {
		t.Fatal(err)
	}
	var limited atomic.Int32
	pass := httputil.NewSingleHostReverseProxy(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "users.lookupByEmail") && limited.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	env["API"] = proxy.URL + "/api/"
	r := program(t.Context(), env, onlineConfig, "check", "--online", "-")
	if r.code != exitFine || limited.Load() != 2 {
		t.Errorf("exit %d after %d calls\n%s", r.code, limited.Load(), r.stdout)
	}
}
