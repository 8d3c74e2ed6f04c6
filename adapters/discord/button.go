package discord

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

	// Workspace is where the card was sent, "" if only one workspace uses the
	// application. In a direct message nothing else names it.
	Workspace string
}

const (
	buttonPrefix = "riskroom."
	maxCustomID  = 100
	maxKey       = 40 // the longest key of a risk in a button, in bytes: with everything else below maxCustomID
)

// CustomID returns the button's custom_id: "riskroom.start:R-17@3", then "@acme" for
// a workspace if there is room, and ":" with the op of the button's message unless
// that is "".
func (b Button) CustomID(op string) string {
	id := buttonPrefix + string(b.Press) + ":" + string(b.Risk) + "@" + strconv.FormatInt(b.Version, 10)
	if op != "" {
		op = ":" + op
	}
	if at := id + "@" + b.Workspace + op; b.Workspace != "" && len(at) <= maxCustomID {
		return at
	}
	return id + op
}

// ParseButton parses what CustomID returns. It returns false for anything else.
func ParseButton(customID string) (Button, bool) {
	rest, ok := strings.CutPrefix(customID, buttonPrefix)
	if !ok || len(customID) > maxCustomID {
		return Button{}, false
	}
	press, rest, _ := strings.Cut(rest, ":")
	key, rest, ok := strings.Cut(rest, "@")
	version, _, _ := strings.Cut(rest, ":")
	version, workspace, _ := strings.Cut(version, "@")
	v, err := strconv.ParseInt(version, 10, 64)
	if !ok || press == "" || key == "" || len(key) > maxKey || err != nil || v < 0 {
		return Button{}, false
	}
	return Button{Press: core.Press(press), Risk: core.RiskKey(key), Version: v, Workspace: workspace}, true
}

// carries reports whether a custom_id belongs to a button on the message of op.
func carries(customID, op string) bool {
	return strings.HasPrefix(customID, buttonPrefix) && strings.HasSuffix(customID, ":"+op)
}
