package demo

import (
	"errors"
	"fmt"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/config"
)

// slackManner is how one plays on Slack: a form takes all fields of a risk.
func slackManner() manner {
	return manner{
		title:   "Slack",
		userID:  func(n int) string { return fmt.Sprintf("U0DEMO%04d", n) },
		byEmail: slack.Settings().ByEmail,
		changes: []string{
			"chat.postMessage", "chat.update", "conversations.create", "conversations.invite", "conversations.setTopic", "bookmarks.add", "pins.add",
		},
		inLine: func(string) bool { return false },
		file:   func(command string, _ []given) string { return command + " new" },
		person: func(_, id string) string { return id },
		resolve: func(command string, key core.RiskKey, note string) string {
			if key != "" {
				command += " status " + string(key)
			} else {
				command += " status"
			}
			return command + " " + string(core.Resolved) + " " + note
		},
		open: openSlack,
	}
}

// openSlack starts the stand-in for a workspace.
func openSlack(c *castIn, s *config.WorkspaceSettings, now func() time.Time) (opened, error) {
	const bot = "U0000000BOT" // the stand-in's own
	opts := emulator.Options{TeamName: s.Name, Domain: s.Name, Now: now}
	everybody := []string{bot}
	for _, p := range c.people {
		opts.Users = append(opts.Users, emulator.User{ID: p.id, Name: p.name, Email: p.email, TZ: c.zone, Locale: c.lang})
		everybody = append(everybody, p.id)
	}
	for _, g := range c.groups {
		opts.UserGroups = append(opts.UserGroups, emulator.UserGroup{Handle: g.name, Name: g.name, Users: g.members})
	}
	for _, id := range c.channels {
		opts.Channels = append(opts.Channels, emulator.Channel{ID: id, Name: channelName(id), Members: everybody})
	}
	ws, err := emulator.New(opts)
	if err != nil {
		return opened{}, err
	}
	url, err := ws.Start("")
	if err != nil {
		return opened{}, errors.Join(err, ws.Close())
	}
	s.APIURL = url + "/api/"
	s.Values = map[string]string{"bot_token": ws.BotToken(), "signing_secret": ws.SigningSecret()}
	return opened{standIn: ws, hands: ws.Hands(), connect: func(public string) {
		way := public + "/slack/" + s.Name + "/"
		ws.Connect(way+"commands", way+"interactions", "", way+"events")
	}}, nil
}
