package slack

import (
	"strconv"
	"strings"

	"riskroom/core"
)

// Button is what a button of a card carries through Slack and back: what is
// asked for, of which risk, as shown in which version. Who may have it is
// judged when it is pressed.
type Button struct {
	Press   core.Press
	Risk    core.RiskKey
	Version int64
}

const (
	buttonPrefix = "riskroom."
	maxKey       = 64 // of a risk's key in a button, in bytes
)

// ActionID returns the button's action_id, which tells what is asked for.
func (b Button) ActionID() string { return buttonPrefix + string(b.Press) }

// Value returns the button's value, which tells of what.
func (b Button) Value() string { return string(b.Risk) + "@" + strconv.FormatInt(b.Version, 10) }

// ParseButton reads what ActionID and Value wrote; anything else is false.
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
