package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/bots/slackbot"
	"riskroom/core"
	"riskroom/core/text"
)

// slackFrontend is an emulated Slack workspace.
type slackFrontend struct {
	*emulator.Workspace
	api, way string
	socket   bool
	forged   int
	end      string // topic_end; "": announce
}

const slackLobby = "C0000LOBBY"

var slackIDs = map[role]string{
	submitter: "U00000ANA01", handler: "U00000LIN01", onCall: "U00000ONC01", lead: "U00000WEI01",
	administrator: "U00000ADM01", member: "U00000MEM01", guest: "U00000GUE01", partner: "U00000PAR01",
	outsider: "U00000OUT01", ally: "U00000ALL01",
}

func newSlackFrontend(t *testing.T, socket bool) frontend {
	t.Helper()
	o := emulator.Options{SocketMode: socket, Deadline: time.Minute, UserGroups: []emulator.UserGroup{{ID: "S0000ONCALL", Handle: "oncall", Users: []string{slackIDs[onCall]}}}}
	lobby := emulator.Channel{ID: slackLobby, Name: "lobby"}
	for who, id := range slackIDs {
		u := emulator.User{ID: id, Name: strings.ToLower(id), Guest: who == guest || who == partner}
		if who == outsider || who == ally {
			u.Team = "T00000OTHER"
		}
		o.Users = append(o.Users, u)
		lobby.Members = append(lobby.Members, id)
	}
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	lobby.Members = append(lobby.Members, w.BotUserID())
	_ = w.Close() // its bot's ID was asked for
	o.Channels = []emulator.Channel{lobby}
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range slackbot.ShortcutsIn(texts.In(text.English)) {
		o.Shortcuts = append(o.Shortcuts, emulator.Shortcut(sc))
	}
	if w, err = emulator.New(o); err != nil {
		t.Fatal(err)
	}
	at, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &slackFrontend{Workspace: w, api: at + "/api/", socket: socket}
}

func (s *slackFrontend) id(who role) string { return slackIDs[who] }
func (s *slackFrontend) lobby() string      { return slackLobby }

func (s *slackFrontend) settings() string {
	way := `signing_secret: "${SECRET}"`
	if s.socket {
		way = `app_token: "${APP}"`
	}
	return `platform: slack, bot_token: "${TOKEN}", api_url: "` + s.api + `", topic_end: ` + cmp.Or(s.end, "announce") + `, ` + way
}

func (s *slackFrontend) values() map[string]string {
	return map[string]string{"TOKEN": s.BotToken(), "SECRET": s.SigningSecret(), "APP": s.AppToken()}
}

func (s *slackFrontend) connect(ctx context.Context, at string) error {
	s.way = at + "/slack/home/"
	s.Connect(s.way+"commands", s.way+"interactions", s.way+"events")
	if s.socket {
		return s.Socket().WaitConnected(ctx, 1)
	}
	return nil
}

// reply does something as a person and returns the reply, immediate or later.
func (s *slackFrontend) reply(as role, do func(user string) (emulator.Reply, error)) (string, error) {
	user := s.id(as)
	before := len(s.Ephemerals(user))
	reply, err := do(user)
	if err != nil {
		return "", err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		said := ""
		if view, open := s.OpenView(user); open {
			said = view.Title + "\n" + view.Plain
			if err := s.CloseView(user, view.ID); err != nil {
				return said, err
			}
		}
		if reply.Message != nil {
			said += reply.Message.Plain
		}
		for _, m := range s.Ephemerals(user)[before:] {
			said += "\n" + m.Plain
		}
		if said != "" {
			return said, nil
		}
	}
	return "", errors.New("there is no reply")
}

func (s *slackFrontend) command(ctx context.Context, as role, line string) (string, error) {
	return s.reply(as, func(user string) (emulator.Reply, error) { return s.SlashCommand(ctx, user, slackLobby, "/risk", line) })
}

func (s *slackFrontend) file(ctx context.Context, as role, title string) (string, error) {
	return s.command(ctx, as, "new "+title+" module:Payments")
}

func (s *slackFrontend) fileMessage(ctx context.Context, as role) (string, error) {
	ts, err := s.Say(s.id(administrator), slackLobby, "The ledger is off")
	if err != nil {
		return "", err
	}
	return s.reply(as, func(user string) (emulator.Reply, error) {
		return s.MessageShortcut(ctx, user, slackLobby, ts, "file_message")
	})
}

func (s *slackFrontend) noteMessage(ctx context.Context, as role, key core.RiskKey) (string, error) {
	ts, err := s.Say(s.id(administrator), slackLobby, "The bank called back")
	if err != nil {
		return "", err
	}
	reply, err := s.MessageShortcut(ctx, s.id(as), slackLobby, ts, "note_message")
	if err != nil || reply.View == nil {
		return reply.Body, err
	}
	reply, err = s.SubmitView(ctx, s.id(as), reply.View.ID, emulator.Values{"risk": {string(key)}})
	if err != nil || reply.View == nil {
		return reply.Body, err
	}
	return fmt.Sprint(reply.Errors, reply.View.Plain), s.CloseView(s.id(as), reply.View.ID)
}

func (s *slackFrontend) show(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "show "+string(key))
}

func (s *slackFrontend) list(ctx context.Context, as role) (string, error) {
	return s.command(ctx, as, "list")
}

func (s *slackFrontend) search(ctx context.Context, as role, word string) (string, error) {
	return s.command(ctx, as, "list all "+word)
}

func (s *slackFrontend) why(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "why "+string(key))
}

func (s *slackFrontend) history(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "history "+string(key))
}

// suggest returns "", because no menu on Slack suggests risks.
func (s *slackFrontend) suggest(context.Context, role) (string, error) { return "", nil }

func (s *slackFrontend) change(ctx context.Context, as role, key core.RiskKey, to core.Status) (string, error) {
	return s.command(ctx, as, "status "+string(key)+" "+string(to)+" because")
}

func (s *slackFrontend) details(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.press(ctx, as, key, core.PressDetails)
}

func (s *slackFrontend) start(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.press(ctx, as, key, core.PressStart)
}

func (s *slackFrontend) release(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.command(ctx, as, "group release "+string(key))
}

func (s *slackFrontend) work(ctx context.Context, as role, command string, key core.RiskKey, values ...[2]string) (string, error) {
	line := command + " " + string(key)
	for _, v := range values {
		if command == "edit" {
			v[1] = v[0] + ":" + v[1]
		}
		line += " " + v[1]
	}
	return s.command(ctx, as, line)
}

func (s *slackFrontend) take(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return s.press(ctx, as, key, core.PressTake)
}

func (s *slackFrontend) hide(group string) error { return s.KickBot(s.id(lead), group) }

// press presses a button of the risk's card in the lobby, again if the card changes before.
func (s *slackFrontend) press(ctx context.Context, as role, key core.RiskKey, press core.Press) (string, error) {
	var failed string // the button that could not be pressed
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, m := range s.Messages(slackLobby) {
			if !strings.Contains(m.Plain, string(key)+" ") {
				continue
			}
			pressed := "riskroom." + string(press)
			raw, err := json.Marshal(m.Blocks)
			if err != nil {
				return "", err
			}
			if _, option, ok := strings.Cut(string(raw), `"value":"`+pressed+":"); ok { // in the menu
				option, _, _ = strings.Cut(option, `"`)
				pressed = "riskroom.more/" + pressed + ":" + option
			}
			said, err := s.reply(as, func(user string) (emulator.Reply, error) { return s.Press(ctx, user, slackLobby, m.TS, pressed) })
			if err == nil || failed == pressed {
				return said, err
			}
			failed = pressed
		}
	}
	return "", fmt.Errorf("%s has no card", key)
}

func (s *slackFrontend) forgeFiling(ctx context.Context, as role, title string) error {
	value := func(of string, in map[string]any) map[string]any { return map[string]any{of: in} }
	return s.submit(ctx, as, "file", map[string]string{"module": "Payments"}, map[string]any{
		"title":  value("title", map[string]any{"type": "plain_text_input", "value": title}),
		"module": value("module", map[string]any{"type": "static_select", "selected_option": map[string]any{"value": "Payments"}}),
	})
}

func (s *slackFrontend) forgeChange(ctx context.Context, as role, key core.RiskKey) error {
	return s.submit(ctx, as, "resolve", map[string]string{"risk": string(key), "seen": "0"}, map[string]any{
		"note": map[string]any{"note": map[string]any{"type": "plain_text_input", "value": "forged"}},
	})
}

func (s *slackFrontend) forgeEdit(ctx context.Context, as role, key core.RiskKey, title string) error {
	return s.submit(ctx, as, "edit", map[string]string{"risk": string(key), "seen": "0"}, map[string]any{
		"title": map[string]any{"title": map[string]any{"type": "plain_text_input", "value": title}},
	})
}

// submit sends the submission of a modal that isn't open, as Slack would.
func (s *slackFrontend) submit(ctx context.Context, as role, form string, state map[string]string, values map[string]any) error {
	s.forged++
	metadata, _ := json.Marshal(state) // of strings
	payload := map[string]any{
		"type": "view_submission", "team": map[string]any{"id": s.TeamID()}, "trigger_id": fmt.Sprintf("forged.%s.%d", as, s.forged),
		"user": map[string]any{"id": s.id(as), "team_id": s.TeamID()},
		"view": map[string]any{
			"id": fmt.Sprintf("V%d", s.forged), "callback_id": form, "private_metadata": string(metadata), "state": map[string]any{"values": values},
		},
	}
	if s.socket {
		_, err := s.Socket().SendEnvelope(ctx, "interactive", payload)
		return err
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	body := url.Values{"payload": {string(raw)}}.Encode()
	now := time.Now().Unix()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.way+"interactions", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now, 10))
	r.Header.Set("X-Slack-Signature", emulator.Sign(s.SigningSecret(), now, []byte(body)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}
