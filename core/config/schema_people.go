package config

import (
	"riskroom/core"
	coretext "riskroom/core/text"
)

func peopleSchema() object {
	return dict("The people to whom this file refers, under names of your choice.", personName,
		coretext.Plain("a person's name has up to 80 characters, without / @ :, and doesn't begin with ="),
		object{
			"type": "object",
			"properties": object{
				"email":    matching("The person's e-mail address. It is enough where the platform looks people up by e-mail address.", emailPattern, coretext.Plain("an e-mail address")),
				"timezone": zoneSchema("the person", "that of their profile, if the platform has one, or else that of the workspace"),
			},
			"additionalProperties": text("The person's user ID in the workspace of that name."),
			"description":          "The person's accounts: an e-mail address as email, or a user ID under a workspace's name. In that workspace, the user ID takes precedence.",
		})
}

func permissionsSchema() object {
	return record("Who may do what. A list holds names, \"@group\" (a user group or role) and accounts (workspace/ID).", nil, object{
		"administrators": people("People who may do everything. They are notified of failures if there is no admin_channel."),
		"group_settings": people("People who may be the operator of set_group, in addition to administrators."),
		"file":           people("Who may file risks: everyone (the default) or a list. everyone excludes guests and external people; name them."),
		"read":           people("Who may see risks: everyone (the default), involved (submitter, handlers and module lead of the risk) or a list. everyone excludes guests and external people; name them."),
	})
}

func modulesSchema() object {
	one := record("One module.", nil, object{
		"handlers": object{
			"type": []string{"string", "array"}, "minLength": 1, "maxItems": core.MaxHandlers,
			"items":       object{"type": "string", "minLength": 1},
			"description": "The people who handle the module's risks: names, \"@group\" and accounts (workspace/ID). Choosing the module in a form fills them in.",
		},
		"lead": text("The module lead: a name or an account."),
	})
	d := dict("The modules that risks belong to, in the order in which people see them.",
		moduleName, coretext.Plain("a module's name has 1 to 75 characters and no space at either end"), one)
	d["minProperties"], d["maxProperties"] = 1, maxChoices
	return d
}

func processSchema() object {
	one := record("One node.", nil, object{
		"label": label("What people see: one text, or one for each language (en, zh-CN). Default: the node's key."),
		"operators": people("The people who act at the node. They, the module lead and administrators may pass a risk on or send it back. " +
			"One or a list of: submitter, handlers, lead, administrators, names, \"@group\", accounts (workspace/ID), =expressions."),
		"send_back": object{
			"type": []string{"string", "array"}, "minLength": 1, "maxItems": maxNodes, "items": object{"type": "string", "minLength": 1},
			"description": "The earlier nodes to which a risk may be sent back: the key of one, or a list. [] means none. Default: all earlier nodes.",
		},
	})
	d := dict("The nodes that every risk passes through, in order. Without a process, risks only have a status.",
		moduleName, coretext.Plain("a node's key has 1 to 75 characters and no space at either end"), one)
	d["minProperties"], d["maxProperties"] = 1, maxNodes
	return d
}

func fieldsSchema() object {
	one := record("One field.", []string{"type"}, object{
		"type":     choice("What it holds.", string(core.TextField), string(core.NumberField), string(core.SelectField), string(core.DateField), string(core.PeopleField)),
		"label":    label("What people see: one text, or one for each language (en, zh-CN). Default: the field's key."),
		"required": yesNo("true if people must fill it in."),
		"part":     choice("reported (the default): filled in when the risk is filed. handling: filled in later, by the people who handle the risk.", string(core.Reported), string(core.Handling)),
		"options": object{
			"type": []string{"array", "object"}, "minItems": 1, "maxItems": maxChoices, "minProperties": 1, "maxProperties": maxChoices,
			"items":                object{"type": "string", "minLength": 1, "maxLength": maxLabel},
			"additionalProperties": label("What people see."),
			"description":          "The options of a select field: a list, or a map from key to label so that conditions don't depend on the wording.",
		},
	})
	one["allOf"] = []object{{
		"if":   object{"properties": object{"type": object{"const": string(core.SelectField)}}, "required": []string{"type"}},
		"then": object{"required": []string{"options"}},
		"else": without(coretext.Plain("only a select field can have options"), "options"),
	}}
	d := dict("Your own fields, in addition to the built-in ones, in the order in which people see them.",
		fieldName, coretext.Plain("a field's key has up to 40 lower-case letters, digits and _, and begins with a letter"), one)
	d["maxProperties"] = core.MaxFields
	return d
}
