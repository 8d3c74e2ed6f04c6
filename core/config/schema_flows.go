package config

import "riskroom/core"

// actions are the keys of which a step has exactly one.
var actions = []string{"send_message", "create_group", "send_group_message", "set_group"}

// maxFlows is how many flows a file may hold.
const maxFlows = 200

const (
	anyoneDoc   = "A list (or one) of submitter, handlers, lead, administrators, names, \"@group\", accounts (workspace/ID) and =expression."
	templateDoc = " Fixed text and values: {{ .key }}, {{ .title }}, {{ .module }}, {{ date .due_at }}, {{ .fields.amount }} and so on."
)

func flowsSchema() object {
	one := record("One flow: when its trigger comes and its condition holds, its steps are done in order.", []string{"trigger", "steps"}, object{
		"trigger":        triggerSchema(),
		"if":             text("A condition on the risk, such as status == \"pending\" and fields.amount > 1000, judged when the flow is due. Without it the flow acts whatever the status."),
		"if_already_due": choice("What happens where the time has passed already when a risk is filed or edited: run (the default) or skip.", "run", "skip"),
		"steps": object{
			"type": "array", "minItems": 1, "maxItems": core.MaxSteps, "items": stepSchema(),
			"description": "What is done, in order. Each step has exactly one action.",
		},
	})
	d := dict("What riskroom does by itself while a risk waits, each flow under a name of your choice.",
		flowName, "a flow's name has up to 64 letters, digits, \"-\", \"_\" and \".\", and no spaces", one)
	d["maxProperties"] = maxFlows
	return d
}

func triggerSchema() object {
	o := record("When the flow is due: some time after a date of the risk, or on something that happens to it.", nil, object{
		"date_field": text("discovered_at, submitted_at, status_since, due_at or an own date field."),
		"after":      say(text("How long after it: 1d is a calendar day, 24h is hours; 1d12h, 90m and 2s work too."), "write days, hours, minutes and seconds like 1d, 36h, 1d12h, 90m or 2s"),
		"at":         matching("The time of day to which the day so found is moved, such as \"09:00\".", clockPattern, "a time of day like \"09:00\""),
		"on":         choice("filed: when the risk is filed; assigned: when it gets handlers, by being filed with them or later.", "filed", "assigned"),
	})
	o["allOf"] = []object{anyOf("a trigger needs date_field or on", "date_field", "on")}
	o["dependencies"] = object{
		"on":         without("a trigger has either on or date_field, with after and at", "date_field", "after", "at"),
		"date_field": []string{"after"},
	}
	return o
}

func stepSchema() object {
	one := "a step has exactly one action"
	o := record("One step: one action, and optionally if and workspace.", nil, object{
		"if":                 text("A condition of this step alone."),
		"workspace":          text("The workspace where the step acts. The one where the risk was filed if left out."),
		"send_message":       sendMessageSchema(),
		"create_group":       createGroupSchema(),
		"send_group_message": sendGroupMessageSchema(),
		"set_group":          setGroupSchema(),
	})
	o["allOf"] = []object{anyOf("a step needs an action: send_message, create_group, send_group_message or set_group", actions...)}
	deps := object{}
	for i, a := range actions[:len(actions)-1] {
		deps[a] = without(one, actions[i+1:]...)
	}
	o["dependencies"] = deps
	return o
}

func cardSchema() object { return choice("risk shows the risk's card, with buttons.", "risk") }

func sendMessageSchema() object {
	o := record("Sends each person a direct message.", []string{"to"}, object{
		"to":    people("Who gets it. " + anyoneDoc),
		"title": text("The first line." + templateDoc),
		"text":  text("What stands below the title." + templateDoc),
		"card":  cardSchema(),
	})
	o["allOf"] = []object{anyOf("a message needs a title, a text or a card", "title", "text", "card")}
	return o
}

func createGroupSchema() object {
	return record("Creates a group. An item group is bound to the risk and carries its badge; a second one for the same risk is refused while the first lives.",
		[]string{"type", "name", "members"}, object{
			"id":      matching("What later steps of this flow call the group.", stepName, "letters, digits, \"-\" and \"_\", a letter first"),
			"type":    choice("ordinary, topic (discussed until it is ended) or item (bound to the risk).", string(core.Ordinary), string(core.Topic), string(core.Item)),
			"name":    text("The group's name. What a platform cannot spell in names, such as Chinese on some, is left out; what makes it unique, such as the risk's key, is added." + templateDoc),
			"owner":   people("Whom the group belongs to: the first who can be reached. " + anyoneDoc),
			"members": people("Who is invited. " + anyoneDoc),
			"topic":   text("The group's topic." + templateDoc),
			"purpose": text("What the group is for." + templateDoc),
			"public":  yesNo("Whether everybody in the workspace can find and join it. Private if left out."),
		})
}

func sendGroupMessageSchema() object {
	o := record("Posts a message or the risk's card into a group.", []string{"group"}, object{
		"group":   text("The id of a create_group above, item (the risk's live group), or workspace/channel ID."),
		"mention": people("Who is mentioned in front. " + anyoneDoc),
		"title":   text("The first line." + templateDoc),
		"text":    text("What stands below the title." + templateDoc),
		"card":    cardSchema(),
	})
	o["allOf"] = []object{anyOf("a message needs a title, a text, a card or somebody to mention", "title", "text", "card", "mention")}
	return o
}

func setGroupSchema() object {
	o := record("Changes a group on behalf of its operator.", []string{"group", "operator"}, object{
		"group":    text("The id of a create_group above, item (the risk's live group), or workspace/channel ID."),
		"operator": text("The person in whose name it is done: holds group_settings, and owns or administers the group when it runs."),
		"name":     text("The new name." + templateDoc),
		"topic":    text("The new topic." + templateDoc),
		"add":      people("Who is invited. " + anyoneDoc),
		"remove":   people("Who is removed. " + anyoneDoc),
	})
	o["allOf"] = []object{anyOf("set_group needs something to change: name, topic, add or remove", "name", "topic", "add", "remove")}
	return o
}
