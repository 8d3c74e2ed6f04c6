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
	maxKey       = 64 // the longest key of a risk in a button, in bytes
)

// ActionID returns the button's action_id, which says what it asks for.
func (b Button) ActionID() string { return buttonPrefix + string(b.Press) }

// Value returns the button's value, which names the risk and its version.
func (b Button) Value() string { return string(b.Risk) + "@" + strconv.FormatInt(b.Version, 10) }

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
