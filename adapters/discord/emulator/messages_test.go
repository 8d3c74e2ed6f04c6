package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

func TestMessageThroughTheLibrary(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	sent, err := b.api.ChannelMessageSendComplex(public, &discordgo.MessageSend{
		Content:         "for <@" + lin + ">",
		Embeds:          []*discordgo.MessageEmbed{{Title: "R-17", Fields: []*discordgo.MessageEmbedField{{Name: "Status", Value: "pending"}}}},
		Components:      []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Details", CustomID: "d"}}}},
		AllowedMentions: &discordgo.MessageAllowedMentions{Users: []string{lin}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := b.Messages(public)[0]
	if m.Plain != "for @lin\nR-17\nStatus\npending\n[Details]" || !slices.Equal(m.Notifies, []string{lin}) || m.ID != sent.ID {
		t.Errorf("%+v", m)
	}
	if _, err := b.api.ChannelMessageEdit(public, sent.ID, "done"); err != nil {
		t.Fatal(err)
	}
	list, err := b.api.ChannelMessages(public, 1, "", "", "")
	if err != nil || list[0].Content != "done" || list[0].EditedTimestamp == nil || len(list[0].Embeds) != 1 || len(list[0].Components) != 1 {
		t.Errorf("read %+v %v", list, err)
	}
	b.refused(404, 10008, "PATCH", "/channels/"+public+"/messages/"+nobody, object{"content": "x"})
}

func TestNonce(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	b := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return now } })
	send := func(body object) string { return b.post(public, body) }
	first := b.fine("POST", "/channels/"+public+"/messages", object{"content": "a", "nonce": "op", "enforce_nonce": true})
	if first["nonce"] != "op" {
		t.Errorf("the answer to the sending tells the nonce: %v", first)
	}
	if again := send(object{"content": "b", "nonce": "op", "enforce_nonce": true}); again != first["id"] {
		t.Error("a repeated nonce made a second message")
	}
	if calls := b.Log().Calls(); calls[1].Effect {
		t.Error("a repeated nonce is no effect")
	}
	if other := send(object{"content": "c", "nonce": "op"}); other == first["id"] {
		t.Error("without enforce_nonce nothing is unique")
	}
	if _, told := b.list("/channels/" + public + "/messages")[0]["nonce"]; told {
		t.Error("a later read tells the nonce")
	}
	now = now.Add(3 * time.Minute)
	if late := send(object{"content": "d", "nonce": "op", "enforce_nonce": true}); late == first["id"] {
		t.Error("the window never ends")
	}
	b.wrong("nonce", "BASE_TYPE_MAX_LENGTH", "POST", "/channels/"+public+"/messages", object{"content": "a", "nonce": strings.Repeat("x", 26)})
	if at, err := discordgo.SnowflakeTimestamp(b.Messages(public)[0].ID); err != nil || !at.Equal(now.Add(-3*time.Minute)) {
		t.Errorf("the ID of the first message holds %v, %v", at, err)
	}
}

func TestReadingMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var ids []string
	for i := range 60 {
		ids = append(ids, b.post(public, object{"content": fmt.Sprint(i)}))
	}
	url := "/channels/" + public + "/messages"
	for query, want := range map[string][]string{
		"?limit=2":                    {ids[59], ids[58]},
		"?limit=2&after=" + ids[10]:   {ids[12], ids[11]},
		"?limit=100&after=" + ids[57]: {ids[59], ids[58]},
		"?limit=100&after=" + ids[59]: nil,
		"?limit=1&after=0":            {ids[0]},
		"?limit=2&after=" + nobody:    nil,
	} {
		var got []string
		for _, m := range b.list(url + query) {
			got = append(got, m["id"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if n := len(b.list(url)); n != 50 {
		t.Errorf("%d messages without a limit", n)
	}
	b.wrong("limit", "NUMBER_TYPE_MAX", "GET", url+"?limit=101", nil)
	b.wrong("after", "NUMBER_TYPE_COERCE", "GET", url+"?after=x", nil)
}

func TestHiddenMetadata(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	id := card(b, public)
	b.fine("PUT", "/channels/"+public+"/messages/pins/"+id, nil)
	b.Faults().Order(stage.Fault{Kind: stage.HideMetadata, Times: 2})
	pinned := b.fine("GET", "/channels/"+public+"/messages/pins", nil)["items"].([]any)[0].(object)
	for _, m := range []object{b.list("/channels/" + public + "/messages")[1], pinned["message"].(object)} {
		if len(m["components"].([]any)) != 0 || len(m["embeds"].([]any)) != 1 {
			t.Errorf("read %v", m)
		}
	}
	if m := b.list("/channels/" + public + "/messages")[1]; len(m["components"].([]any)) != 1 {
		t.Errorf("read %v", m)
	}
}

func TestLimitsOfMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	long := func(n int) string { return strings.Repeat("x", n) }
	button := func(id string) object { return object{"type": 2, "style": 1, "label": "a", "custom_id": id} }
	row := func(items ...object) object { return object{"type": 1, "components": items} }
	embed := func(e object) object { return object{"embeds": []object{e}} }
	components := func(rows ...object) object { return object{"components": rows} }
	var buttons, rows []object
	for i := range 6 {
		buttons = append(buttons, button(fmt.Sprint(i)))
		rows = append(rows, row(button(fmt.Sprint("r", i))))
	}
	for name, test := range map[string]struct {
		path, code string
		body       object
	}{
		"content":        {"content", "BASE_TYPE_MAX_LENGTH", object{"content": long(2001)}},
		"title":          {"embeds.0.title", "BASE_TYPE_MAX_LENGTH", embed(object{"title": long(257)})},
		"description":    {"embeds.0.description", "BASE_TYPE_MAX_LENGTH", embed(object{"description": long(4097)})},
		"field name":     {"embeds.0.fields.0.name", "BASE_TYPE_BAD_LENGTH", embed(object{"fields": []object{{"name": long(257), "value": "a"}}})},
		"field value":    {"embeds.0.fields.0.value", "BASE_TYPE_REQUIRED", embed(object{"fields": []object{{"name": "a", "value": ""}}})},
		"footer":         {"embeds.0.footer.text", "BASE_TYPE_BAD_LENGTH", embed(object{"footer": object{"text": long(2049)}})},
		"fields":         {"embeds.0.fields", "BASE_TYPE_BAD_LENGTH", embed(object{"fields": make([]object, 26)})},
		"embeds":         {"embeds", "BASE_TYPE_BAD_LENGTH", object{"embeds": make([]object, 11)}},
		"all embeds":     {"embeds", "MAX_EMBED_SIZE_EXCEEDED", object{"embeds": []object{{"description": long(4000)}, {"description": long(2001)}}}},
		"empty embed":    {"embeds.0.description", "BASE_TYPE_REQUIRED", embed(object{})},
		"colour":         {"embeds.0.color", "BASE_TYPE_CHOICES", embed(object{"title": "a", "color": 1 << 24})},
		"embed's link":   {"embeds.0.url", "BASE_TYPE_CHOICES", embed(object{"title": "a", "url": "https://x.example"})},
		"rows":           {"components", "BASE_TYPE_BAD_LENGTH", components(rows...)},
		"buttons":        {"components.0.components", "BASE_TYPE_BAD_LENGTH", components(row(buttons...))},
		"no row":         {"components.0.type", "UNION_TYPE_CHOICES", components(button("a"))},
		"same custom_id": {"components.1.components.0.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", components(row(button("a")), row(button("a")))},
		"custom_id":      {"components.0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH", components(row(button(long(101))))},
		"no custom_id":   {"components.0.components.0.custom_id", "BASE_TYPE_REQUIRED", components(row(button("")))},
		"label":          {"components.0.components.0.label", "BASE_TYPE_BAD_LENGTH", components(row(object{"type": 2, "style": 1, "label": long(81), "custom_id": "a"}))},
		"link button":    {"components.0.components.0.style", "BASE_TYPE_CHOICES", components(row(object{"type": 2, "style": 5, "label": "a", "custom_id": "a"}))},
		"menu":           {"components.0.components.0.type", "UNION_TYPE_CHOICES", components(row(object{"type": 3, "style": 1, "label": "a", "custom_id": "m"}))},
		"attachment":     {"attachments", "BASE_TYPE_CHOICES", object{"content": "a", "attachments": []object{{"id": 1}}}},
		"ephemeral":      {"flags", "MESSAGE_FLAGS_INVALID", object{"content": "a", "flags": 64}},
		"new and old":    {"content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", object{"content": "a", "flags": 1 << 15}},
		"old and new":    {"components.0.type", "UNION_TYPE_CHOICES", components(object{"type": 10, "content": "a"})},
		"same id":        {"components", "COMPONENT_ID_DUPLICATED", object{"flags": 1 << 15, "components": []object{{"type": 10, "id": 7, "content": "a"}, {"type": 10, "id": 7, "content": "b"}}}},
		"mentions":       {"allowed_mentions.parse", "BASE_TYPE_CHOICES", object{"content": "a", "allowed_mentions": object{"parse": []string{"users"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			at := *b
			at.t = t
			at.wrong(test.path, test.code, "POST", "/channels/"+public+"/messages", test.body)
		})
	}
	b.refused(400, 50006, "POST", "/channels/"+public+"/messages", object{"content": "  "})
	b.refused(400, 50008, "POST", "/channels/"+rooms+"/messages", object{"content": "a"})
	b.fine("POST", "/channels/"+public+"/messages", object{
		"content": strings.Repeat("字", 2000), "embeds": []object{{"description": long(4096), "footer": object{"text": long(1904)}}}, "components": rows[:5],
	})
}

// TestLayoutRules checks what a message with components instead of content and embeds
// may consist of.
func TestLayoutRules(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	text := func(s string) object { return object{"type": 10, "content": s} }
	press := func(id string) object { return object{"type": 2, "style": 2, "label": "a", "custom_id": id} }
	section := func(accessory any, texts ...object) object {
		return object{"type": 9, "components": texts, "accessory": accessory}
	}
	box := func(parts ...object) object { return object{"type": 17, "components": parts} }
	many := make([]object, 20)
	for i := range many {
		many[i] = section(press(fmt.Sprint(i)), text("a"))
	}
	for name, test := range map[string]struct {
		path, code string
		parts      []object
	}{
		"nested container":   {"components.0.components.0.type", "UNION_TYPE_CHOICES", []object{box(box(text("a")))}},
		"empty container":    {"components.0.components", "BASE_TYPE_REQUIRED", []object{box()}},
		"colour":             {"components.0.accent_color", "BASE_TYPE_CHOICES", []object{{"type": 17, "accent_color": 1 << 24, "components": []object{text("a")}}}},
		"no accessory":       {"components.0.accessory", "BASE_TYPE_REQUIRED", []object{section(nil, text("a"))}},
		"text as accessory":  {"components.0.accessory.type", "UNION_TYPE_CHOICES", []object{section(text("a"), text("a"))}},
		"four texts":         {"components.0.components", "BASE_TYPE_BAD_LENGTH", []object{section(press("a"), text("a"), text("b"), text("c"), text("d"))}},
		"button in section":  {"components.0.components.0.type", "UNION_TYPE_CHOICES", []object{section(press("a"), press("b"))}},
		"button without row": {"components.0.components.0.type", "UNION_TYPE_CHOICES", []object{box(press("a"))}},
		"spacing":            {"components.0.spacing", "BASE_TYPE_CHOICES", []object{{"type": 14, "spacing": 3}}},
		"same custom_id":     {"components.1.components.0.accessory.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", []object{section(press("a"), text("a")), box(section(press("a"), text("a")))}},
		"same id, nested":    {"components", "COMPONENT_ID_DUPLICATED", []object{{"type": 10, "id": 7, "content": "a"}, box(object{"type": 10, "id": 7, "content": "a"})}},
		"all texts":          {"components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", []object{text(strings.Repeat("字", 2000)), box(text(strings.Repeat("字", 2001)))}},
		"41 parts":           {"components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", []object{box(many[:13]...), text("a")}},
	} {
		t.Run(name, func(t *testing.T) {
			at := *b
			at.t = t
			at.wrong(test.path, test.code, "POST", "/channels/"+public+"/messages", object{"flags": 1 << 15, "components": test.parts})
		})
	}
	id := b.post(public, object{"content": "old", "embeds": []object{{"title": "old"}}})
	at := "/channels/" + public + "/messages/" + id
	layout := object{"flags": 1 << 15, "components": []object{box(text("new"), section(press("a"), text("b")))}}
	b.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "PATCH", at, layout)
	layout["content"], layout["embeds"] = nil, []object{}
	b.fine("PATCH", at, layout)
	b.wrong("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "PATCH", at, object{"flags": 0, "content": "old"})
}

func TestDirectMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ch, err := b.api.UserChannelCreate(lin)
	if err != nil || ch.Type != discordgo.ChannelTypeDM || ch.ID != b.dm(lin) || b.Log().Calls()[1].Effect {
		t.Errorf("opened %+v %v", ch, err)
	}
	b.post(ch.ID, object{"content": "hello <@" + lin + ">"})
	if dms := b.DMs(lin); len(dms) != 1 || dms[0].Plain != "hello @lin" {
		t.Errorf("lin got %v", dms)
	}
	b.refused(403, 50007, "POST", "/channels/"+b.dm(deaf)+"/messages", object{"content": "a"})
	b.refused(403, 50278, "POST", "/channels/"+b.dm(outside)+"/messages", object{"content": "a"})
	b.refused(400, 50033, "POST", "/users/@me/channels", object{"recipient_id": nobody})
	b.refused(400, 50033, "POST", "/users/@me/channels", object{"recipient_id": b.BotUserID()})
	b.wrong("recipient_id", "BASE_TYPE_REQUIRED", "POST", "/users/@me/channels", object{})
	if err := b.Leave(lin); err != nil {
		t.Fatal(err)
	}
	b.refused(403, 50278, "POST", "/channels/"+ch.ID+"/messages", object{"content": "a"})
	b.refused(403, 50003, "PATCH", "/channels/"+ch.ID, object{"topic": "a"})
}

func TestWhomAMessageNotifies(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.BotPermissions = emulator.NeededPermissions() | emulator.MentionEveryone })
	content := "<@" + lin + "> <@!" + wei + "> <@&" + oncall + "> @everyone \\<@" + deaf + "> `<@" + boss + ">`"
	for name, test := range map[string]struct {
		allowed any
		want    []string
	}{
		"everything": {nil, []string{lin, wei, oncall, "everyone"}},
		"nothing":    {object{"parse": []string{}}, nil},
		"lin":        {object{"parse": []string{}, "users": []string{lin}}, []string{lin}},
	} {
		body := object{"content": content, "allowed_mentions": test.allowed}
		id := b.post(public, body)
		list := b.Messages(public)
		if m := list[len(list)-1]; m.ID != id || !slices.Equal(m.Notifies, test.want) {
			t.Errorf("%s: notifies %v, want %v", name, m.Notifies, test.want)
		}
	}
	plain := setup(t, nil)
	plain.post(public, object{"content": "@everyone", "embeds": []object{{"description": "<@" + lin + ">"}}})
	if m := plain.Messages(public)[0]; len(m.Notifies) != 0 {
		t.Errorf("without MENTION_EVERYONE, and by an embed: %v", m.Notifies)
	}
}

func TestPins(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	b := setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return now } })
	first, second := b.post(public, object{"content": "1"}), b.post(public, object{"content": "2"})
	url := "/channels/" + public + "/messages/pins"
	b.fine("PUT", url+"/"+first, nil)
	now = now.Add(time.Second)
	b.fine("PUT", url+"/"+second, nil)
	b.fine("PUT", url+"/"+first, nil)
	if calls := b.Log().Calls(); calls[len(calls)-1].Effect || b.Log().Count("create_pin") != 3 {
		t.Errorf("pinned twice: %+v", calls)
	}
	out := b.fine("GET", url+"?limit=1", nil)
	if items := out["items"].([]any); out["has_more"] != true || items[0].(object)["message"].(object)["id"] != second {
		t.Errorf("newest first: %v", out)
	}
	if n := b.Notices(public); len(n) != 2 || n[0].Plain == "" {
		t.Errorf("notices: %v", n)
	}
	b.refused(403, 50021, "PUT", url+"/"+b.Notices(public)[0].ID, nil)
	if err := b.UnpinByHand(boss, public, first); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]emulator.Pin{{ID: second, By: b.BotUserID()}}, b.Pins(public)); diff != "" {
		t.Error(diff)
	}
	b.refused(404, 10008, "PUT", url+"/"+nobody, nil)
	for len(b.Pins(public)) < 250 {
		b.fine("PUT", url+"/"+b.post(public, object{"content": "x"}), nil)
	}
	b.refused(400, 30003, "PUT", url+"/"+first, nil)
	b.fine("DELETE", url+"/"+second, nil)
	b.fine("DELETE", url+"/"+second, nil)
	if calls := b.Log().Calls(); calls[len(calls)-1].Effect || len(b.Pins(public)) != 249 {
		t.Errorf("%d are pinned; unpinning again changes nothing", len(b.Pins(public)))
	}
	b.refused(404, 10008, "DELETE", url+"/"+nobody, nil)
}
