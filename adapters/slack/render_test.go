package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"riskroom/core"
)

// seen is what decoded blocks show and do.
type seen struct {
	text     []string // of every text element, in order
	mentions []string
	links    []string
	markup   bool // something in it is mrkdwn
	ids      []string
}

func look(t interface{ Fatal(...any) }, m core.Message, op string) seen {
	raw, err := json.Marshal(Renderer{Workspace: "acme"}.Blocks(m, op))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Fatal(err)
	}
	var s seen
	for _, b := range blocks {
		id, _ := b.(map[string]any)["block_id"].(string)
		s.ids = append(s.ids, id)
	}
	s.walk(blocks)
	return s
}

func (s *seen) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			s.walk(e)
		}
	case map[string]any:
		switch v["type"] {
		case "text", "plain_text":
			s.text = append(s.text, v["text"].(string))
		case "mrkdwn":
			s.markup = true
		case "user":
			s.mentions = append(s.mentions, v["user_id"].(string))
		case "link":
			s.links = append(s.links, v["url"].(string))
		}
		s.walk(v["elements"])
		if inner, ok := v["text"].(map[string]any); ok {
			s.walk(inner)
		}
	}
}

func full() core.Message {
	lin := core.Account{Workspace: "acme", ID: "U0000000LIN"}
	return core.Message{
		Text: []core.Span{core.Plain("Waited a day: "), core.Mention(lin)},
		Card: &core.Card{
			Risk: "R-17", Version: 3, Title: []core.Span{core.Plain("R-17 Ledger is off by one")},
			Rows:    []core.Row{{Label: "Handlers", Value: []core.Span{core.Mention(lin)}}, {Label: "Empty"}},
			Body:    []core.Span{core.Plain("One cent. "), core.Hyperlink("More", "https://example.com/1")},
			Footer:  []core.Span{core.Plain("Filed by wei")},
			Buttons: []core.Button{{Press: core.PressStart, Label: "Start", Primary: true}},
		},
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	s := look(t, full(), "abcdefghijklmnopqrst")
	text := strings.Join(s.text, "|")
	for _, want := range []string{"Waited a day: ", "R-17 Ledger is off by one", "Handlers", "One cent. ", "Filed by wei", "Start"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	if strings.Contains(text, "Empty") {
		t.Error("a row without a value is shown")
	}
	if !slices.Equal(s.mentions, []string{"U0000000LIN", "U0000000LIN"}) || !slices.Equal(s.links, []string{"https://example.com/1"}) {
		t.Errorf("mentions %v, links %v", s.mentions, s.links)
	}
	if s.ids[0] != "abcdefghijklmnopqrst" || slices.ContainsFunc(s.ids[1:], func(id string) bool { return id != "" }) {
		t.Errorf("the op is not on the first block: %q", s.ids)
	}
}

func TestSmallCardIsSmall(t *testing.T) {
	t.Parallel()
	m := full()
	m.Text, m.Card.Small = nil, true
	m.Card.Rows = append(m.Card.Rows, core.Row{Label: "Status", Value: []core.Span{core.Plain("pending")}})
	s := look(t, m, "op")
	if text := strings.Join(s.text, ""); strings.Contains(text, "One cent") || !strings.Contains(text, "Handlers   · Status  pending") {
		t.Errorf("it shows %q", text)
	}
	if s.ids[0] != "op" || len(s.ids) != 4 {
		t.Errorf("it has the blocks %q", s.ids)
	}
}

// TestOnlyAccountsAreMentioned checks that anything but an account of this
// workspace or a web address is rendered as text.
func TestOnlyAccountsAreMentioned(t *testing.T) {
	t.Parallel()
	spans := []core.Span{
		core.Mention(core.Account{Workspace: "guild", ID: "U0000000LIN"}),
		core.Mention(core.Account{Workspace: "acme", ID: "!channel"}),
		core.Hyperlink("press", "javascript:alert(1)"), core.Hyperlink("", "https://"), core.Hyperlink("", "https:///x y"),
	}
	m := core.Message{Text: spans, Card: &core.Card{Title: spans, Footer: spans, Body: spans}}
	s := look(t, m, "")
	if len(s.mentions)+len(s.links) > 0 || s.markup {
		t.Errorf("mentions %v, links %v, markup %v", s.mentions, s.links, s.markup)
	}
	if got := (Renderer{Workspace: "acme"}).Fallback(core.Message{Text: spans}); got != "@U0000000LIN@!channelpresshttps://https:///x y" {
		t.Errorf("notifications show %q", got)
	}
}

// TestGroupLinks checks that a group's name leads to its channel, if that is here.
func TestGroupLinks(t *testing.T) {
	t.Parallel()
	r := Renderer{Workspace: "acme", Site: "https://acme.slack.com/"}
	for _, c := range []struct {
		Renderer
		ref  core.GroupRef
		want string
	}{
		{r, core.GroupRef{Workspace: "acme", ID: "C0000000001"}, "https://acme.slack.com/archives/C0000000001"},
		{r, core.GroupRef{Workspace: "guild", ID: "C0000000001"}, ""},
		{Renderer{Workspace: "acme"}, core.GroupRef{Workspace: "acme", ID: "C0000000001"}, ""},
	} {
		raw, err := json.Marshal(c.Spans([]core.Span{core.GroupLink("账本-r-1", c.ref)}))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(raw); strings.Contains(got, `"url":"`+c.want+`"`) != (c.want != "") || !strings.Contains(got, "账本-r-1") {
			t.Errorf("%v is %s", c.ref, got)
		}
	}
}

// TestTextIsLiteral checks that text is shown exactly as typed and no markup in
// it has an effect.
func TestTextIsLiteral(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"<!channel> <@U0000000LIN> <https://evil.example|click> &amp; *bold* _x_ ~y~ `z` :smile:",
		"@here\n> quote\n```code```\n\tindented", "\u202Eevil\u202C \u2066x\u2069 \uFEFF", strings.Repeat("长", 10000),
	}
	for _, h := range hostile {
		s := look(t, core.Message{Text: []core.Span{core.Plain(h)}}, "op")
		if got := strings.Join(s.text, ""); got != core.Isolate(h) || s.markup || len(s.mentions)+len(s.links) > 0 {
			t.Errorf("%.40q is shown as %.40q (mentions %v, links %v)", h, got, s.mentions, s.links)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		h := strings.ReplaceAll(rapid.StringN(1, 200, -1).Draw(t, "text"), "\x00", "")
		m := core.Message{Card: &core.Card{Title: []core.Span{core.Plain(h)}, Footer: []core.Span{core.Plain(h)}}}
		s := look(t, m, "op")
		if h != "" && !slices.Equal(s.text, []string{core.Isolate(h), core.Isolate(h)}) || s.markup {
			t.Fatalf("%q is shown as %q", h, s.text)
		}
	})
}

// TestConfirm checks that a button that asks is never in a menu, and that its texts fit.
func TestConfirm(t *testing.T) {
	t.Parallel()
	m := full()
	long := strings.Repeat("q", 400)
	m.Card.Buttons = []core.Button{{Press: "end", Label: "End", More: true, Confirm: &core.Confirm{Title: long, Text: long, Yes: long, No: "No"}}}
	blocks := Renderer{Workspace: "acme"}.Blocks(m, "")
	b, ok := blocks[len(blocks)-1].(*slack.ActionBlock).Elements.ElementSet[0].(*slack.ButtonBlockElement)
	if !ok || b.Confirm == nil {
		t.Fatalf("not a button that asks: %+v", b)
	}
	for what, got := range map[string][2]int{
		"title": {len([]rune(b.Confirm.Title.Text)), maxAsked}, "text": {len([]rune(b.Confirm.Text.Text)), maxQuestion},
		"yes": {len([]rune(b.Confirm.Confirm.Text)), maxAnswer},
	} {
		if got[0] != got[1] {
			t.Errorf("the %s has %d characters, not %d", what, got[0], got[1])
		}
	}
}

// TestMoreButtons checks that less important buttons are in a menu.
func TestMoreButtons(t *testing.T) {
	t.Parallel()
	m := full()
	for i := range 7 {
		m.Card.Buttons = append(m.Card.Buttons, core.Button{Press: core.Press(fmt.Sprint("p", i)), Label: "more", More: true})
	}
	m.Card.Buttons = append(m.Card.Buttons, core.Button{Press: core.PressDetails, Label: "Details"})
	blocks := Renderer{Workspace: "acme"}.Blocks(m, "")
	elements := blocks[len(blocks)-1].(*slack.ActionBlock).Elements.ElementSet
	menu, ok := elements[len(elements)-1].(*slack.OverflowBlockElement)
	if !ok || len(elements) != 5 || len(menu.Options) != maxMenu {
		t.Fatalf("%d elements, the last is %+v", len(elements), elements[len(elements)-1])
	}
	b, ok := ParseOption(menu.ActionID, menu.Options[1].Value)
	if want := (Button{"p1", "R-17", 3}); !ok || b != want {
		t.Errorf("an option is read as %+v, want %+v", b, want)
	}
	for _, bad := range [][2]string{
		{"riskroom.start", "riskroom.p1:R-17@3"}, {"riskroom.more", "R-17@3"}, {"riskroom.more", ""}, {"riskroom.more", "p1:R-17@3"},
	} {
		if got, ok := ParseOption(bad[0], bad[1]); ok {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}

// TestEverythingIsBounded fills every part of a message.
func TestEverythingIsBounded(t *testing.T) {
	t.Parallel()
	long := []core.Span{core.Plain(strings.Repeat("长x", 10000)), core.Plain("the end")}
	m := core.Message{Text: long, Card: &core.Card{Title: long, Body: long, Footer: long}}
	for range 100 {
		m.Card.Rows = append(m.Card.Rows, core.Row{Label: strings.Repeat("l", 500), Value: long})
		m.Card.Buttons = append(m.Card.Buttons, core.Button{Press: core.PressStart, Label: strings.Repeat("b", 200)})
	}
	s := look(t, m, "op")
	total := 0
	for _, text := range s.text {
		n := utf8.RuneCountInString(text)
		total += n
		if n > maxElement || n == 0 {
			t.Errorf("an element has %d characters", n)
		}
	}
	if total > maxBlocksText+maxButtons*maxLabel+500 || len(s.ids) > 50 {
		t.Errorf("%d characters in %d blocks", total, len(s.ids))
	}
	if !strings.Contains(strings.Join(s.text, ""), "… (+1") {
		t.Error("nothing says that something is missing")
	}
	if n := utf8.RuneCountInString((Renderer{}).Fallback(m)); n > maxFallback {
		t.Errorf("notifications have %d characters", n)
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
		{strings.Repeat("长", 30), 20, strings.Repeat("长", 13) + "… (+10)"}, {"abcdefgh", 4, "abc…"},
	} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("cut(%q, %d) is %q, want %q", c.s, c.n, got, c.want)
		}
	}
}

func TestFallbackIsEscaped(t *testing.T) {
	t.Parallel()
	m := core.Message{Text: []core.Span{
		core.Plain("<!channel> & co "), core.Mention(core.Account{Workspace: "acme", ID: "U0000000LIN"}),
	}}
	if got, want := (Renderer{Workspace: "acme"}).Fallback(m), "&lt;!channel&gt; &amp; co <@U0000000LIN>"; got != want {
		t.Errorf("notifications show %q, want %q", got, want)
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	for _, b := range []Button{{core.PressStart, "R-17", 3}, {core.PressDetails, "风险-1", 0}} {
		if got, ok := ParseButton(b.ActionID(), b.Value()); !ok || got != b {
			t.Errorf("%v comes back as %v, %v", b, got, ok)
		}
	}
	for _, bad := range [][2]string{
		{"start", "R-17@3"}, {"riskroom.", "R-17@3"}, {"riskroom.start", "R-17"}, {"riskroom.start", "@3"},
		{"riskroom.start", "R-17@x"}, {"riskroom.start", "R-17@-1"}, {"riskroom.start", strings.Repeat("R", 100) + "@1"},
	} {
		if got, ok := ParseButton(bad[0], bad[1]); ok {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
