package adaptertest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/core"
)

// typed returns texts that a careless adapter would turn into something else.
func typed(r *rig) map[string]string {
	id := r.cast.People[4].ID
	return map[string]string{
		"a mention":          "ask <@" + id + "> or <@!" + id + "> or @" + id,
		"a mention of all":   "<!channel> <!everyone> @everyone @here @channel",
		"a group's mention":  "<#C0123456789> <!subteam^S0123456789> <@&80351110224678912>",
		"a link":             "<https://evil.example/?a=1&b=2|click here> [click here](https://evil.example)",
		"markup":             "*bold* _it_ ~struck~ **strong** __under__ `code` ||hidden|| ```block```",
		"entities":           "&lt;script&gt; &amp;amp; <b>bold</b> <script>alert(1)</script>",
		"lines":              "first line\n> a quote\n# a heading\n- an item\n\nlast line",
		"right to left":      "total \u202E00.1\u202C \u2067שלום\u2069 عربى \u200Fend",
		"invisible letters":  "zero\u200Bwidth, joined \U0001F469\u200D\U0001F4BB, combining e\u0301",
		"templates":          "{{ .title }} ${HOME} %s %d \\n \\\\ \"quoted\" 'quoted'",
		"emoji and commands": ":smile: <:party:123> /risk status R-17 resolved <t:1700000000:R>",
		"Chinese":            "账目差一分钱：请尽快处理（@所有人）",
	}
}

// literal checks that typed text is shown letter by letter.
func literal() []scenario {
	out := []scenario{{"in a direct message", sendMessage(fullMessage).lacking, func(r *rig, _ Harness) {
		for name, text := range typed(r) {
			res, _ := r.perform(sendMessage(func(*rig) core.Message { return plainMessage(text) }), place{})
			got, _ := message(r.world.State().With(r.cast.People[0]), res.message)
			r.wantLiteral(name, got, text, 1)
		}
	}}}
	everywhere := func(text string) func(*rig) core.Message {
		return func(*rig) core.Message { return core.Message{Text: []core.Span{core.Plain(text)}, Card: filled(text)} }
	}
	group := sendGroupMessage(fullMessage)
	edit := editMessage(editedCard)
	return append(out,
		scenario{"in every part of a card", group.lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			for name, text := range typed(r) {
				res, _ := r.perform(sendGroupMessage(everywhere(text)), at)
				got, _ := r.world.State().message(res.message)
				r.wantLiteral(name, got, text, places)
			}
		}},
		scenario{"in an edited card", edit.lacking, func(r *rig, _ Harness) {
			at := aMessage(r)
			for name, text := range typed(r) {
				r.perform(editMessage(everywhere(text)), at)
				got, _ := r.world.State().message(at.message)
				r.wantLiteral(name, got, text, places)
			}
		}},
		scenario{"in a topic and a purpose", group.lacking, func(r *rig, _ Harness) { literalTopics(r) }},
		scenario{"in a name", group.lacking, func(r *rig, _ Harness) { literalNames(r) }},
		scenario{"a long message", group.lacking, func(r *rig, _ Harness) { longMessages(r) }},
		scenario{"a long topic", setTopic().lacking, func(r *rig, _ Harness) { longTopics(r) }},
	)
}

// places is how often filled, with the text above it, shows the text.
const places = 6

// filled returns a card with text in every place.
func filled(text string) *core.Card {
	spans := []core.Span{core.Plain(text)}
	return &core.Card{
		Risk: "R-17", Version: 1, Title: spans, Body: spans, Footer: spans,
		Rows: []core.Row{{Label: "Own field", Value: spans}, {Label: "Another", Value: spans}},
	}
}

// wantLiteral checks that text is shown n times, without mentions or links.
func (r *rig) wantLiteral(name string, got Shown, text string, n int) {
	r.t.Helper()
	if have := strings.Count(got.Text, text); have < n {
		r.t.Errorf("%s is shown %d times as typed, want %d. Typed:\n%s\nshown:\n%s", name, have, n, text, got.Text)
	}
	if len(got.Mentions)+len(got.Links) > 0 {
		r.t.Errorf("%s became mentions %q and links %q", name, got.Mentions, got.Links)
	}
}

// literalTopics tries the typed texts as topics. A topic is one line, so any white
// space may become a space.
func literalTopics(r *rig) {
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	n := 0
	for name, text := range typed(r) {
		n++
		res, _ := r.perform(createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) {
			s.Topic, s.Purpose, s.Suffix = text, text, fmt.Sprintf("r-%d", n)
		}), place{})
		if v := r.view(res.group.Ref); !strings.Contains(flat(v.Topic), flat(text)) || !strings.Contains(flat(v.Purpose), flat(text)) {
			r.t.Errorf("%s: typed:\n%s\ntopic:\n%s\npurpose:\n%s", name, text, v.Topic, v.Purpose)
		}
	}
}

// literalNames tries the typed texts as names, which are adjusted to the platform's
// rules.
func literalNames(r *rig) {
	names := typed(r)
	names["great length"] = strings.Repeat("ledger ", 1500)
	names["nothing"] = ""
	n := 0
	for name, text := range names {
		n++
		suffix := fmt.Sprintf("r-%d", n)
		res, _ := r.perform(createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Name, s.Suffix = text, suffix }), place{})
		v := r.view(res.group.Ref)
		if !strings.HasSuffix(v.Name, suffix) || utf8.RuneCountInString(v.Name) > r.can.Limits.GroupName || v.Name != res.group.Name {
			r.t.Errorf("%s: the name is %q, the adapter returned %q; the suffix is %q", name, v.Name, res.group.Name, suffix)
		}
	}
}

// longMessages sends messages at the platform's limit and above.
func longMessages(r *rig) {
	at := aGroup(r)
	for _, n := range []int{r.can.Limits.MessageText, r.can.Limits.MessageText + 1, 10_000, 40_001} {
		text := long(n)
		res, _ := r.start(sendGroupMessage(func(*rig) core.Message { return plainMessage(text) }), at).try(Script{}, nil)
		got, _ := r.world.State().message(res.message)
		r.wantWhole("a message", res.err, got.Text, text, r.can.Limits.MessageText)
	}
}

func longTopics(r *rig) {
	at := aGroup(r)
	for _, n := range []int{r.can.Limits.Topic, r.can.Limits.Topic + 1, 10_000} {
		text := long(n)
		a := setGroup(core.PartTopic, func(*rig, place) core.GroupChange { return core.GroupChange{Topic: &text} })
		res, _ := r.start(a, at).try(Script{}, nil)
		for _, o := range res.report.Failed() {
			res.err = &core.Error{Op: string(o.Part), Kind: o.Kind, Detail: o.Detail}
		}
		r.wantWhole("a topic", res.err, r.view(at.group.Ref).Topic, text, r.can.Limits.Topic)
	}
}

// long returns text of n characters without white space at either end.
func long(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		b.WriteString("word" + strconv.Itoa(i) + " ")
	}
	return b.String()[:n-1] + "."
}

// wantWhole checks that long text is shown whole. Text above the limit may instead
// be refused with the limit named, or be visibly cut.
func (r *rig) wantWhole(what string, err error, got, text string, limit int) {
	r.t.Helper()
	n := utf8.RuneCountInString(text)
	switch {
	case err == nil && strings.Contains(got, text):
	case n <= limit:
		r.t.Errorf("%s of %d characters, with a limit of %d: %v, %d characters are shown", what, n, limit, err, utf8.RuneCountInString(got))
	case core.KindOf(err) == core.Invalid: // people read the text, so it must name the limit
		if !strings.Contains(err.Error(), strconv.Itoa(limit)) {
			r.t.Errorf("%s of %d characters is refused without naming the limit of %d: %v", what, n, limit, err)
		}
	case err != nil || !strings.Contains(got, "…") || !strings.Contains(got, text[:limit/2]):
		r.t.Errorf("%s of %d characters, with a limit of %d: %v, cut without saying so", what, n, limit, err)
	}
}
