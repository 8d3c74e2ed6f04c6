package flowtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
)

// SchemaTitle is the title of Schema.
const SchemaTitle = "riskroom test"

// Schema returns the JSON Schema of test files, indented. Its keys are those that the decoder
// knows. It is draft 7, like that of config files.
func Schema() []byte {
	root := simulate.Record(slices.Concat(fileKeys(), simulate.Keys()), []string{"tests"}, fileSchemas())
	root["$schema"], root["title"] = "http://json-schema.org/draft-07/schema#", SchemaTitle
	root["description"] = "Tests of the flows of a config file of riskroom. What is at the top is for every test that doesn't say otherwise."
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("flowtest: schema: %v", err)) // it is made of maps, strings and booleans only
	}
	return append(b, '\n')
}

func fileSchemas() map[string]simulate.Object {
	all := simulate.Schemas()
	complete := simulate.YesNo("Whether everything that flows send, create, change or fail to do must be expected. Default: false.")
	test := maps.Clone(all)
	maps.Copy(test, map[string]simulate.Object{
		"name":     simulate.Text("What the test is called. --run selects tests by it."),
		"complete": complete,
		"expect":   simulate.List("What must happen, in the order of time.", expectationSchema()),
		"never":    simulate.List("What must not happen, in the whole test or, with at, at that time.", expectationSchema()),
	})
	maps.Copy(all, map[string]simulate.Object{
		"config":   simulate.Text("The path of the config file, if it isn't the one that the name of this file says."),
		"complete": complete,
		"tests":    simulate.List("The tests.", simulate.Record(slices.Concat(testKeys(), simulate.Keys()), []string{"name"}, test)),
	})
	return all
}

func expectationSchema() simulate.Object {
	of := map[string]simulate.Object{
		"at":     simulate.Text("When it happens, exact to the minute."),
		"within": simulate.Text("How much later it may happen, such as 1h: after at or, without it, after the entry before."),
	}
	for _, k := range kinds() {
		var required []string
		if slices.Contains(k.keys(), "is") {
			required = []string{"is"}
		}
		one := simulate.Record(k.keys(), required, k.schemas())
		one["description"] = k.help()
		of[string(k)] = one
	}
	return simulate.Record(append(expectKeys(), words(kinds())...), nil, of)
}

// schemas describes the keys of an expectation of a kind.
func (k Kind) schemas() map[string]simulate.Object {
	is := simulate.OneOf("The new status.", core.Statuses())
	if k == Node {
		is = simulate.Text("The new node.")
	}
	return map[string]simulate.Object{
		"risk":     simulate.Text("The key of the risk, such as R-2."),
		"flow":     simulate.Text("The flow that does it."),
		"step":     simulate.Text("The step that does it: its id, or its action and number as in send_message#2."),
		"to":       simulate.Texts("Who gets it, each one, in any order."),
		"who":      simulate.Texts("Who it is, each one, in any order."),
		"reply_to": simulate.Text("The step of the flow to whose message it replies: its id, as in the config file."),
		"contains": simulate.Texts("Parts of the text with the card."),
		"in":       simulate.Text("The group: item for the risk's item group, or a part of the name."),
		"type":     simulate.OneOf("The type of the group.", []core.GroupType{core.Item, core.Topic, core.Ordinary}),
		"name":     simulate.Text("A part of the group's name."),
		"members":  simulate.Texts("Exactly these are the members."),
		"topic":    simulate.Text("A part of the group's topic."),
		"purpose":  simulate.Text("A part of the group's purpose."),
		"reason":   simulate.Text("The code of the reason, as a timeline shows it."),
		"is":       is,
	}
}

// help says what an expectation of a kind is.
func (k Kind) help() string {
	switch k {
	case Message:
		return "A person gets a direct message."
	case GroupMessage:
		return "A message is posted in a group or another channel."
	case Created:
		return "A group is created."
	case Changed:
		return "A group gets another name, topic or purpose."
	case Joined:
		return "Somebody is added to a group."
	case Left:
		return "Somebody is removed from a group."
	case Ended:
		return "A group is archived or deleted."
	case Skipped:
		return "A flow or a step does nothing."
	case Failed:
		return "A step or a part of it fails."
	case Status:
		return "A risk gets another status."
	case Node:
		return "A risk goes to another node of the process."
	}
	return ""
}
