package emulator

import (
	"fmt"
	"unicode/utf8"
)

// Types of the components that only layouts can have, see
// https://docs.discord.com/developers/components/reference#component-object-component-types.
// textDisplay is in modals too.
const (
	section   = 9
	separator = 14
	container = 17
)

// maxSectionTexts is how many text displays a section holds:
// https://docs.discord.com/developers/components/reference#section.
const maxSectionTexts = 3

// layoutReader checks the components of a message with layoutFlag.
type layoutReader struct {
	*form
	seen  map[string]bool // custom_ids
	shown int             // characters in all text displays
}

// part checks one component. A container can't contain another one.
func (r *layoutReader) part(at string, c object, top bool) {
	switch kind, _ := integer(c["type"]); {
	case kind == textDisplay:
		r.display(at, c)
	case kind == section:
		r.section(at, c)
	case kind == separator:
		r.flag(at+".divider", c["divider"])
		r.number(at+".spacing", c["spacing"], 1, 2)
		preset(c, object{"divider": true, "spacing": int64(1)})
	case kind == container && top:
		r.number(at+".accent_color", c["accent_color"], 0, 0xffffff)
		preset(c, object{"spoiler": r.flag(at+".spoiler", c["spoiler"]), "accent_color": nil})
		list := r.list(at+".components", c["components"], maxParts)
		if len(list) == 0 {
			r.required(at + ".components")
		}
		for i, inner := range list {
			r.part(fmt.Sprintf("%s.components.%d", at, i), inner, false)
		}
	default:
		readRow(r.form, at, c, r.seen)
	}
}

// preset sets what a component lacks.
func preset(c, usual object) {
	for key, value := range usual {
		if c[key] == nil {
			c[key] = value
		}
	}
}

func (r *layoutReader) display(at string, c object) {
	r.kind(at, c, textDisplay)
	r.shown += utf8.RuneCountInString(r.text(at+".content", c["content"], 1, maxDisplay))
}

// section checks a section: texts with a button next to them. riskroom uses no
// thumbnails.
func (r *layoutReader) section(at string, c object) {
	list := r.list(at+".components", c["components"], maxSectionTexts)
	if len(list) == 0 {
		r.required(at + ".components")
	}
	for i, text := range list {
		r.display(fmt.Sprintf("%s.components.%d", at, i), text)
	}
	accessory := r.object(at+".accessory", c["accessory"])
	if accessory == nil {
		r.required(at + ".accessory")
		return
	}
	readButton(r.form, at+".accessory", accessory, r.seen)
}
