package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// discordFrontend is an emulated Discord guild, where there are no guests.
type discordFrontend struct {
	*emulator.Workspace
	api    string
	http   bool
	forged int
}

const discordLobby = "300000000000000001"

var discordIDs = map[role]string{
	submitter: "100000000000000001", handler: "100000000000000002", onCall: "100000000000000003",
	lead: "100000000000000004", administrator: "100000000000000005", member: "100000000000000006",
}

func newDiscordFrontend(t *testing.T, overHTTP bool) frontend {
	t.Helper()
	const group = "200000000000000001"
	o := emulator.Options{
		Roles:    []emulator.Role{{ID: group, Name: "oncall"}},
		Channels: []emulator.Channel{{ID: discordLobby, Name: "lobby"}},
		Deadline: time.Minute,
	}
	for who, id := range discordIDs {
		u := emulator.User{ID: id, Name: "u" + id}
		if who == onCall {
			u.Roles = []string{group}
		}
		o.Users = append(o.Users, u)
	}
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	at, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &discordFrontend{Workspace: w, api: at + "/api/v10/", http: overHTTP}
}

func (d *discordFrontend) id(who role) string { return discordIDs[who] }
func (d *discordFrontend) lobby() string      { return discordLobby }

func (d *discordFrontend) settings() string {
	way := ""
	if d.http {
		way = `, public_key: "${KEY}"`
	}
	return `platform: discord, bot_token: "${TOKEN}", guild_id: "` + d.GuildID() + `", api_url: "` + d.api + `"` + way
}

func (d *discordFrontend) values() map[string]string {
	return map[string]string{"TOKEN": d.BotToken(), "KEY": d.PublicKey()}
}

func (d *discordFrontend) connect(ctx context.Context, at string) error {
	if d.http {
		d.Connect(at + "/discord/home/interactions")
	}
	for len(d.Commands()) == 0 || !d.http && d.Gateway().Connected() == 0 {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// reply waits for the final reply to a person.
func (d *discordFrontend) reply(reply emulator.Reply, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if reply.Modal != nil {
		return fmt.Sprint(*reply.Modal), nil
	}
	for end := time.Now().Add(time.Minute); reply.Deferred && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if m, ok := d.Answer(reply.ID); ok && m.Plain != reply.Message.Plain {
			return m.Plain, nil
		}
	}
	if reply.Message == nil || reply.Deferred {
		return "", errors.New("there is no reply")
	}
	return reply.Message.Plain, nil
}

func (d *discordFrontend) command(ctx context.Context, as role, sub string, options emulator.Values) (string, error) {
	return d.reply(d.SlashCommand(ctx, d.id(as), discordLobby, "/risk", sub, options))
}

func (d *discordFrontend) file(ctx context.Context, as role, title string) (string, error) {
	return d.command(ctx, as, "new", emulator.Values{"title": title, "module": "Payments"})
}

func (d *discordFrontend) fileMessage(ctx context.Context, as role) (string, error) {
	id, err := d.Say(d.id(administrator), discordLobby, "The ledger is off")
	if err != nil {
		return "", err
	}
	reply, err := d.MessageCommand(ctx, d.id(as), discordLobby, id, "File as risk")
	said, err := d.reply(reply, err)
	if reply.Modal != nil {
		err = d.Hands().Close(ctx, d.id(as), reply.ID)
	}
	return said, err
}

func (d *discordFrontend) noteMessage(ctx context.Context, as role, key core.RiskKey) (string, error) {
	id, err := d.Say(d.id(administrator), discordLobby, "The bank called back")
	if err != nil {
		return "", err
	}
	reply, err := d.MessageCommand(ctx, d.id(as), discordLobby, id, "Add as note")
	if err != nil || reply.Modal == nil {
		return d.reply(reply, err)
	}
	return d.reply(d.SubmitModal(ctx, d.id(as), emulator.Values{"risk": string(key)}))
}

func (d *discordFrontend) show(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "show", emulator.Values{"key": string(key)})
}

func (d *discordFrontend) why(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "why", emulator.Values{"key": string(key)})
}

func (d *discordFrontend) history(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "history", emulator.Values{"key": string(key)})
}

func (d *discordFrontend) search(ctx context.Context, as role, word string) (string, error) {
	return d.command(ctx, as, "list", emulator.Values{"what": "all", "title": word})
}

func (d *discordFrontend) list(ctx context.Context, as role) (string, error) {
	return d.command(ctx, as, "list", nil)
}

func (d *discordFrontend) change(ctx context.Context, as role, key core.RiskKey, to core.Status) (string, error) {
	return d.command(ctx, as, "status", emulator.Values{"key": string(key), "status": string(to), "note": "because"})
}

func (d *discordFrontend) suggest(ctx context.Context, as role) (string, error) {
	reply, err := d.Autocomplete(ctx, d.id(as), discordLobby, "/risk", "show", "key", "R", nil)
	if len(reply.Choices) == 0 {
		return "", err
	}
	return fmt.Sprint(reply.Choices), err
}

func (d *discordFrontend) details(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.press(ctx, as, key, core.PressDetails)
}

func (d *discordFrontend) start(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.press(ctx, as, key, core.PressStart)
}

func (d *discordFrontend) release(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.command(ctx, as, "group release", emulator.Values{"key": string(key)})
}

func (d *discordFrontend) work(ctx context.Context, as role, command string, key core.RiskKey, values ...[2]string) (string, error) {
	options := emulator.Values{"key": string(key)}
	for _, v := range values {
		options[v[0]] = v[1]
	}
	said, err := d.command(ctx, as, command, options)
	for _, w := range d.View().For(d.id(as)).Windows {
		err = errors.Join(err, d.Hands().Close(ctx, w.Person, w.ID))
	}
	return said, err
}

func (d *discordFrontend) take(ctx context.Context, as role, key core.RiskKey) (string, error) {
	return d.press(ctx, as, key, core.PressTake)
}

func (d *discordFrontend) hide(group string) error {
	return d.RemoveOverwrite(d.OwnerID(), group, d.BotUserID())
}

// press presses a button of the risk's card in the lobby.
func (d *discordFrontend) press(ctx context.Context, as role, key core.RiskKey, press core.Press) (string, error) {
	prefix := "riskroom." + string(press) + ":" + string(key) + "@"
	var failed string // the button that could not be pressed, because the card changed
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, m := range d.Messages(discordLobby) {
			raw, err := json.Marshal(m.Components)
			if err != nil {
				return "", err
			}
			_, rest, ok := strings.Cut(string(raw), `"`+prefix)
			if !ok {
				continue
			}
			rest, _, _ = strings.Cut(rest, `"`)
			said, err := d.reply(d.Press(ctx, d.id(as), discordLobby, m.ID, prefix+rest))
			if err == nil || failed == rest {
				return said, err
			}
			failed = rest
		}
	}
	return "", fmt.Errorf("%s has no card", key)
}

func (d *discordFrontend) forgeFiling(ctx context.Context, as role, title string) error {
	return d.submit(ctx, as, `file`, `{"module":"Payments"}`, map[string]string{"title": title, "module": "Payments"})
}

func (d *discordFrontend) forgeChange(ctx context.Context, as role, key core.RiskKey) error {
	return d.submit(ctx, as, `resolve`, `{"risk":"`+string(key)+`","seen":"0"}`, map[string]string{"note": "forged"})
}

func (d *discordFrontend) forgeEdit(ctx context.Context, as role, key core.RiskKey, title string) error {
	return d.submit(ctx, as, `edit`, `{"risk":"`+string(key)+`","seen":"0"}`, map[string]string{"title": title})
}

// submit sends the submission of a modal that isn't open, as Discord would.
func (d *discordFrontend) submit(ctx context.Context, as role, form, state string, inputs map[string]string) error {
	d.forged++
	var rows []any
	for id, value := range inputs {
		rows = append(rows, map[string]any{"type": 1, "components": []any{map[string]any{"type": 4, "custom_id": id, "value": value}}})
	}
	payload := map[string]any{
		"id": strconv.Itoa(9000000000000000000 + d.forged), "application_id": d.ApplicationID(), "type": 5, "token": "forged",
		"guild_id": d.GuildID(), "channel_id": discordLobby,
		"member": map[string]any{"user": map[string]any{"id": d.id(as), "username": "u"}},
		"data":   map[string]any{"custom_id": "form:" + form + ":" + core.MakeOp("forged", string(as), form) + ":" + state, "components": rows},
	}
	if !d.http {
		d.SendEvent("INTERACTION_CREATE", payload)
		return nil
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	status, answer, err := d.SendSigned(ctx, body, time.Now())
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, answer)
	}
	return err
}
