package discord

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/bwmarrin/discordgo"
)

// bare is a message that is only text, as a text display. Discord keeps the id of
// a component and returns it to every reader, but shows it to nobody. So the op
// needs no place in the text. See
// https://docs.discord.com/developers/components/reference#anatomy-of-a-component.
type bare struct {
	Flags           int                               `json:"flags"`
	Components      []display                         `json:"components"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
}

// display is a text display. discordgo's has no id.
type display struct {
	Type int    `json:"type"`
	ID   int64  `json:"id,omitempty"`
	Text string `json:"content"`
}

const (
	textDisplay = 10
	layoutFlag  = 1 << 15 // IS_COMPONENTS_V2
)

// edited is a bare message in place of another message, which loses its content and
// embeds.
type edited struct {
	bare
	Text   *string                   `json:"content"` // null
	Embeds []*discordgo.MessageEmbed `json:"embeds"`  // empty
}

// asBare returns a rendered message as text displays, false if it isn't only text.
func asBare(c Content, op string) (bare, bool) {
	if len(c.Embeds)+len(c.Components) > 0 || c.Text == "" {
		return bare{}, false
	}
	d := display{Type: textDisplay, Text: c.Text}
	if op != "" {
		d.ID = displayID(op)
	}
	return bare{Flags: layoutFlag, Components: []display{d}, AllowedMentions: c.AllowedMentions}, true
}

// displayID derives the id of a text display from the op of its message. The ids
// that Discord itself gives are small. Two messages in a channel have the same id
// once in 2^30.
func displayID(op string) int64 {
	sum := sha256.Sum256([]byte(op))
	return int64(1<<30 | binary.BigEndian.Uint32(sum[:4])>>2)
}
