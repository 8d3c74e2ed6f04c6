package config

import "riskroom/core"

func peopleSchema() object {
	return dict("People who cannot be found by e-mail, have several accounts, or are named in this file.", personName,
		"a person's name has up to 80 characters, none of / @ : in it, and no = in front",
		object{
			"type": "object",
			"properties": object{
				"email": matching("The address under which the platforms know the person, those that find people by one.", emailPattern, "an e-mail address"),
			},
			"additionalProperties": text("The person's user ID in the workspace of that name."),
			"description":          "How the person is reached: email, and for each workspace where that is not enough the user ID, under the workspace's name.",
		})
}

func permissionsSchema() object {
	return record("Who may do what. A list holds names, \"@group\" (a user group or role) and accounts (workspace/ID).", nil, object{
		"administrators": people("May do everything, and are told of failures where there is no admin_channel."),
		"group_settings": people("May be the operator of set_group. Administrators may too."),
		"file":           people("Who may file risks: everyone (the default) or a list. Guests and external people only where they are named."),
		"read":           people("Who may see risks: everyone (the default), involved (submitter, handlers and module lead of the risk) or a list. Guests and external people only where they are named."),
	})
}

func modulesSchema() object {
	one := record("One module.", nil, object{
		"handlers": object{
			"type": []string{"string", "array"}, "minLength": 1, "maxItems": core.MaxHandlers,
			"items":       object{"type": "string", "minLength": 1},
			"description": "Who deals with its risks: names, \"@group\" and accounts (workspace/ID). Choosing the module fills them in.",
		},
		"lead": text("The person who leads the module, by name or account."),
	})
	d := dict("The parts of what you make, each with those who handle its risks, in the order in which people see them.",
		moduleName, "a module's name has 1 to 75 characters and no space at its ends", one)
	d["minProperties"], d["maxProperties"] = 1, maxChoices
	return d
}

func fieldsSchema() object {
	one := record("One field.", []string{"type"}, object{
		"type":     choice("What it holds.", string(core.TextField), string(core.NumberField), string(core.SelectField), string(core.DateField), string(core.PeopleField)),
		"label":    label("What people see: a text, or one per language (en, zh-CN). The key if left out."),
		"required": yesNo("Whether it must be filled in."),
		"part":     choice("reported (the default) is filled in by whoever files the risk, handling by those who deal with it.", string(core.Reported), string(core.Handling)),
		"options": object{
			"type": []string{"array", "object"}, "minItems": 1, "maxItems": maxChoices, "minProperties": 1, "maxProperties": maxChoices,
			"items":                object{"type": "string", "minLength": 1, "maxLength": maxLabel},
			"additionalProperties": label("What people see."),
			"description":          "The choices of a select: a list, or a map from key to label where conditions should not depend on the wording.",
		},
	})
	one["allOf"] = []object{{
		"if":   object{"properties": object{"type": object{"const": string(core.SelectField)}}, "required": []string{"type"}},
		"then": object{"required": []string{"options"}},
		"else": without("only a select has options", "options"),
	}}
	d := dict("Your own fields of a risk, beside the built-in ones, in the order in which people see them.",
		fieldName, "a field's key has up to 40 lower-case letters, digits and _, a letter first", one)
	d["maxProperties"] = core.MaxFields
	return d
}
