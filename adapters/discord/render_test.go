package discord

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"riskroom/core"
)

var linAccount = core.Account{Workspace: "guild", ID: "1000000000000000001"}

func full() core.Message {
	return core.Message{
		Text: []core.Span{core.Plain("Waited a day: "), core.Mention(linAccount)},
		Card: &core.Card{
			Risk: "R-17", Version: 3, Tone: core.ToneWaiting, Title: []core.Span{core.Plain("R-17 Ledger is *off* by one")},
			Rows:    []core.Row{{Label: "Handlers", Value: []core.Span{core.Mention(linAccount)}}, {Label: "Empty"}},
			Body:    []core.Span{core.Plain("One cent. "), core.Hyperlink("More", "https://example.com/a(1)?b=<2>")},
			Footer:  []core.Span{core.Plain("Filed by *wei*")},
			Buttons: []core.Button{{Press: core.PressStart, Label: "Start", Primary: true}, {Press: core.PressDetails, Label: "Details"}},
		},
	}
}

const anOp = "abcdefghijklmnopqrst"

func TestMessage(t *testing.T) {
	t.Parallel()
	got := Renderer{Workspace: "guild"}.Message(full(), anOp)
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"content":"Waited a day\\: <@1000000000000000001>","embeds":[{` +
		`"title":"R-17 Ledger is \\*off\\* by one",` +
		`"description":"One cent. [More](<https://example.com/a%281%29?b=%3C2%3E>)",` +
		`"color":15246141,"footer":{"text":"Filed by *wei*"},` +
		`"fields":[{"name":"Handlers","value":"<@1000000000000000001>","inline":true}]}],` +
		`"components":[{"components":[` +
		`{"label":"Start","style":1,"disabled":false,"custom_id":"riskroom.start:R-17@3:` + anOp + `","type":2},` +
		`{"label":"Details","style":2,"disabled":false,"custom_id":"riskroom.details:R-17@3","type":2}],"type":1}],` +
		`"allowed_mentions":{"parse":[],"users":["1000000000000000001"],"replied_user":false}}`
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(raw))
	if plain != want {
		t.Errorf("it is\n%s\nwant\n%s", plain, want)
	}
}

// TestEveryPartIsSent checks that empty parts are sent too, so that an edit
// clears them.
func TestEveryPartIsSent(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(Renderer{}.Message(core.Message{}, ""))
	want := `{"content":"","embeds":[],"components":[],"allowed_mentions":{"parse":[],"replied_user":false}}`
	if err != nil || string(raw) != want {
		t.Errorf("it is %s, %v", raw, err)
	}
}

// TestPinnedCard checks the layout of a small card: everything is next to the button
// that asks for the least, and there is no body.
func TestPinnedCard(t *testing.T) {
	t.Parallel()
	c := *full().Card
	c.Small = true
	c.Rows = append(c.Rows, core.Row{Label: "Status", Value: []core.Span{core.Plain("*pending*")}})
	got, ok := Renderer{Workspace: "guild"}.layout(core.Message{Card: &c}, anOp)
	raw, err := json.Marshal(got)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := `{"flags":32768,"components":[{"type":17,"accent_color":15246141,"components":[` +
		`{"type":9,"components":[{"type":10,"content":"### R-17 Ledger is \\*off\\* by one"},` +
		`{"type":10,"content":"Handlers  <@1000000000000000001> · Status  \\*pending\\*"},{"type":10,"content":"-# Filed by \\*wei\\*"}],` +
		`"accessory":{"label":"Details","style":2,"disabled":false,"custom_id":"riskroom.details:R-17@3","type":2}},` +
		`{"type":14},{"components":[` +
		`{"label":"Start","style":1,"disabled":false,"custom_id":"riskroom.start:R-17@3:` + anOp + `","type":2}],"type":1}]}],` +
		`"allowed_mentions":{"parse":[],"replied_user":false}}`
	if plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(raw)); plain != want {
		t.Errorf("it is\n%s\nwant\n%s", plain, want)
	}
}

// TestOldPinnedCardsChange checks that an edit turns the embed of an earlier version into
// components.
func TestOldPinnedCardsChange(t *testing.T) {
	t.Parallel()
	c := *full().Card
	c.Small = true
	raw, err := json.Marshal(Renderer{Workspace: "guild"}.newContent(core.Message{Card: &c}))
	if got := string(raw); err != nil || !strings.Contains(got, `"flags":32768`) || !strings.Contains(got, `"content":null,"embeds":[]`) || strings.Contains(got, anOp) {
		t.Errorf("it is %s, %v", got, err)
	}
}

// TestCardWithoutButtons checks that such a card is a layout with all its parts, whether
// it is posted or edited.
func TestCardWithoutButtons(t *testing.T) {
	t.Parallel()
	m := full()
	m.Card.Buttons = nil
	for _, op := range []string{anOp, ""} {
		got, ok := Renderer{Workspace: "guild"}.layout(m, op)
		raw, err := json.Marshal(got)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(raw))
		for _, part := range []string{
			"Waited a day\\\\: <@1000000000000000001>", "### R-17", "**Handlers**  <@", "One cent. [More](", "-# Filed by", `"users":["1000000000000000001"]`,
		} {
			if !strings.Contains(plain, part) {
				t.Errorf("%q is missing in %s", part, plain)
			}
		}
	}
	if _, ok := (Renderer{Workspace: "guild"}).layout(full(), ""); ok {
		t.Error("a card with buttons has no push notification")
	}
}

// TestTheOpIsFoundAgain checks that every kind of message carries the op in
// exactly one place.
func TestTheOpIsFoundAgain(t *testing.T) {
	t.Parallel()
	bare := *full().Card
	bare.Buttons = nil
	noFooter := bare
	noFooter.Footer = nil
	pinned := *full().Card
	pinned.Small = true
	mentioned := bare
	mentioned.Footer = []core.Span{core.Plain("Filed by "), core.Mention(linAccount)}
	for name, m := range map[string]core.Message{
		"everything": full(), "pinned": {Card: &pinned}, "text": {Text: full().Text}, "text to the limit": {Text: []core.Span{core.Plain(strings.Repeat("*", 5000))}},
		"card without buttons": {Card: &bare}, "nor footer": {Card: &noFooter}, "mention in the footer": {Card: &mentioned},
	} {
		raw, err := json.Marshal(Renderer{Workspace: "guild"}.newMessage(m, anOp))
		if err != nil {
			t.Fatal(err)
		}
		p := posted{}
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		p.Author.Bot = true
		places, ids := 2, 0 // the nonce and a button
		if m.Card == nil || len(m.Card.Buttons) == 0 {
			places, ids = 1, 1 // the nonce, and the id of a text
		}
		if !p.marked(anOp) || p.marked("bcdefghijklmnopqrstu") || strings.Count(string(raw), anOp) != places || strings.Count(string(raw), `"id":`) != ids {
			t.Errorf("%s: %s", name, raw)
		}
		if utf8.RuneCountInString(p.Content) > maxContent {
			t.Errorf("%s has %d characters", name, utf8.RuneCountInString(p.Content))
		}
		p.Author.Bot = false
		if p.marked(anOp) {
			t.Errorf("%s: a person's message passes", name)
		}
	}
}

// TestEarlierMarksAreFound checks that messages of earlier versions are found, which
// showed the op.
func TestEarlierMarksAreFound(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"content":"hello\n-# ` + anOp + `"}`, `{"content":"-# ` + anOp + `"}`,
		`{"embeds":[{"footer":{"text":"Filed by wei · ` + anOp + `"}}]}`, `{"embeds":[{"footer":{"text":"` + anOp + `"}}]}`,
	} {
		p := posted{}
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			t.Fatal(err)
		}
		p.Author.Bot = true
		if !p.marked(anOp) || p.marked("bcdefghijklmnopqrstu") {
			t.Errorf("%s is not recognised", raw)
		}
	}
}

// TestOnlyAccountsAreMentioned checks that anything but an account of this
// workspace or a web address is rendered as text.
func TestOnlyAccountsAreMentioned(t *testing.T) {
	t.Parallel()
	spans := []core.Span{
		core.Mention(core.Account{Workspace: "acme", ID: linAccount.ID}), core.Mention(core.Account{Workspace: "guild", ID: "everyone"}),
		core.Hyperlink("press", "javascript:alert(1)"), core.Hyperlink("", "https://"), core.Hyperlink("", "https:///x y"),
		core.Hyperlink("long", "https://example.com/"+strings.Repeat("x", maxLink)),
	}
	m := core.Message{Text: spans, Card: &core.Card{Title: spans, Footer: spans, Body: spans, Rows: []core.Row{{Label: "Row", Value: spans}}}}
	got := Renderer{Workspace: "guild"}.Message(m, "")
	raw, _ := json.Marshal(got)
	if works(got.Text) || works(got.Embeds[0].Description) || works(got.Embeds[0].Title) || len(got.AllowedMentions.Users) > 0 {
		t.Errorf("something works in %s", raw)
	}
	if got.Text != `\@1000000000000000001\@everyonepresshttps\://https\:///x ylong` {
		t.Errorf("it shows %q", got.Text)
	}
}

// TestGroupLinks checks that a group's name leads to its channel, if that is here.
func TestGroupLinks(t *testing.T) {
	t.Parallel()
	r := Renderer{Workspace: "guild", Guild: "1000000000000000009"}
	for ref, want := range map[core.GroupRef]string{
		{Workspace: "guild", ID: "1000000000000000008"}: "[账本-r-1](<https://discord.com/channels/1000000000000000009/1000000000000000008>)",
		{Workspace: "acme", ID: "C0000000001"}:          "账本-r-1",
	} {
		if got := r.Message(core.Message{Text: []core.Span{core.GroupLink("账本-r-1", ref)}}, "").Text; got != want {
			t.Errorf("%v is %s", ref, got)
		}
	}
}

// signs matches what Discord reads as markup unless a backslash precedes it,
// including what is markup only at the start of a line.
var signs = regexp.MustCompile("[*_~`|<\\[@]|:[^ ]|(?m)^[ \t]*([#>+-]|[0-9]+[.)])")

var escapes = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")

// works reports whether anything but plain characters remains once escapes are
// removed.
func works(s string) bool { return signs.MatchString(escapes.ReplaceAllString(s, "x")) }

// TestTextIsLiteral checks that text is shown exactly as typed and no markup in
// it has an effect.
func TestTextIsLiteral(t *testing.T) {
	t.Parallel()
	shown := func(s string) string {
		return escapes.ReplaceAllStringFunc(s, func(e string) string { return e[1:] })
	}
	hostile := []string{
		"<@1000000000000000001> <@&1> <#1> <t:1:R> </x:1> <:a:1> @everyone @here", "**b** _i_ __u__ ~~s~~ ||h|| `c` [a](https://x.y)",
		"# h\n## h\n-# s\n> q\n>>> q\n- i\n * i\n+ i\n1. i\n 12) i\n```c\n```", `\*already\* \\ \`, "https://evil.example :smile: :100: 09:00",
		"\u202Eevil\u202C \u2066x\u2069 \uFEFF", "discord.gg/x &lt;b&gt; {{ .x }} 3.5 (1) a-b",
	}
	for _, h := range hostile {
		if got := escape(h); shown(got) != h || works(got) {
			t.Errorf("%q is shown as %q (%q)", h, shown(got), got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		h := strings.ReplaceAll(strings.ToValidUTF8(rapid.StringN(1, 150, -1).Draw(t, "text"), ""), "\x00", "")
		if got := escape(h); shown(got) != h || works(got) {
			t.Fatalf("%q is sent as %q", h, got)
		}
	})
}

// TestMoreButtons checks that less important buttons have rows of their own, and that
// the op stays on the first of the others.
func TestMoreButtons(t *testing.T) {
	t.Parallel()
	m := full()
	m.Card.Buttons = slices.Insert(m.Card.Buttons, 0, core.Button{Press: "edit", Label: "Edit", More: true}, core.Button{Press: "note", Label: "Note", More: true})
	var rows []string
	for _, row := range (Renderer{Workspace: "guild"}.Message(m, anOp)).Components {
		labels := ""
		for _, b := range row.(discordgo.ActionsRow).Components {
			labels += b.(discordgo.Button).Label + " "
			if carries(b.(discordgo.Button).CustomID, anOp) != (b.(discordgo.Button).Label == "Start") {
				t.Errorf("%+v", b)
			}
		}
		rows = append(rows, labels)
	}
	if want := []string{"Start Details ", "Edit Note "}; !slices.Equal(rows, want) {
		t.Errorf("the rows are %q, want %q", rows, want)
	}
}

// TestEverythingIsBounded fills every part of a message.
func TestEverythingIsBounded(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"长x", "*_"} {
		long := []core.Span{core.Plain(strings.Repeat(letter, 10000)), core.Plain("the end")}
		m := core.Message{Text: long, Card: &core.Card{Title: long, Body: long, Footer: long}}
		for i := range 100 {
			m.Card.Rows = append(m.Card.Rows, core.Row{Label: strings.Repeat("l", 500), Value: long[:1+i%2]})
			m.Card.Buttons = append(m.Card.Buttons, core.Button{Press: core.Press(fmt.Sprint("p", i)), Label: strings.Repeat("b", 200)})
		}
		m.Card.Risk = "R-17"
		bounded(t, Renderer{Workspace: "guild"}.Message(m, anOp))
		m.Card.Small = true
		boundedLayout(t, m)
		m.Card.Buttons, m.Card.Small = nil, false
		bounded(t, Renderer{Workspace: "guild"}.Message(m, anOp))
		boundedLayout(t, m)
	}
}

// boundedLayout checks a layout against Discord's limits, and that it says that something
// is missing.
func boundedLayout(t *testing.T, m core.Message) {
	t.Helper()
	raw, err := json.Marshal(Renderer{Workspace: "guild"}.newMessage(m, anOp))
	var got struct{ Components []part }
	if err == nil {
		err = json.Unmarshal(raw, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := flatten(got.Components)
	shown := 0
	for _, c := range all {
		shown += utf8.RuneCountInString(c.Content)
	}
	if len(all) > 40 || shown > maxLayout || shown < maxLayout/2 || !strings.Contains(string(raw), "… (+1") {
		t.Errorf("it has %d components with %d characters", len(all), shown)
	}
}

// part is a component as Discord reads it.
type part struct {
	Content    string
	Components []part
	Accessory  *part
}

func flatten(list []part) []part {
	var all []part
	for _, c := range list {
		all = append(append(all, c), flatten(c.Components)...)
		if c.Accessory != nil {
			all = append(all, *c.Accessory)
		}
	}
	return all
}

func bounded(t *testing.T, got Content) {
	t.Helper()
	e := got.Embeds[0]
	total := 0
	within := func(what, s string, limit int) {
		n := utf8.RuneCountInString(s)
		total += n
		if n == 0 || n > limit {
			t.Errorf("%s has %d characters, the limit is %d", what, n, limit)
		}
	}
	within("the title", e.Title, maxTitle)
	within("the footer", e.Footer.Text, 2048)
	for _, f := range e.Fields {
		within("a field's name", f.Name, maxFieldName)
		within("a field", f.Value, maxFieldValue)
	}
	within("the body", e.Description, maxDescription)
	if total > maxEmbeds || len(e.Fields) > maxFields {
		t.Errorf("the embed has %d characters in %d fields", total, len(e.Fields))
	}
	total = 0
	within("the text", got.Text, maxContent)
	seen := map[string]bool{}
	for _, row := range got.Components {
		buttons := row.(discordgo.ActionsRow).Components
		if len(buttons) > maxInRow {
			t.Errorf("%d buttons in a row", len(buttons))
		}
		for _, b := range buttons {
			id := b.(discordgo.Button).CustomID
			within("a label", b.(discordgo.Button).Label, maxLabel)
			if len(id) > maxCustomID || seen[id] {
				t.Errorf("the custom_id %q is too long or there twice", id)
			}
			seen[id] = true
		}
	}
	if len(got.Components) > maxRows || !strings.Contains(got.Text, "… (+1") || !strings.Contains(e.Title, "… (+1") || !strings.Contains(e.Description, "… (+1") {
		t.Errorf("%d rows of buttons; nothing says that something is missing: %.40s", len(got.Components), got.Text)
	}
}

// TestManyRows checks that rows beyond Discord's number of fields share the
// last field.
func TestManyRows(t *testing.T) {
	t.Parallel()
	c := core.Card{Risk: "R-17"}
	for i := range 30 {
		c.Rows = append(c.Rows, core.Row{Label: fmt.Sprint("Label ", i), Value: []core.Span{core.Plain(fmt.Sprint("value ", i))}})
	}
	fields := Renderer{Workspace: "guild"}.Card(c).Embeds[0].Fields
	if len(fields) != maxFields || fields[24].Value != "Label 24 value 24\nLabel 25 value 25\nLabel 26 value 26\nLabel 27 value 27\nLabel 28 value 28\nLabel 29 value 29\n" {
		t.Errorf("%d fields, the last of them %+v", len(fields), fields[len(fields)-1])
	}
	c.Rows = c.Rows[:25]
	if fields := (Renderer{Workspace: "guild"}).Card(c).Embeds[0].Fields; len(fields) != 25 || fields[24].Name != "Label 24" {
		t.Errorf("of 25 rows the last is %+v", fields[len(fields)-1])
	}
}

// TestBlanksAreNotSent checks that blank parts, which Discord refuses, are left
// out.
func TestBlanksAreNotSent(t *testing.T) {
	t.Parallel()
	blank := []core.Span{core.Plain(" \n")}
	got := Renderer{}.Card(core.Card{Title: blank, Body: blank, Footer: blank, Rows: []core.Row{{Label: "x", Value: blank}}})
	if len(got.Embeds) != 0 {
		t.Errorf("it is %+v", got.Embeds[0])
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{
		{"short", 5, "short"}, {"", 0, ""}, {"abc", 0, ""}, {"abc", 1, "…"},
		{strings.Repeat("长", 30), 20, strings.Repeat("长", 13) + "… (+17)"}, {"abcdefgh", 4, "abc…"},
	} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("cut(%q, %d) is %q, want %q", c.s, c.n, got, c.want)
		}
	}
}

// TestMentionsAreWholeOrNotThere checks that no mention is cut in two, and that
// people whose mention was cut away are not notified.
func TestMentionsAreWholeOrNotThere(t *testing.T) {
	t.Parallel()
	var spans []core.Span
	for i := range 200 {
		spans = append(spans, core.Mention(core.Account{Workspace: "guild", ID: fmt.Sprint(1000000000000000000 + i%150)}), core.Plain(" "))
	}
	got := Renderer{Workspace: "guild"}.Message(core.Message{Text: spans}, anOp)
	whole := regexp.MustCompile(`<@\d{19}>`).FindAllString(got.Text, -1)
	if n := strings.Count(got.Text, "<@"); n != len(whole) || n == 0 {
		t.Errorf("%d of %d mentions are whole", len(whole), n)
	}
	users := got.AllowedMentions.Users
	slices.Sort(users)
	if len(users) != min(len(whole), maxMentions) || len(slices.Compact(users)) != len(users) {
		t.Errorf("%d mentions, %d people notified", len(whole), len(users))
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	for _, b := range []Button{{core.PressStart, "R-17", 3, ""}, {core.PressDetails, "风险-1", 0, ""}, {core.PressStart, "R-17", 3, "acme"}} {
		for _, op := range []string{"", anOp} {
			if got, ok := ParseButton(b.CustomID(op)); !ok || got != b || carries(b.CustomID(op), anOp) != (op != "") {
				t.Errorf("%v comes back as %v, %v from %s", b, got, ok, b.CustomID(op))
			}
		}
	}
	longest := Button{core.PressResolve, core.RiskKey(strings.Repeat("R", maxKey)), 1<<63 - 1, "acme"}.CustomID(anOp)
	if _, ok := ParseButton(longest); !ok || len(longest) > maxCustomID {
		t.Errorf("the longest has %d characters", len(longest))
	}
	for _, bad := range []string{
		"start:R-17@3", "riskroom.", "riskroom.start", "riskroom.:R-17@3", "riskroom.start:R-17", "riskroom.start:@3", "riskroom.start:R-17@x",
		"riskroom.start:R-17@-1", "riskroom.start:" + strings.Repeat("R", 50) + "@1", "riskroom.start:R-17@3:" + strings.Repeat("x", 100),
	} {
		if got, ok := ParseButton(bad); ok {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}

// TestATextHasTheButtonOfItsRisk checks that a message without a card stays content,
// which push notifications show, if it is about a risk.
func TestATextHasTheButtonOfItsRisk(t *testing.T) {
	t.Parallel()
	m := core.Message{Text: full().Text, About: &core.Card{Risk: "R-17", Buttons: []core.Button{{Press: core.PressDetails, Label: "Details"}}}}
	raw, err := json.Marshal(Renderer{Workspace: "guild"}.newMessage(m, anOp))
	p := posted{}
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	p.Author.Bot = true
	if err != nil || !p.marked(anOp) || p.Content == "" || strings.Contains(p.Content, anOp) || len(p.Embeds) > 0 {
		t.Errorf("it is %s, %v", raw, err)
	}
}
