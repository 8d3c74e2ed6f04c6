package flow

import (
	"fmt"
	"regexp"
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// Form describes a mapping of the config file as data. The JSON schema, the reference of all
// keys and the checks of a file's structure are derived from it, and Compile checks the same
// rules.
type Form struct {
	Help string
	Keys []Key
	// Bare reports that the value of the only key is written in place of the mapping.
	Bare bool
	// AnyOf lists keys of which one is required. Without is the message if all are
	// missing.
	AnyOf   []string
	Without text.Phrase
	// Excludes lists keys that cannot be given together.
	Excludes []Exclusion
	// Requires lists the keys that another key needs.
	Requires []Requirement
	// Need is what a platform must be able to do, nil if every platform is.
	Need *Need
}

// Exclusion says that Others can't be used with Key.
type Exclusion struct {
	Key     string
	Others  []string
	Message text.Phrase
}

// Requirement says that Key requires all of Others and one of AnyOf.
type Requirement struct {
	Key    string
	Others []string
	AnyOf  []string
	// Without is the message if all of AnyOf are missing.
	Without text.Phrase
}

// Key is one key of a Form. If the form belongs to a definition, one of Text, Maybe, List,
// Number and Flag points to the value in it.
type Key struct {
	Name     string
	Kind     KeyKind
	Help     string
	Required bool
	Choices  []string    // all the values; nil if there are others
	Pattern  string      // a regular expression that the value matches, "" for any
	Hint     text.Phrase // what to write, for messages about other values
	Max      int         // entries of a list, characters of a template's result, or the largest number; 0 if there is no limit
	Form     *Form       // of a FormKey, and of each entry of a FormsKey

	Need  *Need                 // what a platform must be able to do for this value; nil if nothing special
	Limit func(core.Limits) int // how many characters, or entries, a platform accepts; nil if it does not matter
	Cut   bool                  // a value over Limit is cut, not refused

	Text  *string
	Maybe **string // of a text that may be empty: nil if the key is left out
	List  *[]string
	Flag  *bool

	Number *int // at least 1
}

// KeyKind is the kind of value that a key takes.
type KeyKind string

// The kinds of keys.
const (
	TextKey      KeyKind = "text"
	TemplateKey  KeyKind = "template"   // a text with values of the risk
	PeopleKey    KeyKind = "people"     // a list of people, or one of them
	MuteKey      KeyKind = "mute"       // the same, or all, or none
	PersonKey    KeyKind = "person"     // one person
	GroupKey     KeyKind = "group"      // the group that a step acts on
	FallbackKey  KeyKind = "fallback"   // a list of groups and people, or one of them
	IDKey        KeyKind = "id"         // the ID of the group that a step creates
	MessageIDKey KeyKind = "message_id" // the ID of the message that a step sends
	WordsKey     KeyKind = "words"      // a list of words, or one of them
	FlagKey      KeyKind = "flag"       // true or false
	NumberKey    KeyKind = "number"     // a whole number from 1 to Max
	FormKey      KeyKind = "form"       // a mapping
	FormsKey     KeyKind = "forms"      // a list of mappings
)

// Need is something that a platform must be able to do.
type Need struct {
	Ability func(core.Capabilities) core.Ability
	What    text.Phrase // what a platform without it cannot do: "send direct messages"
	Skips   bool        // where a platform can't, only this key is skipped
}

// given reports whether the definition has a value for the key.
func (k Key) given() bool {
	switch {
	case k.Text != nil:
		return *k.Text != ""
	case k.Maybe != nil:
		return *k.Maybe != nil
	case k.List != nil:
		return len(*k.List) > 0
	case k.Flag != nil:
		return *k.Flag
	case k.Number != nil:
		return *k.Number != 0
	}
	return false
}

// People returns the people that the definition names under the key.
func (k Key) People() []string {
	switch k.Kind {
	case PersonKey:
		return []string{*k.Text}
	case PeopleKey:
		return *k.List
	case MuteKey:
		if len(*k.List) == 1 && ((*k.List)[0] == muteAll || (*k.List)[0] == muteNone) {
			return nil
		}
		return *k.List
	case TextKey, TemplateKey, GroupKey, FallbackKey, IDKey, MessageIDKey, WordsKey, FlagKey, NumberKey, FormKey, FormsKey:
	}
	return nil
}

// key returns the key of that name, and whether the form has it.
func (f Form) key(name string) (Key, bool) {
	i := slices.IndexFunc(f.Keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return f.Keys[i], true
}

// has reports whether the definition has a value for a key.
func (f Form) has(name string) bool {
	k, ok := f.key(name)
	return ok && k.given()
}

// form checks the rules of a form for the definition at path. name is for messages.
func (c *compiler) form(path, name, rule string, f Form) {
	for _, k := range f.Keys {
		c.key(path, name, rule, k)
	}
	for _, r := range f.Requires {
		if !f.has(r.Key) {
			continue
		}
		for _, other := range r.Others {
			if !f.has(other) {
				c.report(path, -1, rule, "%s with the key %s also needs %s", name, r.Key, other)
			}
		}
		if len(r.AnyOf) > 0 && !slices.ContainsFunc(r.AnyOf, f.has) {
			c.report(path, -1, rule, "%s", r.Without)
		}
	}
	for _, e := range f.Excludes {
		for _, other := range e.Others {
			if f.has(e.Key) && f.has(other) {
				c.report(path+"/"+other, -1, rule, "%s", e.Message)
			}
		}
	}
	if len(f.AnyOf) > 0 && !slices.ContainsFunc(f.AnyOf, f.has) {
		c.report(path, -1, rule, "%s", f.Without)
	}
}

// key checks the value of one key.
func (c *compiler) key(path, name, rule string, k Key) {
	at := path + "/" + k.Name
	switch {
	case k.Required && !k.given():
		c.report(at, -1, rule, "%s needs the key %s", name, k.Name)
	case !k.given():
	case k.Choices != nil && k.List != nil:
		for i, word := range *k.List {
			c.choice(fmt.Sprintf("%s/%d", at, i), rule, k, word)
		}
	case k.Choices != nil:
		c.choice(at, rule, k, *k.Text)
	case k.Pattern != "" && !matches(k.Pattern, *k.Text):
		c.report(at, 0, rule, "%s %q: expected %s", k.Name, *k.Text, k.Hint)
	case k.Number != nil && (*k.Number < 1 || *k.Number > k.Max):
		c.report(at, -1, rule, "%s must be a whole number from 1 to %d", k.Name, k.Max)
	case k.List != nil && k.Max > 0 && len(*k.List) > k.Max:
		c.report(at, -1, RuleLimit, "%s has %d entries, more than %d", k.Name, len(*k.List), k.Max)
	}
}

// choice checks that a word is one of the choices of a key.
func (c *compiler) choice(path, rule string, k Key, word string) {
	if !slices.Contains(k.Choices, word) {
		c.report(path, 0, rule, "%s %q: %s", k.Name, word, orMeant(word, k.Choices, text.Phrasef("known: %s", oneOf(k.Choices))))
	}
}

// matches reports whether s matches a pattern of a Form.
func matches(pattern, s string) bool {
	return regexp.MustCompile(pattern).MatchString(s)
}
