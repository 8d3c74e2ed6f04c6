package emulator

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Discord's numbers for messages, see
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
// https://docs.discord.com/developers/resources/message#create-message.
const (
	maxContent   = 2000
	maxEmbeds    = 10
	maxAllEmbeds = 6000 // characters in all embeds of a message together
	maxFields    = 25
	maxMentioned = 100
)

// draft is what a body asks of a message.
type draft struct {
	content
	has map[string]bool // fields that the body holds; the others leave a message as it is
}

// onto returns a message's content with the draft put into it.
func (d draft) onto(c content) content {
	if d.has["content"] {
		c.text, c.mentions = d.text, d.mentions
	}
	if d.has["embeds"] {
		c.embeds = d.embeds
	}
	if d.has["components"] {
		c.components = d.components
	}
	if d.has["flags"] {
		c.flags = c.flags&^suppressEmbeds | d.flags
	}
	return c
}

// readContent reads and checks the body of a message. Flags beyond those
// allowed are refused, among them those of newer components.
func (g *guild) readContent(f *form, body object, allowedFlags int64) draft {
	in := draft{has: make(map[string]bool)}
	for k := range body {
		in.has[k] = true
	}
	in.text = f.text("content", body["content"], 0, maxContent)
	in.embeds = readEmbeds(f, body["embeds"])
	in.components = readComponents(f, body["components"])
	in.flags, _ = f.number("flags", body["flags"], 0, 1<<31)
	if in.flags&^allowedFlags != 0 {
		f.fail("flags", "MESSAGE_FLAGS_INVALID", fmt.Sprintf("The flags %d cannot be set here.", in.flags&^allowedFlags))
	}
	for _, unknown := range []string{"attachments", "sticker_ids", "poll", "files"} {
		if list, ok := body[unknown].([]any); body[unknown] != nil && (!ok || len(list) > 0) {
			f.fail(unknown, "BASE_TYPE_CHOICES", "The stand-in takes no such thing.")
		}
	}
	allowed := readAllowed(f, body["allowed_mentions"])
	in.mentions = g.mentioned(in.text, allowed)
	return in
}

// readEmbeds checks embeds and their length altogether.
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

// checkEmbed checks one embed and returns how many characters of it count.
func checkEmbed(f *form, path string, e object) int {
	total := utf8.RuneCountInString(f.text(path+".title", e["title"], 0, 256) + f.text(path+".description", e["description"], 0, 4096))
	f.link(path+".url", e["url"], 2048, "http", "https")
	f.number(path+".color", e["color"], 0, 0xffffff)
	f.text(path+".timestamp", e["timestamp"], 0, 64)
	fields := f.list(path+".fields", e["fields"], maxFields)
	for i, field := range fields {
		at := fmt.Sprintf("%s.fields.%d", path, i)
		total += utf8.RuneCountInString(f.text(at+".name", field["name"], 1, 256) + f.text(at+".value", field["value"], 1, 1024))
		field["inline"] = f.flag(at+".inline", field["inline"])
	}
	part := func(name, text string, most int) {
		o, ok := e[name].(object)
		if e[name] != nil && !ok {
			f.fail(path+"."+name, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		}
		if ok {
			total += utf8.RuneCountInString(f.text(path+"."+name+"."+text, o[text], 1, most))
			f.link(path+"."+name+".icon_url", o["icon_url"], 2048, "http", "https")
		}
	}
	part("footer", "text", 2048)
	part("author", "name", 256)
	for _, picture := range []string{"image", "thumbnail"} {
		if o, ok := e[picture].(object); ok {
			f.link(path+"."+picture+".url", o["url"], 2048, "http", "https", "attachment")
		}
	}
	if total == 0 && e["image"] == nil && e["thumbnail"] == nil {
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
	parse map[string]bool
	users []string
	roles []string
}

func (a allowed) user(id string) bool { return a.parse["users"] || slices.Contains(a.users, id) }
func (a allowed) role(id string) bool { return a.parse["roles"] || slices.Contains(a.roles, id) }

// readAllowed reads allowed_mentions; without it everything is allowed.
func readAllowed(f *form, v any) allowed {
	if v == nil {
		return allowed{parse: map[string]bool{"users": true, "roles": true, "everyone": true}}
	}
	body, ok := v.(object)
	if !ok {
		f.fail("allowed_mentions", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
	}
	a := allowed{parse: make(map[string]bool)}
	parse, _ := body["parse"].([]any)
	for _, kind := range parse {
		switch kind {
		case "users", "roles", "everyone":
			a.parse[stage.Str(kind)] = true
		default:
			f.fail("allowed_mentions.parse", "BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').")
		}
	}
	ids := func(name string) []string {
		list, _ := body[name].([]any)
		var out []string
		for i, id := range list {
			out = append(out, f.id(fmt.Sprintf("allowed_mentions.%s.%d", name, i), id))
		}
		if len(out) > maxMentioned {
			f.fail("allowed_mentions."+name, "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.")
		}
		if len(out) > 0 && a.parse[name] {
			f.fail("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", fmt.Sprintf("parse:[%q] and %s: [ids...] are mutually exclusive.", name, name))
		}
		return out
	}
	a.users, a.roles = ids("users"), ids("roles")
	return a
}
