package slack

import (
	"strconv"
	"strings"

	"riskroom/core"
)

// Button is what a card's button carries through the platform and back: the
// action it asks for, the risk, and the version of the risk that the card
// showed. Permissions are checked when it is pressed.
type Button struct {
	Press   core.Press
	Risk    core.RiskKey
	Version int64
}

const (
	buttonPrefix = "riskroom."
	moreID       = buttonPrefix + "more" // the action_id of the menu with less important buttons
	maxKey       = 64                    // the longest key of a risk in a button, in bytes
)

// ActionID returns the button's action_id, which says what it asks for.
func (b Button) ActionID() string { return buttonPrefix + string(b.Press) }

// Value returns the button's value, which names the risk and its version.
func (b Button) Value() string { return string(b.Risk) + "@" + strconv.FormatInt(b.Version, 10) }

// option returns the value of an option that stands for the button in a menu.
func (b Button) option() string { return b.ActionID() + ":" + b.Value() }

// ParseOption parses the value of an option that somebody chose in the menu of a card
// with that action_id. It returns false for anything else.
func ParseOption(actionID, value string) (Button, bool) {
	id, value, _ := strings.Cut(value, ":")
	if actionID != moreID {
		return Button{}, false
	}
	return ParseButton(id, value)
}

// ParseButton parses what ActionID and Value return. It returns false for
// anything else.
func ParseButton(actionID, value string) (Button, bool) {
	press, ok := strings.CutPrefix(actionID, buttonPrefix)
	if !ok || press == "" {
		return Button{}, false
	}
	key, version, ok := strings.Cut(value, "@")
	v, err := strconv.ParseInt(version, 10, 64)
	if !ok || key == "" || len(key) > maxKey || err != nil || v < 0 {
		return Button{}, false
	}
	return Button{Press: core.Press(press), Risk: core.RiskKey(key), Version: v}, true
}
