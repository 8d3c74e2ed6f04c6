package simulate

import "riskroom/core"

// Object is a part of a JSON Schema.
type Object = map[string]any

// Record is the schema of a map with these keys, each described by of.
func Record(keys, required []string, of map[string]Object) Object {
	props := Object{}
	for _, k := range keys {
		props[k] = of[k]
	}
	o := Object{"type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// Text is the schema of a text.
func Text(doc string) Object { return Object{"type": "string", "minLength": 1, "description": doc} }

// Texts is the schema of a text or a list of texts.
func Texts(doc string) Object {
	return Object{"type": []string{"string", "array"}, "minLength": 1, "items": Object{"type": "string", "minLength": 1}, "description": doc}
}

// OneOf is the schema of a text that is one of some words.
func OneOf[T ~string](doc string, words []T) Object {
	return Object{"type": "string", "enum": words, "description": doc}
}

// YesNo is the schema of true or false.
func YesNo(doc string) Object { return Object{"type": "boolean", "description": doc} }

// List is the schema of a list.
func List(doc string, of Object) Object {
	return Object{"type": "array", "items": of, "description": doc}
}

// Schemas returns the JSON Schemas of the keys of a scenario.
func Schemas() map[string]Object {
	return map[string]Object{
		"start": Text("When it begins, in the time zone of the config file: a day with or without a time, such as 2026-03-02 09:00."),
		"for":   Text("How long it lasts, such as 4d or 36h. Default: 30d."),
		"members": {
			"type": "object", "additionalProperties": Texts("The names of the members."),
			"description": "Who is in a user group or role, such as acme/oncall. Without it, the group stands for its members as one recipient, @oncall.",
		},
		"risks":   List("The risks that are filed. The first is R-1.", Record(riskKeys(), []string{"title"}, riskSchemas())),
		"actions": List("The slash commands that people type.", Record(actionKeys(), []string{"at", "by", "do"}, actionSchemas())),
		"down":    List("The times in which riskroom isn't running.", Record(downKeys(), downKeys(), downSchemas())),
	}
}

func riskSchemas() map[string]Object {
	return map[string]Object{
		"title":         Text("The title."),
		"by":            Text("The name of the person who files it. Default: mei, who needn't be in the config file."),
		"workspace":     Text("The workspace where it is filed. Default: the first of the config file."),
		"module":        Text("A module of the config file. Default: the first."),
		"severity":      OneOf("The severity.", core.Severities()),
		"description":   Text("The description."),
		"handlers":      Texts("Who handles it: names, @group or workspace/ID. Default: the handlers of its module."),
		"operators":     Texts("The people in the field operators, if the config file has one of that name."),
		"discovered_at": Text("When it was discovered. Default: when it is filed."),
		"due_at":        Text("When it is due."),
		"fields":        {"type": "object", "description": "The fields that the config file adds, by key."},
		"filed":         Text("When it is filed. Default: at the start."),
	}
}

func actionSchemas() map[string]Object {
	return map[string]Object{
		"at":        Text("When it is typed."),
		"by":        Text("The name of the person who types it."),
		"workspace": Text("The workspace where it is typed. Default: the first of the config file."),
		"do":        Text("The whole line, such as /risk take R-1."),
		"refused":   YesNo("Whether riskroom must refuse it. Default: false."),
	}
}

func downSchemas() map[string]Object {
	return map[string]Object{
		"from":  Text("When it is stopped."),
		"until": Text("When it is started again."),
	}
}
