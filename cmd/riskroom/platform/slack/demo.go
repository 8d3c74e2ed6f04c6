package slack

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/bots/slackbot"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/text"
)

// demo describes the demo on Slack.
func demo() platform.Demo {
	return platform.Demo{
		UserID: func(n int) string { return fmt.Sprintf("U0DEMO%04d", n) },
		Changes: []string{
			"chat.postMessage", "chat.update", "conversations.create", "conversations.invite", "conversations.setTopic", "bookmarks.add", "pins.add",
		},
		Line:        lineOf,
		Open:        openStage,
		Placeholder: placeholder,
	}
}

// lineOf returns a command as it is typed on a line.
func lineOf(p text.Printer, command string, typed platform.Typed) string {
	words := []string{command, bots.Word(p.Lang(), typed.Name)}
	if typed.Key != "" {
		words = append(words, string(typed.Key))
	}
	if typed.Value != "" {
		words = append(words, typed.Word+typed.Value)
	}
	return strings.Join(words, " ")
}

// openStage starts an emulated workspace.
func openStage(c platform.Cast, s *config.WorkspaceSettings, now func() time.Time) (platform.Stage, error) {
	const bot = "U0000000BOT" // the emulator's own
	end, admin := s.Values[slack.TopicEndKey], s.Values[slack.AdminTokenKey]
	opts := emulator.Options{AdminToken: admin, TeamName: s.Name, Domain: s.Name, Now: now, HomeTab: hasHome(*s)}
	everybody := []string{bot}
	for _, p := range c.People {
		opts.Users = append(opts.Users, emulator.User{ID: p.ID, Name: p.Name, Email: p.Email, TZ: c.Zone, Locale: c.Lang})
		everybody = append(everybody, p.ID)
	}
	for _, g := range c.Groups {
		opts.UserGroups = append(opts.UserGroups, emulator.UserGroup{Handle: g.Name, Name: g.Name, Users: g.Members})
	}
	for _, ch := range c.Channels {
		opts.Channels = append(opts.Channels, emulator.Channel{ID: ch.ID, Name: ch.Name, Members: everybody})
	}
	texts, err := text.Load()
	if err != nil {
		return platform.Stage{}, err
	}
	for _, sc := range slackbot.ShortcutsIn(texts.In(c.Lang)) {
		opts.Shortcuts = append(opts.Shortcuts, emulator.Shortcut(sc))
	}
	ws, err := emulator.New(opts)
	if err != nil {
		return platform.Stage{}, err
	}
	url, err := ws.Start("")
	if err != nil {
		return platform.Stage{}, errors.Join(err, ws.Close())
	}
	s.APIURL = url + "/api/"
	s.Values = map[string]string{
		platform.BotTokenKey: ws.BotToken(), signingSecretKey: ws.SigningSecret(), slack.AppHomeKey: s.Values[slack.AppHomeKey],
		slack.TopicEndKey: end, slack.AdminTokenKey: admin,
	}
	return platform.Stage{StandIn: ws, Hands: ws.Hands(), Connect: func(public string) {
		way := public + "/slack/" + s.Name + "/"
		ws.Connect(way+"commands", way+"interactions", way+"events")
	}}, nil
}

// placeholder returns a value for an unset key.
func placeholder(key string) string {
	switch key {
	case platform.BotTokenKey:
		return "xoxb-for-the-demo"
	case appTokenKey:
		return "xapp-demo"
	case slack.AdminTokenKey:
		return "xoxp-demo"
	case signingSecretKey, previousSigningSecretKey:
		return strings.Repeat("0", 32)
	case "channel":
		return "C0DEMO"
	}
	return ""
}
