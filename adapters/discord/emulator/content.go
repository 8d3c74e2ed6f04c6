package emulator

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Discord's limits for messages, see
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
// https://docs.discord.com/developers/resources/message#create-message.
const (
	maxContent   = 2000
	maxEmbeds    = 10
	maxAllEmbeds = 6000 // characters in all embeds of a message together
	maxFields    = 25
	maxMentioned = 100
	maxFiles     = 10
)

// draft is the message that a body describes.
type draft struct {
	content
	body  object
	pings bool // the author of the message that it replies to
}

// onto returns a message's content with the draft's fields in place of its own.
func (d draft) onto(c content) content {
	if _, ok := d.body["content"]; ok {
		c.text, c.mentions = d.text, d.mentions
	}
	if d.flags&layoutFlag != 0 {
		c.flags, c.mentions = c.flags|layoutFlag, d.mentions
	}
	if _, ok := d.body["embeds"]; ok {
		c.embeds = d.embeds
	}
	if _, ok := d.body["components"]; ok {
		c.components = d.components
	}
	if _, ok := d.body["attachments"]; ok {
		c.files = d.files
	}
	return c
}

// readContent reads and checks the body of a message. It refuses flags other than
// those allowed, and fields that riskroom doesn't send.
func (g *guild) readContent(f *form, body object, allowedFlags int64) draft {
	in := draft{body: body}
	in.text = f.text("content", body["content"], 0, maxContent)
	in.embeds = readEmbeds(f, body["embeds"])
	in.flags, _ = f.number("flags", body["flags"], 0, 1<<31)
	if in.flags&^allowedFlags != 0 {
		f.fail("flags", "MESSAGE_FLAGS_INVALID", fmt.Sprintf("The flags %d cannot be set here.", in.flags&^allowedFlags))
	}
	layout := in.flags&layoutFlag != 0
	in.components = readComponents(f, body["components"], layout)
	in.keepsLayout(f, content{})
	in.files = g.uploaded(f, body)
	f.unsupported("", body, "sticker_ids", "poll", "files")
	allowed := readAllowed(f, body["allowed_mentions"])
	in.mentions, in.pings = g.mentioned(strings.TrimPrefix(in.text+"\n"+displayed(in.components), "\n"), allowed), allowed.replied
	return in
}

// readEmbeds checks embeds and their total length.
func readEmbeds(f *form, v any) []object {
	list := f.list("embeds", v, maxEmbeds)
	total := 0
	for i, e := range list {
		total += checkEmbed(f, fmt.Sprintf("embeds.%d", i), e)
		e["type"] = "rich"
	}
	if total > maxAllEmbeds {
		f.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", maxAllEmbeds))
	}
	return list
}

// checkEmbed checks one embed and returns its length in characters.
func checkEmbed(f *form, path string, e object) int {
	total := 0
	text := func(at string, v any, least, most int) {
		total += utf8.RuneCountInString(f.text(path+"."+at, v, least, most))
	}
	text("title", e["title"], 0, 256)
	text("description", e["description"], 0, 4096)
	f.number(path+".color", e["color"], 0, 0xffffff)
	for i, field := range f.list(path+".fields", e["fields"], maxFields) {
		at := fmt.Sprintf("fields.%d", i)
		text(at+".name", field["name"], 1, 256)
		text(at+".value", field["value"], 1, 1024)
		field["inline"] = f.flag(path+"."+at+".inline", field["inline"])
	}
	if footer := f.object(path+".footer", e["footer"]); footer != nil {
		text("footer.text", footer["text"], 1, 2048)
	}
	f.unsupported(path, e, "url", "timestamp", "author", "image", "thumbnail", "video", "provider")
	if total == 0 {
		f.required(path + ".description")
	}
	return total
}

// mentions is whom a message notifies.
type mentions struct {
	users    []string
	roles    []string
	everyone bool
}

func (m mentions) notified() []string {
	out := append(slices.Clone(m.users), m.roles...)
	if m.everyone {
		out = append(out, "everyone")
	}
	return out
}

// allowed is a message's allowed_mentions, see
// https://docs.discord.com/developers/resources/message#allowed-mentions-object.
type allowed struct {
	all     bool
	users   []string
	replied bool // the author of the message that this one replies to
}

func (a allowed) user(id string) bool { return a.all || slices.Contains(a.users, id) }

// readAllowed reads allowed_mentions. Without it, all mentions are allowed; with it,
// riskroom allows single users only.
func readAllowed(f *form, v any) allowed {
	if v == nil {
		return allowed{all: true, replied: true}
	}
	body := f.object("allowed_mentions", v)
	f.unsupported("allowed_mentions", body, "parse", "roles")
	ids, _ := body["users"].([]any)
	if len(ids) > maxMentioned {
		f.fail("allowed_mentions.users", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.")
	}
	a := allowed{replied: f.flag("allowed_mentions.replied_user", body["replied_user"])}
	for i, id := range ids {
		a.users = append(a.users, f.id(fmt.Sprintf("allowed_mentions.users.%d", i), id))
	}
	return a
}
