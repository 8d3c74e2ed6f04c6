package slackbot

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/bots"
)

// turnPrefix is the prefix of the action_id of a button that shows another page:
// "riskroom-page.<n>". Its value is "<pages>:<state>".
const turnPrefix = "riskroom-page."

// maxTurnLabel is the limit of a button's label in characters, see
// https://docs.slack.dev/reference/block-kit/block-elements/button-element.
const maxTurnLabel = 75

// turns renders the buttons that show other pages. Their action_ids start at a number.
func turns(all []bots.Turn, from int) slack.Block {
	var buttons []slack.BlockElement
	for i, t := range all {
		buttons = append(buttons, slack.NewButtonBlockElement(turnPrefix+strconv.Itoa(from+i), t.Pages+":"+t.State, plain(t.Label, maxTurnLabel)))
	}
	return slack.NewActionBlock("", buttons...)
}

// parseTurn reads a button that turns rendered. It returns false for anything else.
func parseTurn(actionID, value string) (bots.Turned, bool) {
	pages, state, ok := strings.Cut(value, ":")
	if !ok || pages == "" || len(state) > bots.MaxTurn || !strings.HasPrefix(actionID, turnPrefix) {
		return bots.Turned{}, false
	}
	return bots.Turned{Pages: pages, State: state}, true
}
