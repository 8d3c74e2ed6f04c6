package config

import (
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// maxFlows is how many flows a file may have.
const maxFlows = 200

// flowsSchema describes the flows of a file. The keys of a flow are described in package
// flow.
func flowsSchema() object {
	d := dict("The action flows, under names of your choice.",
		flowName, coretext.Plain("a flow's name has up to 64 letters, digits, \"-\", \"_\" and \".\", and no spaces"), formSchema(new(flow.Def).Form()))
	d["maxProperties"] = maxFlows
	return d
}

// formSchema turns a form of flows into a schema.
func formSchema(f flow.Form) object {
	props, dependencies := object{}, object{}
	var required []string
	for _, k := range f.Keys {
		props[k.Name] = keySchema(k)
		if k.Required {
			required = append(required, k.Name)
		}
	}
	o := record(f.Help, required, props)
	if len(f.AnyOf) > 0 {
		o["allOf"] = []object{anyOf(f.Without, f.AnyOf...)}
	}
	for _, r := range f.Requires {
		dependencies[r.Key] = r.Others
		if len(r.AnyOf) > 0 {
			dependencies[r.Key] = anyOf(r.Without, r.AnyOf...)
		}
	}
	for _, e := range f.Excludes {
		dependencies[e.Key] = without(e.Message, e.Others...)
	}
	if len(dependencies) > 0 {
		o["dependencies"] = dependencies
	}
	return o
}

// wordList is a list of words, or one of them. Without choices, any word may be given.
func wordList(doc string, choices []string) object {
	one := object{"type": "string", "minLength": 1}
	o := object{"type": []string{"string", "array"}, "minLength": 1, "minItems": 1, "items": one, "description": doc}
	if choices != nil {
		one["enum"] = choices
		o["if"], o["then"] = object{"type": "string"}, object{"enum": choices}
	}
	return o
}

// keySchema turns one key of a form into a schema.
func keySchema(k flow.Key) object {
	switch {
	case k.Kind == flow.FormKey:
		return formSchema(*k.Form)
	case k.Kind == flow.FormsKey:
		return object{"type": "array", "minItems": 1, "maxItems": k.Max, "items": formSchema(*k.Form), "description": k.Help}
	case k.Kind == flow.PeopleKey, k.Kind == flow.FallbackKey, k.Kind == flow.MuteKey:
		return people(k.Help)
	case k.Maybe != nil:
		return object{"type": "string", "description": k.Help}
	case k.Kind == flow.WordsKey:
		return wordList(k.Help, k.Choices)
	case k.Kind == flow.FlagKey:
		return yesNo(k.Help)
	case k.Kind == flow.NumberKey:
		return wholeNumber(k.Help, k.Max)
	case k.Choices != nil && !k.Hint.IsZero():
		return say(choice(k.Help, k.Choices...), k.Hint)
	case k.Choices != nil:
		return choice(k.Help, k.Choices...)
	case k.Pattern != "":
		return matching(k.Help, k.Pattern, k.Hint)
	case !k.Hint.IsZero():
		return say(text(k.Help), k.Hint)
	}
	return text(k.Help)
}
