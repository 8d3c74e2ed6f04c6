package discordbot

import (
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/bots"
	"riskroom/core"
)

// turnPrefix is the prefix of the custom_id of a button that shows another page:
// "page:<pages>:<workspace>:<state>". The workspace is set only in a direct message.
const turnPrefix = "page:"

// maxInRow is how many buttons a row holds, see
// https://docs.discord.com/developers/components/reference#action-row.
const maxInRow = 5

// turns renders the buttons that show other pages. A workspace for which there is no
// room is left out.
func turns(all []bots.Turn, workspace string) discordgo.ActionsRow {
	var row discordgo.ActionsRow
	for _, t := range all {
		id := turnPrefix + t.Pages + ":" + workspace + ":" + t.State
		if utf8.RuneCountInString(id) > maxCustomID {
			id = turnPrefix + t.Pages + "::" + t.State
		}
		row.Components = append(row.Components, discordgo.Button{Label: core.Shorten(t.Label, maxButton), Style: discordgo.SecondaryButton, CustomID: id})
	}
	return row
}

// parseTurn reads the custom_id of a button that turns rendered. It returns false for
// anything else.
func parseTurn(customID string) (turned bots.Turned, workspace string, ok bool) {
	rest, ok := strings.CutPrefix(customID, turnPrefix)
	parts := strings.SplitN(rest, ":", 3)
	if !ok || len(parts) != 3 || parts[0] == "" || len(parts[2]) > bots.MaxTurn {
		return bots.Turned{}, "", false
	}
	return bots.Turned{Pages: parts[0], State: parts[2]}, parts[1], true
}
