package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// life is a risk and the people who work on it.
type life struct {
	*bench
	tale  tale
	store *store.Store
	key   core.RiskKey // "" until it is filed
	// happened reports whether what somebody does has had its effect.
	happened func() bool
}

// tale is a story that people play step by step, with a config file.
type tale struct {
	config string
	steps  func() []step
	silent bool // there is no risk that has a history
	// unsynced leaves out the edits of cards. A group's record changes several times in a
	// step, and after how many of these a sync edits its card depends on the time. What the
	// card shows in the end is compared.
	unsynced bool
}

// entry is what somebody fills in: the label of an input, and a value.
// People are named as "@lin @wei".
type entry struct{ label, value string }

// typed returns the values that an entry means.
func (l *life) typed(value string) []string {
	if !strings.HasPrefix(value, "@") {
		return []string{value}
	}
	var ids []string
	for name := range strings.FieldsSeq(value) {
		ids = append(ids, l.home().ids[strings.TrimPrefix(name, "@")])
	}
	return ids
}

func newLife(t testing.TB, r *redisServer, on func(testing.TB) []*platform, p *proxy, of tale) *life {
	t.Helper()
	return &life{tale: of, bench: newBench(t, r, set{flows: of.config, platforms: on(t), proxy: p})}
}

// lived is the result of the story.
type lived struct {
	Final   final
	History []string          // sentences without the time, oldest first
	Timers  map[string]string // flow to the day when it is due
}

// play plays the story. If it isn't nil, begun is called before each step and after the last.
func (l *life) play(begun func()) lived {
	l.Helper()
	l.up()
	l.store = l.look()
	for _, s := range l.tale.steps() {
		if begun != nil {
			begun()
		}
		l.take(s)
		l.settle()
		if s.then != nil {
			s.then(l)
		}
	}
	if begun != nil {
		begun()
	}
	out := lived{Timers: map[string]string{}}
	if !l.tale.silent {
		named := plainNames(l.key, l.record().Groups)
		for _, sentence := range l.history() {
			out.History = append(out.History, named.Replace(sentence))
		}
	}
	l.down()
	out.Final.State, out.Final.Trail = l.state(l.key, l.record().Groups...), l.trail(l.store, l.key)
	if l.tale.unsynced {
		out.Final.Trail = slices.DeleteFunc(out.Final.Trail, func(kind string) bool { return kind == engine.EventSynced })
	}
	rec := l.record()
	out.Final.Runs = outcomes(rec)
	slices.Sort(out.Final.Runs)
	for _, r := range rec.Runs {
		// After a connection was lost, each group is checked within a minute, perhaps after
		// everything else.
		if r.State == engine.Armed && r.ID.Flow != engine.SyncFlow {
			out.Timers[r.ID.Flow] = r.Due.UTC().Format(time.DateOnly)
		}
	}
	return out
}

// tryAgainAfter is how long people wait for the effect of something to which there was no
// answer, before they look and try again.
const tryAgainAfter = 3 * time.Second

// attempts is how often they try. Twice is enough on a machine that isn't busy.
const attempts = 10

// take takes a step. If serve is killed meanwhile, the person tries again, unless the
// step shows its effect.
func (l *life) take(s step) {
	l.Helper()
	version, before, deaths := l.risk().Version, len(l.private(s.who)), l.deaths()
	replied := func() bool {
		return strings.Contains(strings.Join(l.private(s.who)[before:], "\n")+l.shownIn(s.who), s.says)
	}
	l.happened = func() bool {
		switch {
		case s.reads:
			return replied()
		case s.done != nil:
			return s.done(l)
		}
		return l.risk().Version > version
	}
	var tried []error
	for range attempts {
		l.open()
		err := s.do(l)
		tried = append(tried, err)
		enough := time.Now().Add(patience)
		for ; time.Now().Before(enough); time.Sleep(10 * time.Millisecond) {
			if l.happened() {
				if l.deaths() == deaths {
					what := fmt.Sprintf("%s sees %q after they %s", s.who, s.says, s.name)
					l.until(what, func() bool { return replied() || l.deaths() > deaths })
				}
				return
			}
			if !l.now.alive() || err != nil {
				l.open()
				enough, err = time.Now().Add(max(tryAgainAfter, s.patience)), nil
			}
		}
	}
	l.Fatalf("%s can't %s: %v: %q %s\n%+v\n%s", s.who, s.name, tried, l.private(s.who)[before:], l.shownIn(s.who), l.record(), l.now.log)
}

// risk returns the risk, which is zero until it is filed.
func (l *life) risk() core.Risk {
	l.Helper()
	if l.key == "" {
		found, err := l.store.Find(context.Background(), engine.Query{Statuses: engine.OpenStatuses(), Limit: 1})
		if err != nil {
			l.Fatal(err)
		}
		if len(found.Risks) == 0 {
			return core.Risk{}
		}
		l.key = found.Risks[0].Key
	}
	return l.record().Risk
}

func (l *life) record() engine.Record {
	l.Helper()
	rec, err := l.store.Get(context.Background(), l.key)
	if err != nil {
		l.Fatal(err)
	}
	return rec
}

// settle waits until nothing is left to do for now.
func (l *life) settle() {
	l.Helper()
	l.until("everything is done", func() bool {
		l.revive()
		return !slices.ContainsFunc(l.record().Runs, func(r engine.RunSummary) bool {
			return r.State == engine.Parked || r.State.Live() && r.At.Before(time.Now().Add(l.ahead+time.Hour))
		})
	})
}

// private returns what only this person sees, oldest first.
func (l *life) private(who string) []string { return l.home().received(l.home().ids[who]) }

// window returns what the person has open.
func (l *life) window(who string) (stage.Window, bool) {
	open := l.home().view().For(l.home().ids[who]).Windows
	if len(open) == 0 {
		return stage.Window{}, false
	}
	return open[len(open)-1], true
}

// shownIn returns the text of the window that the person has open.
func (l *life) shownIn(who string) string {
	w, _ := l.window(who)
	return stage.PlainText(nil, w.Parts)
}

// closeAll closes what an earlier step has left open.
func (l *life) closeAll(who string) {
	l.Helper()
	for w, ok := l.window(who); ok; w, ok = l.window(who) {
		if err := l.home().hands.Close(context.Background(), l.home().ids[who], w.ID); err != nil {
			l.Fatal(err)
		}
	}
}

// general returns the channel where everybody is.
func (l *life) general() stage.Room {
	l.Helper()
	v := l.home().view()
	i := slices.IndexFunc(v.Rooms, func(r stage.Room) bool { return r.Name == "general" })
	if i < 0 {
		l.Fatal("no #general")
	}
	return v.Rooms[i]
}

// group returns the risk's channel.
func (l *life) group() stage.Room {
	l.Helper()
	all := l.home().groups()
	if len(all) != 1 {
		l.Fatalf("groups: %+v", all)
	}
	return all[0]
}

// say has a person write a message, once, and returns it.
func (l *life) say(who string, in stage.Room, words string) stage.Post {
	l.Helper()
	for range 2 {
		for _, m := range l.home().in(in) {
			if m.Text == words {
				return m
			}
		}
		if err := l.home().hands.Say(context.Background(), l.home().ids[who], in.ID, words); err != nil {
			l.Fatal(err)
		}
	}
	l.Fatalf("%q isn't in #%s", words, in.Name)
	return stage.Post{}
}

// command has a person type a command about the risk, with options by name.
func (l *life) command(who, sub string, options ...string) error {
	l.closeAll(who)
	o := order{line: sub, sub: sub, options: map[string]string{}}
	if sub != "list" {
		o.line, o.options["key"] = sub+" "+string(l.key), string(l.key)
	}
	for i := 0; i < len(options); i += 2 {
		o.line, o.options[options[i]] = o.line+" "+options[i+1], options[i+1]
	}
	_, err := l.home().gives(l.home().ids[who], o)
	return err
}

// press has a person press a button of the risk's card in its channel.
func (l *life) press(who, label string) error {
	l.closeAll(who)
	for _, post := range l.home().in(l.group()) {
		if id := actionOf(post, func(a stage.Action) bool { return a.Label == label }); id != "" {
			return l.home().hands.Press(context.Background(), l.home().ids[who], post.Room, post.ID, id)
		}
	}
	return errors.New("no card has the button " + label)
}

// actionOf returns the ID of a post's first action that fits.
func actionOf(post stage.Post, fits func(stage.Action) bool) string {
	for _, part := range post.Flat() {
		if i := slices.IndexFunc(part.Actions, fits); i >= 0 {
			return part.Actions[i].ID
		}
	}
	return ""
}

// choose has a person choose an entry in the menu of a message, and fill in the form that
// opens if there is something to fill in.
func (l *life) choose(who, label string, of stage.Post, with []entry) error {
	l.closeAll(who)
	menu := l.home().view().Menu
	i := slices.IndexFunc(menu, func(m stage.MenuEntry) bool { return m.Label == label && m.OfPosts })
	if i < 0 {
		return fmt.Errorf("no entry %q: %+v", label, menu)
	}
	err := l.home().hands.Shortcut(context.Background(), l.home().ids[who], of.Room, of.ID, menu[i].ID)
	if err != nil || len(with) == 0 {
		return err
	}
	return l.fill(who, with)
}

// fill has a person fill in the form that they have open, in as many windows as it takes.
func (l *life) fill(who string, with []entry) error {
	ctx, id, hands := context.Background(), l.home().ids[who], l.home().hands
	for {
		w, ok := l.window(who)
		if !ok {
			return fmt.Errorf("%s has no form: %q", who, l.private(who))
		}
		var left []entry
		for _, e := range with {
			in := inputOf(w, e.label)
			if in == "" {
				left = append(left, e)
				continue
			}
			if err := hands.Choose(ctx, id, w.ID, in, l.typed(e.value)...); err != nil {
				return err
			}
			w, _ = l.window(who)
		}
		before := l.last(who)
		if err := l.submit(who, w); err != nil {
			return err
		}
		next := "reopen:"
		if with = left; len(with) == 0 {
			next = "submit:"
		}
		post, action := l.offered(who, next, before)
		if action == "" && len(with) > 0 {
			return fmt.Errorf("%q has none of the fields %v: %s", w.Title, with, l.shownIn(who))
		}
		if action == "" {
			return nil
		}
		if err := hands.Press(ctx, id, post.Room, post.ID, action); err != nil || len(with) == 0 {
			return err
		}
	}
}

// submit has a person submit a form. If there is no answer, or it isn't confirmed, they
// press the button again.
func (l *life) submit(who string, w stage.Window) (err error) {
	var problems map[string]string
	for range attempts {
		problems, err = l.home().hands.Submit(context.Background(), l.home().ids[who], w.ID, nil)
		if err == nil && len(problems) == 0 {
			return nil
		}
		if l.open(); err != nil && !errors.Is(err, stage.ErrSilent) {
			break
		}
	}
	return fmt.Errorf("%q: %v: %w", w.Title, problems, err)
}

// offered waits for another message for a person alone, and returns the ID of its action
// that begins with prefix. It returns "" if the form is done without it.
func (l *life) offered(who, prefix string, before stage.Post) (stage.Post, string) {
	l.Helper()
	for end := time.Now().Add(tryAgainAfter); ; time.Sleep(10 * time.Millisecond) {
		post, action := l.last(who), ""
		if post.ID != before.ID || post.Text != before.Text {
			action = actionOf(post, func(a stage.Action) bool { return strings.HasPrefix(a.ID, prefix) })
		}
		if action != "" || l.happened() || !l.now.alive() || time.Now().After(end) {
			return post, action
		}
	}
}

// last returns the last message for a person alone.
func (l *life) last(who string) stage.Post {
	for _, post := range slices.Backward(l.home().view().Posts) {
		if post.Only == l.home().ids[who] {
			return post
		}
	}
	return stage.Post{}
}

// inputOf returns the ID of the input with the label, or "".
func inputOf(w stage.Window, label string) string {
	for _, part := range w.Parts {
		if part.Input != nil && part.Input.Label == label {
			return part.Input.ID
		}
	}
	return ""
}

// history returns what wei reads about the risk.
func (l *life) history() []string {
	l.Helper()
	page := l.page(func() error { return l.command("wei", "history") })
	all := page.Text
	for {
		older := actionOf(page, func(a stage.Action) bool { return a.Label == "Older" })
		if older == "" {
			break
		}
		page = l.page(func() error {
			return l.home().hands.Press(context.Background(), l.home().ids["wei"], page.Room, page.ID, older)
		})
		all += "\n" + page.Text
	}
	// Slack's people have short names.
	names := strings.NewReplacer("Ana Reyes", "ana", "Lin Chen", "lin", "Wei Ran", "wei")
	var sentences []string
	for line := range strings.Lines(all) {
		if _, sentence, ok := strings.Cut(strings.TrimSpace(line), " · "); ok {
			sentences = append(sentences, names.Replace(sentence))
		}
	}
	slices.Reverse(sentences)
	return sentences
}

// page has wei ask for a page of the history until there is one.
func (l *life) page(ask func() error) stage.Post {
	l.Helper()
	before := l.last("wei")
	var err error
	for range attempts {
		l.open()
		err = ask()
		for end := time.Now().Add(tryAgainAfter); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			page := l.last("wei")
			if strings.HasPrefix(page.Text, "What happened to ") && (page.ID != before.ID || page.Text != before.Text) {
				return page
			}
		}
	}
	l.Fatalf("wei sees no other page: %v\n%+v\n%s", err, l.last("wei"), l.now.log)
	return stage.Post{}
}
