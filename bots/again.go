package bots

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
)

// Keys of Form.State: the risk that a form is about, and the version of it that the
// person saw.
const (
	riskState = "risk"
	seenState = "seen"
)

// seenAt returns the state of a form about a risk.
func seenAt(key core.RiskKey, version int64) map[string]string {
	return map[string]string{riskState: string(key), seenState: strconv.FormatInt(version, 10)}
}

// readSeen reads what seenAt wrote.
func (b *Bot) readSeen(state map[string]string) (key core.RiskKey, version int64, ok bool) {
	key, err := core.ParseRiskKey(b.org.KeyPrefix, state[riskState])
	version, numErr := strconv.ParseInt(state[seenState], 10, 64)
	return key, version, err == nil && numErr == nil
}

// titleOf returns the key and title of a risk, nil if only its key is known.
func titleOf(r core.Risk) []core.Span {
	if r.Title == "" {
		return nil
	}
	return []core.Span{core.Plain(string(r.Key) + " " + core.Isolate(r.Title))}
}

// moved returns the refusal of a change that somebody else's change was faster than, with
// the risk as it is now; nil if err is no such refusal.
func moved(err error) (now core.Risk, r *core.Refusal) {
	r, ok := errors.AsType[*core.Refusal](err)
	if !ok || r.Kind != core.Conflict || r.Risk == nil {
		return core.Risk{}, nil
	}
	return *r.Risk, r
}

// askAgain shows a form again whose submission was refused, with what the person typed.
func (b *Bot) askAgain(c Command, f Form, refusal *core.Refusal) Reply {
	p := b.printer(c)
	var lines []string
	for _, one := range refusal.All() {
		lines = append(lines, b.refusalText(p, one))
	}
	f.notice(strings.Join(lines, "\n"))
	return Reply{Text: slices.Clone(f.Notice), Form: &f}
}
