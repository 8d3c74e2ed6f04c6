package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	discord "riskroom/adapters/discord/emulator"
	slack "riskroom/adapters/slack/emulator"
)

// linkable is a workspace where people link accounts.
type linkable struct {
	name     string
	says     func(user, command, argument string) string // sends a command and returns the reply
	agrees   func(user string) string                    // confirms the last question and returns the reply
	received func(user string) string                    // returns all direct messages
}

// onSlack is a Slack workspace that calls serve over HTTP.
func onSlack(t *testing.T, s *served, name string, w *slack.Workspace) linkable {
	way := s.public + "/slack/" + name + "/"
	w.Connect(way+"commands", way+"interactions", way+"events")
	lines := map[string]string{
		"new": "new %s module:Payments", "status": "status %s in_progress", "link": "link %s", "list": "list %s",
	}
	open := map[string]*slack.View{}
	id := func(user string) string { return "U0" + strings.ToUpper(user) }
	return linkable{
		name: name,
		says: func(user, command, argument string) string {
			t.Helper()
			r, err := w.SlashCommand(t.Context(), id(user), "", "/risk", strings.TrimSpace(fmt.Sprintf(lines[command], argument)))
			switch {
			case err != nil:
				t.Fatalf("%s: %v", command, err)
			case r.Message != nil:
				return r.Message.Plain
			case r.View == nil:
				t.Fatalf("%s is answered with %s", command, r.Body)
			}
			open[user] = r.View
			return r.View.Plain
		},
		agrees: func(user string) string {
			t.Helper()
			r, err := w.SubmitView(t.Context(), id(user), open[user].ID, nil)
			if err != nil || r.View == nil {
				t.Fatalf("the form is answered with %+v %v", r, err)
			}
			return r.View.Plain
		},
		received: func(user string) string {
			return said(w.DMs(id(user)), func(m slack.Message) string { return m.Plain })
		},
	}
}

// onDiscord is a guild that calls serve over HTTP.
func onDiscord(t *testing.T, w *discord.Workspace) linkable {
	id := func(user string) string {
		u, ok := w.UserByName(user)
		if !ok {
			t.Fatalf("there is no %s", user)
		}
		return u.ID
	}
	asked := map[string]*discord.Message{}
	return linkable{
		name: "guild",
		says: func(user, command, argument string) string {
			t.Helper()
			options := map[string]discord.Values{
				"new": {"title": argument, "module": "Payments"}, "status": {"key": argument, "status": "in_progress"}, "link": {"code": argument}, "list": {"what": argument},
			}[command]
			if argument == "" {
				options = nil
			}
			r, err := w.SlashCommand(t.Context(), id(user), "", "/risk", command, options)
			if err != nil || r.Message == nil {
				t.Fatalf("%s: %+v %v", command, r, err)
			}
			asked[user] = r.Message
			return r.Message.Plain
		},
		agrees: func(user string) string {
			t.Helper()
			m := asked[user]
			r, err := w.Press(t.Context(), id(user), m.Channel, m.ID, customID(*m, "form:link:"))
			if err != nil || r.Message == nil {
				t.Fatalf("the button is answered with %+v %v", r, err)
			}
			return r.Message.Plain
		},
		received: func(user string) string {
			return said(w.DMs(id(user)), func(m discord.Message) string { return m.Plain })
		},
	}
}

func said[M any](messages []M, plain func(M) string) string {
	var all strings.Builder
	for _, m := range messages {
		all.WriteString(plain(m) + "\n")
	}
	return all.String()
}

// TestServeLinkedAccounts links accounts with a code, in either direction between two
// platforms and on one platform. The person can then handle in one workspace what they
// filed in the other.
func TestServeLinkedAccounts(t *testing.T) {
	t.Parallel()
	users := []slack.User{{ID: "U0MEI", Name: "mei"}, {ID: "U0KAI", Name: "kai"}, {ID: "U0ANN", Name: "ann"}}
	acme, acmeEnv := standInOf(t, slack.Options{TeamID: "T0ACME", Users: users})
	labs, labsEnv := standInOf(t, slack.Options{TeamID: "T0LABS", Users: users})
	guild, api := standInGuildOf(t, discord.Options{Users: []discord.User{{ID: linID, Name: "lin"}, {ID: meiID, Name: "mei"}, {ID: "100000000000000003", Name: "kai"}}})
	config := strings.Replace(discordConfig, "people:", `  acme: { platform: slack, bot_token: "${ACME_TOKEN}", signing_secret: "${ACME_SECRET}", api_url: "${ACME_API}", rates: unlimited }
  labs: { platform: slack, bot_token: "${LABS_TOKEN}", signing_secret: "${LABS_SECRET}", api_url: "${LABS_API}", rates: unlimited }
people:`, 1)
	env := map[string]string{
		"ACME_TOKEN": acmeEnv["TOKEN"], "ACME_SECRET": acmeEnv["SECRET"], "ACME_API": acmeEnv["API"],
		"LABS_TOKEN": labsEnv["TOKEN"], "LABS_SECRET": labsEnv["SECRET"], "LABS_API": labsEnv["API"],
	}
	s := serveGuild(t, config, true, guild, api, env)
	one, two, three := onSlack(t, s, "acme", acme), onSlack(t, s, "labs", labs), onDiscord(t, guild)
	for _, c := range []struct {
		who      string // each account is linked only once
		from, to linkable
	}{{"mei", one, three}, {"kai", three, one}, {"ann", one, two}} {
		way := c.from.name + " to " + c.to.name
		title := "Ledger of " + c.who
		key := regexp.MustCompile(`R-\d+`).FindString(c.from.says(c.who, "new", title))
		if key == "" {
			t.Fatalf("%s: nothing is filed", way)
		}
		if said := c.to.says(c.who, "status", key); !strings.Contains(said, "You can't change "+key) {
			t.Errorf("%s: the reply to a stranger is %q", way, said)
		}
		code := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(c.from.says(c.who, "link", ""))
		if asked := c.to.says(c.who, "link", code); !strings.Contains(asked, c.from.name) {
			t.Errorf("%s: asked %q", way, asked)
		}
		if said := c.to.agrees(c.who); !strings.Contains(said, "Your account is now linked with") {
			t.Fatalf("%s: linked with %q", way, said)
		}
		if said := c.to.says(c.who, "list", "mine"); !strings.Contains(said, key) {
			t.Errorf("%s: mine is %q", way, said)
		}
		if said := c.to.says(c.who, "status", key); !strings.Contains(said, "In progress") {
			t.Errorf("%s: the reply to the submitter is %q", way, said)
		}
		if again := c.from.says(c.who, "link", code); !strings.Contains(again, "That code doesn't work") {
			t.Errorf("%s: the code was accepted twice: %q", way, again)
		}
		eventually(t, way+": the other account is notified", func() bool { return strings.Contains(c.from.received(c.who), "is now linked with") })
	}
	s.end(t)
}
