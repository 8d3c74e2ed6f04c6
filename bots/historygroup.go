package bots

import (
	"context"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// group words what a person or riskroom did to a group.
func (t eventWords) group(ctx context.Context, e engine.Event) string {
	d := e.Data
	if d["reason"] != "" { // for a new owner
		return t.p.S("history.group."+d["reason"], text.Args{"Name": t.done(ctx, d["owner"])})
	}
	var said, changed []string
	for part := range strings.SplitSeq(d["what"], ", ") {
		switch part {
		case "created":
			said = append(said, t.groupCreated(d["name"]))
		case "open", "former", string(core.PartDissolve):
			said = append(said, t.p.S("history.group."+part))
		case string(core.PartState):
			said = append(said, t.groupState(e))
		case "owner", "admins", "remove_admins":
			changed = append(changed, t.p.S("history.group."+part, text.Args{"Names": t.done(ctx, d[part])}))
		case string(core.PartTopic):
			if d["state"] == "" { // a channel's topic shows the state
				changed = append(changed, t.p.Part(core.PartTopic))
			}
		default:
			changed = append(changed, t.p.Part(core.Part(part)))
		}
	}
	if len(changed) > 0 {
		said = append(said, t.p.S("history.group.changed", text.Args{"Changes": t.p.List(changed)}))
	}
	return strings.Join(said, t.p.S("history.change.between"))
}

// groupCreated words the creation of a group. An older version recorded no name.
func (t eventWords) groupCreated(name string) string {
	if name == "" {
		return t.p.S("history.group.created")
	}
	return t.p.S("history.step.create_group", text.Args{"Where": "#" + strings.TrimPrefix(name, "#")})
}

// groupState words a new state of a topic group. The person may be unknown who unarchived
// its channel.
func (t eventWords) groupState(e engine.Event) string {
	id := "history.group.state." + e.Data["state"]
	if e.Actor == (core.Actor{}) {
		return t.p.First(nil, id+".unknown", id)
	}
	return t.p.S(id)
}
