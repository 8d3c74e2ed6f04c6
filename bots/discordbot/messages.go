package discordbot

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// typeMessageCommand is the type of a command in the menu of messages, see
// https://docs.discord.com/developers/interactions/application-commands#message-commands.
const typeMessageCommand = 3

// target is the part of a message that riskroom reads.
type target struct {
	ID        string    `json:"id"`
	Content   string    `json:"content"`
	Timestamp time.Time `json:"timestamp"`
	WebhookID string    `json:"webhook_id"`
	Author    struct {
		user
		Bot bool `json:"bot"`
	} `json:"author"`
	Embeds []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"embeds"`
	Components []piece `json:"components"`
}

// piece is the part of a component on a message that riskroom reads.
type piece struct {
	Content    string  `json:"content"` // of a text display
	Components []piece `json:"components"`
}

// said returns the first text in a component.
func (c piece) said() string {
	said := c.Content
	for _, inner := range c.Components {
		said = cmp.Or(said, inner.said())
	}
	return said
}

// said returns the text of a message, or else what it shows first.
func (m target) said() string {
	said := m.Content
	for _, c := range m.Components {
		said = cmp.Or(said, c.said())
	}
	for _, e := range m.Embeds {
		said = cmp.Or(said, strings.TrimSpace(e.Title+"\n"+e.Description))
	}
	return said
}

// messageCommands returns the definitions of the commands in the menu of messages. Discord
// has no menu for shortcuts that are for no message.
func (d definer) messageCommands() []definition {
	var all []definition
	for _, s := range bots.Shortcuts() {
		if s.Message {
			m := definition{Type: typeMessageCommand}
			m.Name, m.Names = d.localised(s.Label)
			all = append(all, m)
		}
	}
	return all
}

// shortcutNamed returns the shortcut with a label. It knows the label in every language,
// because commands stay registered when the file's language changes.
func (b *Bot) shortcutNamed(label string) (string, bool) {
	for _, s := range bots.Shortcuts() {
		if s.Message && s.Named(label, b.text) {
			return s.Name, true
		}
	}
	return "", false
}

// messageOf returns the message that a command was chosen for.
func (b *Bot) messageOf(ctx context.Context, req request, in interaction) (*bots.Message, bool) {
	m, ok := in.Data.Resolved.Messages[in.Data.TargetID]
	if !ok || !snowflake.MatchString(m.ID) || !snowflake.MatchString(in.ChannelID) {
		return nil, false
	}
	out := &bots.Message{
		Text: b.reader(req, in.Locale).prose(ctx, m.said()), SentAt: m.Timestamp, Limit: maxInput,
		Quote: core.Quote{Link: b.messageLink(in.ChannelID, m.ID), By: core.Actor{Name: cmp.Or(m.Author.GlobalName, m.Author.Name)}},
	}
	if !m.Author.Bot && m.WebhookID == "" && snowflake.MatchString(m.Author.ID) {
		out.Quote.By.Account = core.Account{Workspace: b.workspace, ID: m.Author.ID}
	}
	for _, parts := range mentioned.FindAllStringSubmatch(m.said(), -1) {
		if a := (core.Account{Workspace: b.workspace, ID: parts[2]}); parts[1] != "&" && !slices.Contains(out.Mentions, a) {
			out.Mentions = append(out.Mentions, a)
		}
	}
	return out, true
}

var snowflake = regexp.MustCompile(`^[0-9]{5,20}$`)

// messageLink returns the link to a message of the guild.
func (b *Bot) messageLink(channel, id string) string {
	return b.linkPrefix() + channel + "/" + id
}

func (b *Bot) linkPrefix() string { return "https://discord.com/channels/" + b.guild + "/" }

// packed returns a form whose state names a message in few characters, because a custom_id
// has room for 100: its IDs as eight bytes each in base64.
func (b *Bot) packed(f bots.Form) bots.Form {
	f.State = maps.Clone(f.State)
	if rest, ok := strings.CutPrefix(f.State[bots.SourceState], b.linkPrefix()); ok {
		rest = strings.Replace(rest, " "+b.workspace+"/", "/", 1)
		if ids := packIDs(strings.Split(rest, "/")); ids != "" {
			f.State[bots.SourceState] = ids
		}
	}
	return f
}

// unpack restores what packed has changed.
func (b *Bot) unpack(state map[string]string) {
	ids := unpackIDs(state[bots.SourceState])
	if len(ids) < 2 {
		return
	}
	state[bots.SourceState] = b.messageLink(ids[0], ids[1])
	if len(ids) > 2 {
		state[bots.SourceState] += " " + string(core.RefOf(core.Account{Workspace: b.workspace, ID: ids[2]}))
	}
}

// packIDs returns IDs in few characters, "" if one isn't a number.
func packIDs(ids []string) string {
	var raw []byte
	for _, id := range ids {
		n, err := strconv.ParseUint(id, 10, 64)
		if err != nil {
			return ""
		}
		raw = binary.BigEndian.AppendUint64(raw, n)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// unpackIDs reads what packIDs returned.
func unpackIDs(s string) []string {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw)%8 != 0 {
		return nil
	}
	var ids []string
	for ; len(raw) > 0; raw = raw[8:] {
		ids = append(ids, strconv.FormatUint(binary.BigEndian.Uint64(raw), 10))
	}
	return ids
}
