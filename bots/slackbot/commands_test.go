package slackbot

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

// wantContains fails the test unless got contains everything in want.
func wantContains(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("missing %q in:\n%s", w, got)
		}
	}
}

// messageIn returns the message in the answer to a command.
func messageIn(t *testing.T, r emulator.Reply) emulator.Message {
	t.Helper()
	if r.Message == nil {
		t.Fatalf("no message in the answer: %q", r.Body)
	}
	if !r.Message.Ephemeral {
		t.Error("others see the answer")
	}
	return *r.Message
}

func TestInlineCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.risk(t, lin, "new Ledger & <b> is off *by* one module:Payments handlers:@wei,@oncall amount:5")
	wantContains(t, messageIn(t, r).Plain, "R-17 is filed: Ledger & <b> is off *by* one", "@wei", "@oncall")
	d := b.draft(t)
	if d.Title != "Ledger & <b> is off *by* one" || len(d.Handlers) != 2 || d.Handlers[0] != core.RefOf(core.Account{Workspace: "acme", ID: wei}) || d.Handlers[1] != "@oncall" {
		t.Errorf("draft: %+v", d)
	}
	if n := b.counted("commands ok"); n != 1 {
		t.Errorf("counted %d", n)
	}
}

func TestReadersLanguage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	wantContains(t, messageIn(t, b.risk(t, wei, "help")).Plain, "可用命令", "/risk 填报")
	wantContains(t, messageIn(t, b.risk(t, lin, "help")).Plain, "What you can do")
	wantContains(t, messageIn(t, b.risk(t, wei, "list")).Plain, "共 1 条未完成风险", "待处理")
}

// TestHostileTextShowsAsTyped sends markup of every kind.
func TestHostileTextShowsAsTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hostile := "<!channel> <@U0000000WEI> *b* _i_ ~s~ `c` <http://x|y> &amp; :smile: \u202Eevil\u202C {{.Key}} %s"
	r := b.risk(t, lin, "new "+hostile+" module:Payments")
	m := messageIn(t, r)
	wantContains(t, m.Plain, hostile)
	for _, who := range m.Notifies {
		if who != lin { // a handler of the module
			t.Errorf("notifies %v", m.Notifies)
		}
	}
	if d := b.draft(t); d.Title != hostile {
		t.Errorf("title %q", d.Title)
	}
	wantContains(t, messageIn(t, b.risk(t, lin, hostile)).Plain, "There is no command /risk <!channel>")
}

// unnamed is a lookup that finds no name.
func unnamed(string, string) string { return "" }

func TestDecodeText(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"plain &amp;lt; text":                              "plain &lt; text",
		"<@U01|lin> and <@U02|lin> and <@U03>":             "@lin and @U02 and @U03",
		"<#C01|general> <#C02>":                            "#general #C02",
		"<!subteam^S01|@on-call> <!subteam^S02> <!here>":   "@on-call @S02 @here",
		"<https://x.example/a?b=1&amp;c|label>":            "label (https://x.example/a?b=1&c)",
		"<https://x.example/a?b=1&amp;c>":                  "https://x.example/a?b=1&c",
		"<mailto:bob@x.example|bob@x.example>":             "bob@x.example",
		"<mailto:git@x.example|git@x.example>:org/x":       "git@x.example:org/x",
		"<http://deploy.sh|Deploy.sh> <http://a.io/|a.io>": "Deploy.sh a.io",
		"<https://x.example/%E4%B8%AD|x.example/中>":        "x.example/中",
		"<tel:+15550100199|+1 (555) 010-0199>":             "+1 (555) 010-0199",
		"<https://evil.example|https://good.example>":      "https://good.example (https://evil.example)",
		"<HTTP://x.example|x.example>":                     "x.example",
		"(<@U01|lin><@U02|ana>)":                           "(@lin @ana)",
		"<@U01|Lin Wei,jr>":                                "@Lin.Wei.jr",
		"a < b > c <":                                      "a < b > c <",
		"by <!date^1392734382^{date_short} {time}|Feb 18, 2014 6:39 AM>, <!channel> :party:": "by Feb 18, 2014 6:39 AM, @channel :party:",
		"<@U01|a;module:Ledger>": "@a.module.Ledger",
	} {
		if got, _ := decodeText("acme", s, unnamed); got != want {
			t.Errorf("decodeText(%q) = %q, want %q", s, got, want)
		}
	}
	_, mentions := decodeText("acme", "<@U01|lin> <@U02|lin> <!subteam^S01|@lin2>", unnamed)
	if len(mentions) != 2 || mentions["@lin"] != "acme/U01" || mentions["@U02"] != "acme/U02" {
		t.Errorf("mentions: %v", mentions)
	}
}

// TestMentionsWithoutLabels checks that names are looked up if Slack sends IDs only.
func TestMentionsWithoutLabels(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := "new Ask <@" + wei + "> or <!subteam^S0000ONCALL> in <#" + lobby + ">, not <@U0000GONE>, <#C0000GONE> or <!subteam^S0000GONE> " +
		"module:Payments handlers:<@" + wei + ">,<@U0000GONE>"
	form := url.Values{"user_id": {lin}, "team_id": {b.TeamID()}, "trigger_id": {"1.2.3"}, "text": {text}}
	b.slackbot.command(t.Context(), request{arrived: time.Now()}, form)
	d := b.draft(t)
	if want := "Ask @wei or @oncall in #lobby, not @U0000GONE, #C0000GONE or @S0000GONE"; d.Title != want {
		t.Errorf("the title is %q, want %q", d.Title, want)
	}
	if len(d.Handlers) != 2 || d.Handlers[0] != "acme/"+wei || d.Handlers[1] != "acme/U0000GONE" {
		t.Errorf("handlers %q", d.Handlers)
	}
	calls := 0
	for _, c := range b.Log().Calls() {
		if c.Method == "users.info" {
			calls++
		}
	}
	if calls != 3 { // the author's, and one for each person
		t.Errorf("%d people are looked up, want 3", calls)
	}
	var many strings.Builder
	for i := range 2 * maxNamed {
		fmt.Fprintf(&many, "<#C0000%d> ", i)
	}
	before := len(b.Log().Calls())
	decodeText("acme", many.String(), b.slackbot.namer(t.Context(), request{}))
	if n := len(b.Log().Calls()) - before; n != maxNamed {
		t.Errorf("%d lookups for one text, want %d", n, maxNamed)
	}
}

// TestWhatSlackLinksStaysAsTyped types what Slack turns into links.
func TestWhatSlackLinksStaysAsTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	title := "Mail to bob@example.org bounces: git@github.com:org/x, deploy.sh, (see www.Example.com/a), call +1 555 010 0199 or 555-010-0199"
	messageIn(t, b.risk(t, lin, "new "+title+" module:Payments description:README.md"))
	if d := b.draft(t); d.Title != title || d.Description != "README.md" {
		t.Errorf("filed %+v", d)
	}
	note := "bob@example.org runs deploy.sh, see https://x.example/?a=1&b=2"
	b.risk(t, lin, "status R-17 resolved "+note)
	if got := b.engine.changes; len(got) != 1 || got[0].Note != note {
		t.Errorf("changed %+v", got)
	}
}

// TestLateReplyGoesToResponseURL delays File until the command is answered.
func TestLateReplyGoesToResponseURL(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.slackbot.answerWithin = 50 * time.Millisecond
	release := make(chan struct{})
	b.engine.set(func() {
		b.engine.before = func(ctx context.Context, call string) error {
			if call == "File" {
				<-release
			}
			return nil
		}
	})
	r := b.risk(t, lin, "new Ledger module:Payments")
	wantContains(t, messageIn(t, r).Plain, "not confirmed yet", "/risk new Ledger module:Payments")
	close(release)
	deadline := time.Now().Add(time.Minute)
	for len(b.Ephemerals(lin)) < 2 {
		if time.Now().After(deadline) {
			t.Fatalf("no reply follows; the log: %s", b.logged)
		}
		time.Sleep(5 * time.Millisecond)
	}
	wantContains(t, b.Ephemerals(lin)[1].Plain, "R-17 is filed: Ledger")
}

func TestAnswerInTimeIsWhatThePlatformSets(t *testing.T) {
	t.Parallel()
	if answerWithin+100*time.Millisecond >= 3*time.Second || openWithin >= 3*time.Second || answerWithin >= openWithin {
		t.Errorf("an answer within %s, a modal within %s: Slack waits three seconds", answerWithin, openWithin)
	}
}

func TestResponseURLsLeadToSlackOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *Config) { c.API, c.TeamID = client(t, api.Config{Token: "xoxb-1"}), "T1" })
	for u, ok := range map[string]bool{
		"https://hooks.slack.com/commands/T1/2/x":         true,
		"https://hooks.slack-gov.com/commands/T1/2/x":     true,
		"https://slack.com/x":                             true,
		"http://hooks.slack.com/commands/T1/2/x":          false,
		"https://hooks.slack.com:8443/commands":           false,
		"https://user:pw@hooks.slack.com/commands":        false,
		"https://hooks.slack.com.evil.example/commands":   false,
		"https://evil.example/hooks.slack.com":            false,
		"http://169.254.169.254/latest/meta-data":         false,
		"https://hooks.slack.com@evil.example/commands":   false,
		"//hooks.slack.com/commands":                      false,
		"file:///etc/passwd":                              false,
		"":                                                false,
		"https://hooks.slack.com%2eevil.example/commands": false,
		"https://127.0.0.1/":                              false,
	} {
		if got := b.slackbot.later(u) != nil; got != ok {
			t.Errorf("%q: allowed %v, want %v", u, got, ok)
		}
	}
}
