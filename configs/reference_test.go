package configs_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
)

// schema is the part of a JSON Schema that the reference shows.
type schema struct {
	Type                 any                `json:"type"` // a string, or several
	Description          string             `json:"description"`
	Message              string             `json:"errorMessage"`
	Properties           map[string]*schema `json:"properties"`
	PatternProperties    map[string]*schema `json:"patternProperties"`
	AdditionalProperties json.RawMessage    `json:"additionalProperties"`
	Items                *schema            `json:"items"`
	Required             []string           `json:"required"`
	Enum                 []string           `json:"enum"`
	Const                any                `json:"const"`
	AllOf                []*schema          `json:"allOf"`
	AnyOf                []*schema          `json:"anyOf"`
	If                   *schema            `json:"if"`
	Then                 *schema            `json:"then"`
	MaxItems             int                `json:"maxItems"`
	MaxProperties        int                `json:"maxProperties"`
	MaxLength            int                `json:"maxLength"`
	Maximum              int                `json:"maximum"`
}

// TestReference checks that docs/configuration.md matches the schema.
func TestReference(t *testing.T) {
	t.Parallel()
	var root schema
	if err := json.Unmarshal(config.Schema(platforms.Settings()), &root); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(`# Configuration

Every key of the config file. This page is generated from the schema that editors use ([schema.json](../configs/schema.json)).
You can start from a file in [configs](../configs). ` + "`riskroom check FILE`" + ` reports every problem in a file at once.
` + "`riskroom check --online FILE`" + ` also asks the workspaces, and says what to click.

Keys in **bold** are required. Values may contain ` + "`${NAME}` or `${NAME:-default}`" + ` from the environment; write ` + "`$${`" + ` for a literal
` + "`${`" + `. Give a secret as ` + "`${NAME}`" + ` and nothing else. Or put it into a file, and name the file under the key with ` + "`_file`" + ` at its
end, such as ` + "`bot_token_file`" + `.

[Groups](#groups), at the end, says how groups end and who may change them. [Times and delays](#times-and-delays) says how to delay and
repeat flows.
[Conditions, people and templates](#conditions-people-and-templates) lists the values and functions for them.
`)
	describe(&b, "", "The top level", &root)
	b.WriteString(strings.ReplaceAll(groups+times+language, "~", "`"))
	const path = "../docs/configuration.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is out of date; run go test ./configs -update", path)
	}
}

// groups is the section on groups, with ~ for a backquote.
const groups = `
## Groups

A group is a channel that riskroom creates: by ~create_group~, ~/risk group open~ or ~/risk topic open~. There are three types:

| type | belongs to | ends |
|---|---|---|
| ~item~ | a risk, which has one at a time; ~on_exists~ says what happens if it has one already | with ~close_group~, or ~dissolve~ |
| ~topic~ | a risk, or a key of its own such as ~T-3~ | when somebody ends the topic |
| ~ordinary~ | the risk whose flow created it | with ~dissolve~ |

**Who may change a group**: its owner, its admins and ~administrators~. In chat they use ~/risk group settings~. In a flow, the
~operator~ of ~set_group~ must be one of these when the step runs, and also have ~permissions.group_settings~ (or be an
administrator). riskroom keeps owner and admins itself and shows them on the pinned card and by ~/risk group~. If the owner leaves,
the first admin takes over, else the lead of the risk's module. [Security](security.md#who-can-do-what) has the whole table.

**End a topic**: press *End the topic* on the pinned card, type ~/risk topic end~ in the channel, or use ~set_group~ with ~state: ended~.
On Discord, only the server's owner and administrators can post after that; ~/risk topic reopen~ reopens it. On Slack,
the workspace's ~topic_end~ decides:

| ~topic_end~ | after the end | how to reopen it |
|---|---|---|
| ~archive~ (the default) | the channel is archived, and nobody can post | a member unarchives the channel and adds riskroom to it again |
| ~restrict~, with ~admin_token~ | only the workspace's owners and administrators can post | ~/risk topic reopen~ |
| ~announce~ | everybody can still post, and the channel says so | ~/risk topic reopen~ |

**Close the groups of closed risks**: ~close_group: { after: 7d }~ at the top level. A notice in the group comes a day before; a
message there, or reopening the risk, keeps the group. Slack archives it. On Discord, the workspace's ~on_close~ archives it (the
default) or deletes it. If the risk is reopened after that, it gets a group again from the next flow that creates one, or by
~/risk group open~. An archived group that somebody brings back before that is the risk's again: on Slack they unarchive it and
add riskroom to it, on Discord they move it out of the archive category.

**Get one message after an outage**: ~catch_up: digest~ in a trigger with ~date_field~ or ~schedule~. What is more than 10 minutes late
then becomes one message for each recipient and channel, with a title of riskroom's own and the list of the risks for which ~if~ is
still true. It comes about two minutes after riskroom is back. Such a flow only sends messages, to people or to a channel given as
~workspace/ID~, without ~reply_to~, ~mention~ and ~fallback~; the list has no cards. A flow with a single date that acts on closed
risks still sends a message for each of these.

**Dissolve a group**: ~dissolve: true~ in ~set_group~. Slack archives it, and riskroom moves it to the archive category on Discord.
Messages are kept.

What each platform can do is listed for [Slack](effects-slack.md#what-slack-can-do) and [Discord](effects-discord.md#what-discord-can-do).
`

// times is the section on when flows are due, with ~ for a backquote.
const times = `
## Times and delays

**Delay what an event starts**: ~on~ is due at once and has no ~after~. To be due two working days after a risk is filed, write
~date_field: submitted_at~ with ~after: 2wd~; after its status changed, write ~date_field: status_since~. Or keep ~on~ and begin the
steps with ~wait: 2wd~.

**Repeat until something happens**: in "every two working days until someone takes it", the last part is ~until~ or ~if~. While ~until~
is true, the flow isn't due at all. With ~if~ alone, it keeps coming due, and each time is skipped while the condition is false.

**Messages that wait in quiet hours**: if a change of the risk makes ~if~ false meanwhile, they are cancelled, and nobody gets them.
`

// language is the section on conditions, people and templates, with ~ for a backquote.
const language = `
## Conditions, people and templates

All three can use these values of the risk: ~key~, ~title~, ~module~, ~severity~, ~status~, ~description~, ~resolution~,
~discovered_at~, ~due_at~, ~submitted_at~, ~status_since~, ~submitter~, ~handlers~, ~lead~, and your own fields as ~fields.KEY~. ~now~ is
the current time. A severity is ~low~, ~medium~, ~high~ or ~critical~. A status is ~pending~, ~in_progress~, ~resolved~ or ~shelved~.

With a ~process~, there are also ~node~, where the risk is; ~node_since~, since when; and ~operators~, who acts there. Conditions
compare the key of a node (~node == "review"~), templates show its label. In lists of people, ~operators~ is a keyword.

A flow that an event triggers also knows what happened. These values don't change later:

- ~by~ is who did it, with every event but ~filed~ and those of groups. The condition ~by != submitter~ leaves out what the submitter did. To choose other
  people, use ~by~ in the trigger.
- ~note~ is what they wrote, with ~on: assigned~, ~on: status~, ~on: reopened~ and ~on: note~.
- ~from~ and ~to~ are the old and the new status, with ~on: status~ and ~on: reopened~.
- ~group~ and ~group_type~ are the name and the type of the group, with ~on: group_created~ and ~on: group_ended~. Groups that belong
  to no risk, such as ~T-3~, start no flow.
- ~new_handlers~ are the handlers that the risk didn't have before, with ~on: assigned~. A list of people can name them, too.

A **condition** compares values. Text is in quotes:

~~~
if: status == "pending" and severity in ["high", "critical"]
if: fields.amount > 1000 or title contains "outage"
if: not filled(due_at) or due_at - now < duration("48h")
~~~

- Operators: ~and~, ~or~, ~not~, ~==~, ~!=~, ~<~, ~<=~, ~>~, ~>=~, ~in~, ~contains~, ~startsWith~, ~endsWith~, ~matches~ (a regular
  expression), ~+~, ~-~, ~*~, ~/~ and ~a ? b : c~.
- Functions: ~filled(x)~ (whether x is set), ~len(x)~, ~lower(x)~, ~upper(x)~, ~trim(x)~, ~duration("48h")~ and ~date("2026-05-01")~.

In a **list of people**, an entry that begins with ~=~ is an expression in the same language. Its result must be people:

~~~
to: [handlers, '=severity == "critical" ? lead : fields.experts']
~~~

In a **template**, ~{{ .key }}~ is replaced with a value, and ~{{ if … }}~ chooses a text:

~~~
title: '{{ .key }} is due on {{ date .due_at }}{{ if eq .severity "critical" }}, and critical{{ else }}.{{ end }}'
~~~

- ~date~ shows a day, and ~datetime~ a day with its time. ~{{ .handlers | join ", " }}~ separates people.
- ~{{ .resolution | default "none" }}~ is for a value that may not be set, and ~{{ .title | truncate 40 }}~ for a long one.
- ~upper~, ~lower~ and ~trim~ change text. ~eq~, ~ne~, ~and~, ~or~ and ~not~ are for ~if~.
`

// describe writes a section for a map with known keys, and one for each map below it.
func describe(b *strings.Builder, path, title string, s *schema) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if path != "" && s.Description != "" {
		b.WriteString(s.Description + "\n\n")
	}
	b.WriteString("| key | value | meaning |\n|---|---|---|\n")
	names := slices.SortedFunc(maps.Keys(s.Properties), func(a, b string) int {
		return cmp.Or(-cmp.Compare(rank(s, a), rank(s, b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		key := "`" + name + "`"
		if slices.Contains(s.Required, name) {
			key = "**" + key + "**"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", key, cell(form(s.Properties[name])), cell(s.Properties[name].Description))
	}
	for _, rule := range s.AllOf {
		if rule.Message != "" {
			fmt.Fprintf(b, "\n%s.\n", sentence(rule.Message))
		}
	}
	for _, rule := range s.AllOf {
		if rule.If == nil || rule.Then == nil {
			continue
		}
		for key, is := range rule.If.Properties {
			if len(rule.Then.Properties) > 0 {
				describe(b, path, fmt.Sprintf("`%s` with `%s: %v`", path, key, is.Const), rule.Then)
			}
		}
	}
	for _, name := range names {
		below(b, strings.TrimPrefix(path+"."+name, "."), s.Properties[name])
	}
}

// below writes the sections for the value of a key.
func below(b *strings.Builder, path string, s *schema) {
	switch {
	case len(s.PatternProperties) > 0:
		for _, one := range s.PatternProperties {
			if s.Message != "" && len(one.Properties) > 0 {
				one.Description = strings.TrimSpace(one.Description + " " + sentence(s.Message) + ".")
			}
			below(b, path+".NAME", one)
		}
	case s.Items != nil && len(s.Items.Properties) > 0:
		below(b, path+"[]", s.Items)
	case len(s.Properties) > 0 && !strings.Contains(fmt.Sprint(s.Type), "string"):
		describe(b, path, "`"+path+"`", s)
	}
}

func rank(s *schema, name string) int {
	if slices.Contains(s.Required, name) {
		return 1
	}
	return 0
}

// form describes the form of a value in a few words.
func form(s *schema) string {
	switch {
	case s.Const != nil:
		return fmt.Sprintf("`%v`", s.Const)
	case len(s.Enum) > 0:
		return "`" + strings.Join(s.Enum, "`, `") + "`"
	}
	kinds, many := s.Type.([]any)
	if !many {
		kinds = []any{s.Type}
	}
	var words []string
	for _, k := range kinds {
		words = append(words, map[any]string{
			"string": "text", "boolean": "true or false", "array": "list", "object": "map", "integer": "number", "number": "number",
		}[k])
	}
	out := strings.Join(words, " or ")
	if s.Items != nil && len(s.Items.Enum) > 0 {
		out = "`" + strings.Join(s.Items.Enum, "`, `") + "`, or a list of them"
	}
	if say, ok := strings.CutPrefix(s.Message, "expected "); ok {
		out = strings.TrimPrefix(say, "something like ")
	}
	switch {
	case s.MaxItems > 0:
		out += fmt.Sprintf(", at most %d", s.MaxItems)
	case s.MaxProperties > 0:
		out += fmt.Sprintf(", at most %d", s.MaxProperties)
	case s.Maximum > 0:
		out += fmt.Sprintf(" from 1 to %d", s.Maximum)
	case s.MaxLength > 0:
		out += fmt.Sprintf(", at most %d characters", s.MaxLength)
	}
	return out
}

// sentence makes s begin with a capital, unless it begins with a key.
func sentence(s string) string {
	if first, _, _ := strings.Cut(s, " "); strings.Contains(first, "_") {
		return "`" + first + "`" + s[len(first):]
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
