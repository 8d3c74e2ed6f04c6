package flow

import (
	"slices"
	"time"

	"riskroom/core/text"
)

// digestActions returns the actions that a digest may have.
func digestActions() []string {
	return []string{(*SendMessageDef)(nil).Kind(), (*SendGroupMessageDef)(nil).Kind()}
}

// digestScope returns what the texts of a digest can use, since it is about no single risk.
func (c *compiler) digestScope() *scope {
	return &scope{
		builtin: []variable{
			{name: "count", kind: numberKind, raw: func(e Env) any { return float64(e.Count) }},
			date("now", func(e Env) time.Time { return e.Now }),
		},
		zone: c.scope.zone, dayStartsAt: c.scope.dayStartsAt, digest: true,
	}
}

// digestStep checks that a step can be one of a digest.
func (c *stepCompiler) digestStep(path string, d ActionDef) {
	if !slices.Contains(digestActions(), d.Kind()) {
		c.report(path, -1, RuleStep, "a digest only sends messages: use %s", text.Or(digestActions()...))
		return
	}
	for _, k := range d.Form().Keys {
		switch {
		case !k.given():
		case k.Kind == GroupKey && IsItem(*k.Text):
			c.report(path+"/"+k.Name, 0, RuleStep, "a digest is about several risks, so it can't go to the group of one: write a channel as workspace/ID")
		case k.Name == "reply_to":
			c.report(path+"/"+k.Name, -1, RuleStep, "each message of a digest is sent on its own, so it can't be a reply")
		case slices.Contains([]string{"card", "mention", "fallback"}, k.Name):
			c.report(path+"/"+k.Name, -1, RuleStep, "a digest has a list of risks and no %s: leave out this key", k.Name)
		}
	}
}

// catchUp checks what a trigger does about times that have passed.
func (c *compiler) catchUp(d TriggerDef) {
	const path = "/trigger/catch_up"
	switch up := CatchUp(d.CatchUp); {
	case up == CatchUpSkip && d.DateField != "" && d.Every == "":
		c.report(path, 0, RuleTrigger, "a flow that is due once always runs, even if it is late, so nothing can be skipped: leave out catch_up, or write digest")
	case up == CatchUpDigest && d.Digest:
		c.report(path, 0, RuleTrigger, "with digest: true the flow sends one message already, even if it is late: write skip")
	default:
		c.digests = up == CatchUpDigest
	}
}

// missedStep checks that a step can also send the digest of runs that were missed. A card is
// left out there.
func (c *stepCompiler) missedStep(path string, d ActionDef) {
	if !slices.Contains(digestActions(), d.Kind()) {
		c.report(path, -1, RuleStep, "with catch_up: digest, late runs become one message, so a flow only sends messages: use %s", text.Or(digestActions()...))
		return
	}
	for _, k := range d.Form().Keys {
		switch {
		case !k.given():
		case k.Kind == GroupKey && IsItem(*k.Text):
			c.report(path+"/"+k.Name, 0, RuleStep, "with catch_up: digest, a message may be about several risks, so it can't go to the group of one: write a channel as workspace/ID")
		case slices.Contains([]string{"reply_to", "mention", "fallback"}, k.Name):
			c.report(path+"/"+k.Name, -1, RuleStep, "with catch_up: digest, a message may be a list of risks, which has no %s: leave out this key", k.Name)
		}
	}
}
