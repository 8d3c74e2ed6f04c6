package discord

import (
	"strconv"
	"strings"

	"riskroom/core"
)

// Button is what a button of a card carries through Discord and back: what is
// asked for, of which risk, as shown in which version. Who may have it is
// judged when it is pressed.
type Button struct {
	Press   core.Press
	Risk    core.RiskKey
	Version int64
}

const (
	buttonPrefix = "riskroom."
	maxCustomID  = 100
	maxKey       = 40 // of a risk's key in a button, in bytes: with everything else below maxCustomID
)

// CustomID returns the button's custom_id: "riskroom.start:R-17@3". The op of
// the message that it stands on goes behind it where that is not "".
func (b Button) CustomID(op string) string {
	id := buttonPrefix + string(b.Press) + ":" + string(b.Risk) + "@" + strconv.FormatInt(b.Version, 10)
	if op != "" {
		id += ":" + op
	}
	return id
}

// ParseButton reads what CustomID wrote; anything else is false.
func ParseButton(customID string) (Button, bool) {
	rest, ok := strings.CutPrefix(customID, buttonPrefix)
	if !ok || len(customID) > maxCustomID {
		return Button{}, false
	}
	press, rest, _ := strings.Cut(rest, ":")
	key, rest, ok := strings.Cut(rest, "@")
	version, _, _ := strings.Cut(rest, ":")
	v, err := strconv.ParseInt(version, 10, 64)
	if !ok || press == "" || key == "" || len(key) > maxKey || err != nil || v < 0 {
		return Button{}, false
	}
	return Button{Press: core.Press(press), Risk: core.RiskKey(key), Version: v}, true
}

// carries reports whether a custom_id is that of a button on the message of op.
func carries(customID, op string) bool {
	return strings.HasPrefix(customID, buttonPrefix) && strings.HasSuffix(customID, ":"+op)
}
