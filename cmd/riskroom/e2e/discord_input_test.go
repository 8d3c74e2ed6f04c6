package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

// hostileThere is a text with Discord's markup and mentions.
const hostileThere = "@everyone @here <@" + linThere + "> <@&1> <#100000000000000009> **b** __u__ _i_ ~~s~~ ||h|| `c` > q [l](http://evil.example) " +
	"</risk new:1> <t:0:R> <a:x:1> :tada: \\* \u202eltr\u202c a\u200bb {{ .key }}"

// readThere is hostileThere as its author saw it.
var readThere = strings.NewReplacer("<@"+linThere+">", "@Lin Chen", "<#100000000000000009>", "#unknown-channel", "<t:0:R>", "1970-01-01 00:00", "<a:x:1>", ":x:").Replace(hostileThere)

// TestDiscordInput checks that text is shown as typed and notifies nobody, and that
// requests that are forged, stale, replayed or for another guild are counted and
// rejected.
func TestDiscordInput(t *testing.T) {
	t.Parallel()
	fields := `fields:
  remark: { type: text, label: Remark }
`
	p, w := onDiscord(t, "web", true)
	b := newBench(t, startRedis(t), set{flows: fields + reminder + strings.TrimPrefix(group, "flows:\n"), platforms: []*platform{p}})
	b.up()
	b.open()
	g := guild{b, w, "web"}
	g.showsTextAsTyped()
	g.rejectsBadRequests()
	b.down()
}

func (g guild) showsTextAsTyped() {
	g.Helper()
	ctx := context.Background()
	if r, err := g.SlashCommand(ctx, anaThere, "", "/risk", "new", emulator.Values{"module": "Payments", "discovered": "2026-01-02"}); err != nil || r.Modal == nil {
		g.Fatalf("no form: %v %+v", err, r)
	}
	written := "# h\n> q\n- b\n1. n\n-# s\n```\n" + hostileThere
	r, err := g.SubmitModal(ctx, anaThere, emulator.Values{"title": hostileThere, "description": written})
	if err != nil {
		g.Fatal(err)
	}
	if _, err := g.Press(ctx, anaThere, r.Message.Channel, r.Message.ID, button(r.Message, "submit:")); err != nil {
		g.Fatal(err)
	}
	g.shown(anaThere, "R-1 is filed: "+core.Isolate(readThere))
	s := g.look()
	g.ended(s, "R-1")
	g.risk(weiThere, "list", nil)
	g.risk(weiThere, "show", emulator.Values{"key": "R-1"})
	g.risk(linThere, "status", emulator.Values{"key": "R-1", "status": "shelved", "note": "@here 10 * 2 * 3 > 5 <@" + linThere + ">"})
	var all []emulator.Message
	for _, user := range []string{anaThere, linThere, weiThere} {
		all = append(append(all, g.DMs(user)...), g.Ephemerals(user)...)
	}
	channels, shown, whole := 0, 0, 0
	for _, ch := range g.Channels() {
		if strings.HasSuffix(ch.Name, "-r-1") {
			channels++
			all = append(all, g.Messages(ch.ID)...)
			if said := g.PlainText(ch.Topic); !strings.Contains(said, "About R-1") {
				g.Errorf("the topic is %q", said)
			}
		}
	}
	for _, m := range all {
		for _, who := range m.Notifies {
			if who != linThere && who != weiThere {
				g.Errorf("somebody else is notified: %q by %s", m.Notifies, m.Plain)
			}
		}
		if strings.Contains(m.Plain, "R-1 "+core.Isolate(readThere)) {
			shown++
		}
		if strings.Contains(m.Plain, core.Isolate(strings.Replace(written, hostileThere, readThere, 1))) {
			whole++
		}
	}
	if channels != 1 || shown < 5 || whole < 1 { // two reminders, the badge, the card, and show
		g.Errorf("%d channels; %d messages show the text as typed, %d all of it, of these:\n%+v", channels, shown, whole, all)
	}
	// Discord's own client limits the length; another client may not.
	for field, limit := range map[string]string{"description": "4000", "title": "200"} {
		options := map[string]string{"title": "Long", "module": "Payments"}
		options[field] = strings.Repeat("長", 10_000)
		status, answer, err := g.SendSigned(ctx, g.forged("new", options), time.Now())
		if err != nil || status != http.StatusOK || !strings.Contains(string(answer), limit) {
			g.Errorf("a long %s: %d %v %.300s", field, status, err, answer)
		}
	}
	if got := g.titles(); len(got) != 0 { // the only risk is shelved
		g.Errorf("risks: %q", got)
	}
	g.ended(s, "R-1") // its cards have been updated
}

// forged returns the body of a command that Discord hasn't sent, with a new ID.
func (g guild) forged(sub string, options map[string]string) []byte {
	list := []map[string]any{}
	for name, value := range options {
		list = append(list, map[string]any{"type": 3, "name": name, "value": value})
	}
	return g.interaction(map[string]any{"type": 2, "data": map[string]any{
		"name": "risk", "options": []map[string]any{{"type": 1, "name": sub, "options": list}},
	}})
}

// interaction returns the body of an interaction of ana's, with the fields replaced.
func (g guild) interaction(fields map[string]any) []byte {
	all := map[string]any{
		"id": strconv.FormatInt((time.Now().UnixMilli()-1420070400000)<<22|forgeries.Add(1), 10), "application_id": g.ApplicationID(),
		"token": "forged", "guild_id": g.GuildID(), "member": map[string]any{"user": map[string]any{"id": anaThere, "username": "ana"}},
	}
	maps.Copy(all, fields)
	body, err := json.Marshal(all)
	if err != nil {
		g.Fatal(err)
	}
	return body
}

func (g guild) rejectsBadRequests() {
	g.Helper()
	evil := map[string]string{"title": "Evil", "module": "Payments"}
	post := func(body []byte, contentType string) (int, error) {
		resp, err := http.Post(g.now.public+"discord/web/interactions", contentType, bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, resp.Body.Close()
	}
	signed := func(body []byte, age time.Duration) func() (int, error) {
		return func() (int, error) {
			status, _, err := g.SendSigned(context.Background(), body, time.Now().Add(-age))
			return status, err
		}
	}
	real := g.filed("Real")
	began := len(g.Workspace.Log().Calls())
	for what, c := range map[string]struct {
		send    func() (int, error)
		status  int
		outcome string
	}{
		"unsigned":         {func() (int, error) { return post(g.forged("new", evil), "application/json") }, 401, "bad_signature"},
		"wrongly signed":   {func() (int, error) { return g.SendBadSignature(context.Background(), g.forged("new", evil)) }, 401, "bad_signature"},
		"stale":            {signed(g.forged("new", evil), 6*time.Minute), 401, "stale"},
		"early":            {signed(g.forged("new", evil), -6*time.Minute), 401, "stale"},
		"replayed":         {func() (int, error) { return g.Replay(context.Background()) }, 401, "replay"},
		"of another guild": {signed(g.interaction(map[string]any{"type": 2, "guild_id": "99999"}), 0), 403, "wrong_guild"},
		"of nobody":        {signed(g.interaction(map[string]any{"type": 2, "member": nil}), 0), 400, "malformed"},
		"no token":         {signed(g.interaction(map[string]any{"type": 2, "token": ""}), 0), 400, "malformed"},
		"a number":         {signed(g.interaction(map[string]any{"id": 7}), 0), 400, "malformed"},
		"cut":              {signed(g.forged("new", evil)[:80], 0), 400, "malformed"},
		"empty":            {signed(nil, 0), 400, "malformed"},
		"too large":        {signed(append(g.forged("new", evil), bytes.Repeat([]byte(" "), core.MaxBody)...), 0), 413, "too_large"},
		"a form":           {func() (int, error) { return post([]byte("payload=x"), "application/x-www-form-urlencoded") }, 415, "content_type"},
		"of a new type":    {signed(g.interaction(map[string]any{"type": 77}), 0), 200, "unknown_type"},
		"another command":  {signed(g.interaction(map[string]any{"type": 2, "data": map[string]any{"name": "evil"}}), 0), 200, "unknown_type"},
		"another's button": {signed(g.interaction(map[string]any{"type": 3, "data": map[string]any{"custom_id": "riskroom.resolve:" + string(real)}}), 0), 200, "unknown_type"},
		"an odd modal":     {signed(g.interaction(map[string]any{"type": 5, "data": map[string]any{"custom_id": "form:new:x:{"}}), 0), 200, "unknown_type"},
	} {
		before := g.counted("interactions", c.outcome)
		if got, err := c.send(); err != nil || got != c.status {
			g.Errorf("%s is answered with %d %v, want %d", what, got, err, c.status)
		}
		if got := g.counted("interactions", c.outcome); got != before+1 {
			g.Errorf("%s is not counted as %s: %d after %d", what, c.outcome, got, before)
		}
	}
	if got := g.titles(); !slices.Equal(got, []string{"Real"}) {
		g.Errorf("risks: %q", got)
	}
	if rec, err := g.look().Get(context.Background(), real); err != nil || rec.Risk.Version != 1 {
		g.Errorf("%s has changed: %v %+v", real, err, rec.Risk)
	}
	for _, c := range g.Workspace.Log().Since(began) {
		if c.Write {
			g.Errorf("Discord was called: %+v", c)
		}
	}
}

// forgeries counts forged IDs, to make them differ.
var forgeries atomic.Int64
