package upgrade_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// effect matches the effect of a step in a text from words.
var (
	saidEffect  = regexp.MustCompile(`(remind|discuss)-(message|later|group|post|slow)-[a-z]+`)
	groupEffect = regexp.MustCompile(`^(group|post|topic|slow)-(ended|done|lost|parked|deferred)`)
	topicEffect = regexp.MustCompile(`retopic-topic-[a-z]+`)
)

// effects counts the flows' visible effects by workspace, kind and title, with each
// platform's API.
func (w *world) effects(t *testing.T) map[string]int {
	t.Helper()
	n := map[string]int{}
	for name, read := range map[string]func(*testing.T) []room{"acme": w.slackRooms, "guild": w.discordRooms} {
		for _, r := range read(t) {
			if what := groupEffect.FindString(words(r.name)); what != "" {
				n[name+" group "+what]++
			}
			if what := topicEffect.FindString(words(r.topic)); what != "" {
				n[name+" topic "+what]++
			}
			for _, m := range r.messages {
				if what := saidEffect.FindString(words(m)); what != "" {
					n[name+" message "+what]++
				}
			}
		}
	}
	return n
}

// room is a channel or a direct conversation.
type room struct {
	name, topic string
	messages    []string // as JSON
}

// ask sends a request to an emulator.
func (l *line) ask(t *testing.T, method, path, kind, body string, into any) {
	t.Helper()
	status, answer, err := l.send(request{Method: method, Path: path, Type: kind, Body: body}, nil)
	if err == nil && status < 300 {
		err = json.Unmarshal(answer, into)
	}
	if err != nil || status >= 300 || strings.Contains(string(answer), `"ok":false`) {
		t.Fatalf("%s %s: %d %s %v", method, path, status, answer, err)
	}
}

func (w *world) slackRooms(t *testing.T) (all []room) {
	t.Helper()
	const form = "application/x-www-form-urlencoded"
	l := w.lines["acme"]
	var list struct {
		Channels []struct {
			ID, Name string
			Topic    struct{ Value string }
		}
	}
	l.ask(t, "POST", "/api/users.conversations", form, "limit=500&types=public_channel,private_channel,im", &list)
	for _, c := range list.Channels {
		var history struct{ Messages []json.RawMessage }
		l.ask(t, "POST", "/api/conversations.history", form, "limit=500&channel="+c.ID, &history)
		r := room{name: c.Name, topic: c.Topic.Value}
		for _, m := range history.Messages {
			r.messages = append(r.messages, string(m))
		}
		all = append(all, r)
	}
	return all
}

func (w *world) discordRooms(t *testing.T) (all []room) {
	t.Helper()
	const base, jsonType = "/api/v10", "application/json"
	l := w.lines["guild"]
	type channel struct {
		ID, Name, Topic string
		Type            int
	}
	var list []channel
	l.ask(t, "GET", base+"/guilds/"+w.env["DISCORD_GUILD"]+"/channels", "", "", &list)
	for _, id := range discordPeople {
		var direct channel
		l.ask(t, "POST", base+"/users/@me/channels", jsonType, `{"recipient_id":"`+id+`"}`, &direct)
		list = append(list, direct)
	}
	for _, c := range list {
		if c.Type != 0 && c.Type != 1 {
			continue
		}
		var messages []json.RawMessage
		l.ask(t, "GET", base+"/channels/"+c.ID+"/messages?limit=100", "", "", &messages)
		r := room{name: c.Name, topic: c.Topic}
		for _, m := range messages {
			r.messages = append(r.messages, string(m))
		}
		all = append(all, r)
	}
	return all
}
