package demo

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core/text"
)

// textTeller prints what happens as text: by day and hour, who sees what where.
type textTeller struct {
	out    io.Writer
	words  text.Printer
	style  style
	day    string           // the last one printed
	drawn  map[string]bool  // cards, by their texts
	shown  map[string][]row // what each message's card shows, by postID
	began  map[string]bool  // flows
	failed error
}

var _ teller = (*textTeller)(nil)

func newText(out io.Writer, words text.Printer, color bool) *textTeller {
	return &textTeller{out: out, words: words, style: style(color), drawn: map[string]bool{}, shown: map[string][]row{}, began: map[string]bool{}}
}

// Columns of the output: the hour, then what happens.
const (
	hourColumn = "15:04"
	indent     = "       "
	ruleWidth  = 78

	labelColumn = 24 // of a form, at most
)

func (t *textTeller) err() error { return t.failed }

func (t *textTeller) print(format string, args ...any) {
	if _, err := fmt.Fprintf(t.out, format, args...); err != nil && t.failed == nil {
		t.failed = err
	}
}

func (t *textTeller) begin(w *world) {
	args := text.Args{"Platforms": t.platforms(w)}
	for _, l := range wrap(t.words.S("demo.begin", args), ruleWidth) {
		t.print("%s\n", t.style.bold(l))
	}
	for _, l := range wrap(t.words.S("demo.begin.memory", args), ruleWidth) {
		t.print("%s\n", l)
	}
	if len(w.workspaces) > 1 {
		t.print("%s\n", t.words.S("demo.begin.home", text.Args{"Workspace": w.home().Name}))
	}
}

// platforms returns the names of the emulated platforms.
func (t *textTeller) platforms(w *world) string {
	if names := w.platforms(); len(names) == 2 {
		return t.words.S("demo.both", text.Args{"One": names[0], "Other": names[1]})
	}
	return t.words.List(w.platforms())
}

func (t *textTeller) end(w *world) {
	t.print("\n%s\n", t.style.dim(strings.Repeat("─", ruleWidth)))
	var never []string
	for _, f := range w.cfg.Flows {
		if !t.began[f.Name] {
			never = append(never, f.Name)
		}
	}
	if len(never) > 0 {
		for _, l := range wrap(t.words.S("demo.end.never", text.Args{"Flows": t.words.List(never)}), ruleWidth) {
			t.print("%s\n", l)
		}
	}
	for _, l := range wrap(t.words.S("demo.end"), ruleWidth) {
		t.print("%s\n", l)
	}
}

// head prints the first lines of an event, with its hour, after a rule for each new day.
func (t *textTeller) head(w *world, at time.Time, s string) {
	local := at.In(w.zone())
	if day := t.words.Date(at, w.zone()); day != t.day {
		t.day = day
		head := "── " + t.words.S("demo.weekday."+strings.ToLower(local.Weekday().String())) + t.words.S("demo.blank.between") + day + " "
		t.print("\n%s\n", t.style.bold(head+strings.Repeat("─", max(2, ruleWidth-text.Cells(head)))))
	}
	for i, l := range text.Wrap(s, ruleWidth-len(indent)) {
		before := indent
		if i == 0 {
			before = t.style.dim(local.Format(hourColumn)) + "  "
		}
		t.print("%s%s\n", before, l)
	}
}

// act prints a form that a person fills in.
func (t *textTeller) act(w *world, a act) {
	t.head(w, a.at, t.words.S("demo.form", text.Args{"Who": t.style.name(a.who), "Title": a.title}))
	widest := 0
	for _, f := range a.fields {
		if n := text.Cells(f.label); n <= labelColumn {
			widest = max(widest, n)
		}
	}
	for _, f := range a.fields {
		value := clean(f.value)
		if f.label == a.shown {
			shown := t.words.S("demo.form.shown")
			if a.others != "" {
				shown = t.words.S("demo.form.shown.others", text.Args{"Others": a.others})
			}
			value += "   " + t.style.dim("← "+shown)
		}
		label, room := f.label, widest
		if text.Cells(label) > labelColumn { // on its own line
			t.print("%s  %s\n", indent, t.style.dim(label))
			label, room = "", 0
		}
		for _, l := range text.Wrap(value, ruleWidth-room-len(indent)-4) {
			t.print("%s  %s  %s\n", indent, t.style.dim(text.Pad(label, room)), l)
			label = ""
		}
	}
}

// saw prints items, sorted by risk. The same message to several people is printed once.
func (t *textTeller) saw(w *world, items []item) {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.key(w).Number(), b.key(w).Number()) })
	for len(items) > 0 {
		first := items[0]
		var same, rest []item
		for _, it := range items {
			if len(same) == 0 || t.alike(first, it) {
				same = append(same, it)
			} else {
				rest = append(rest, it)
			}
		}
		t.tell(w, same)
		items = rest
	}
}

// alike reports whether two items are one message to different people, or the
// same change of several messages.
func (t *textTeller) alike(a, b item) bool {
	switch {
	case a.kind != b.kind:
		return false
	case a.kind == sent:
		return a.post.Text == b.post.Text
	case a.kind == edited:
		return slices.Equal(t.news(a), t.news(b))
	}
	return false
}

// postID identifies an item's message among all workspaces.
func postID(it item) string { return it.place.Name + "/" + it.post.Room + "/" + it.post.ID }

// news returns the rows of a changed card that it did not show before. If it only shows less,
// they are all its rows.
func (t *textTeller) news(it item) []row {
	_, parts := cardIn(it.post)
	now, before := rowsIn(parts), t.shown[postID(it)]
	news := slices.DeleteFunc(slices.Clone(now), func(r row) bool { return slices.Contains(before, r) })
	if len(news) == 0 && len(now) != len(before) {
		return now
	}
	return news
}

// tell prints items that are alike.
func (t *textTeller) tell(w *world, items []item) {
	it := items[0]
	defer func() {
		for _, it := range items {
			if it.post.ID != "" {
				_, parts := cardIn(it.post)
				t.shown[postID(it)] = rowsIn(parts)
			}
		}
	}()
	args := text.Args{"Who": t.style.name(it.who), "Where": t.places(w, items)}
	head := func(s string) { t.head(w, it.at, s) }
	switch it.kind {
	case typed:
		args["Line"] = t.style.bold(it.text)
		head(t.words.S("demo.typed", args))
	case said:
		args["Who"] = t.style.name(only(it))
		head(t.words.S("demo.said", args))
		t.message(it.post)
	case sent:
		head(t.words.S("demo.sent", args))
		t.message(it.post)
	case pinned:
		head(t.words.S("demo.pinned", args))
		t.message(it.post)
	case wrote:
		head(t.words.S("demo.wrote", args))
		t.below(it.post.Text)
	case refused:
		head(t.style.warn(t.words.S("demo.refused", args)))
		t.below(it.text)
	case closed:
		head(t.words.S("demo.closed", args))
	case posted:
		head(t.words.S("demo.posted", args))
		delete(t.drawn, cardText(it.post)) // always show it in the group
		t.message(it.post)
	case edited:
		if news := t.news(it); len(news) > 0 {
			head(t.words.S("demo.edited", args))
			for _, l := range drawn(news, boxWidth) {
				t.print("%s%s\n", indent, l)
			}
		}
	case created:
		head(t.words.S("demo.created", args))
		t.below(wordGroup(t.words, it))
	case changed:
		args["What"] = clean(wordChange(w, t.words, it))
		head(t.words.S("demo.changed", args))
	case status:
		head(clean(wordStatus(t.words, it)))
	case began:
		t.began[flowOf(it.event)] = true
		head(t.words.S("demo.began", text.Args{"Flow": t.style.bold(flowOf(it.event))}))
		t.below(w.wordTrigger(t.words, it))
	case skipped:
		head(t.style.warn(wordSkip(w, t.words, it)))
	case filedRisk, editedRisk, assigned, noted, passed: // the form or the reply has shown it
	case freed:
		head(t.style.warn(t.words.S("demo.freed", text.Args{"Key": string(it.risk.Key)})))
	}
}

// places lists where items are seen.
func (t *textTeller) places(w *world, items []item) string {
	var places []string
	for _, it := range items {
		if at := t.style.name(where(w, it)); !slices.Contains(places, at) {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	return t.words.List(places)
}

// only returns the person who sees a private message.
func only(it item) string {
	who, _ := it.place.View().Person(it.post.Only)
	return who.Name
}

// message prints a message: the text above its card, and the card unless it is the same as
// before.
func (t *textTeller) message(p stage.Post) {
	above, parts := cardIn(p)
	if p.Parts == nil {
		t.below(p.Text)
	}
	for _, x := range above {
		if !isOp(x) {
			t.below(x.Text())
		}
	}
	switch {
	case parts == nil:
	case t.drawn[cardText(p)]:
		t.print("%s%s\n", indent, t.style.dim(t.words.S("demo.card.same")))
	default:
		t.card(p)
	}
}

// isOp reports whether a part is small print that only tells riskroom its messages apart.
func isOp(p stage.Part) bool { return p.Kind == stage.NotePart && opPrint.MatchString(p.Text()) }

var opPrint = regexp.MustCompile(`^[a-z2-7]{20}$`)

// card draws the card of a message.
func (t *textTeller) card(p stage.Post) {
	_, parts := cardIn(p)
	for _, l := range card(parts) {
		t.print("%s%s\n", indent, l)
	}
	t.drawn[cardText(p)] = true
}

// cardText returns all texts of a message's card.
func cardText(p stage.Post) string {
	_, parts := cardIn(p)
	var b strings.Builder
	for _, x := range parts {
		b.WriteString(stage.PlainText(nil, []stage.Part{x}) + "\n")
	}
	return b.String()
}

// below prints a text below an event's first line.
func (t *textTeller) below(s string) {
	if s == "" {
		return
	}
	for _, l := range wrap(s, ruleWidth-len(indent)) {
		t.print("%s%s\n", indent, l)
	}
}

// style colours text for a terminal if it is true.
type style bool

func (s style) sgr(code, text string) string {
	text = clean(text)
	if !bool(s) || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(text string) string { return s.sgr("1", text) }
func (s style) dim(text string) string  { return s.sgr("2", text) }
func (s style) name(text string) string { return s.sgr("36", text) }
func (s style) warn(text string) string { return s.sgr("33", text) }
