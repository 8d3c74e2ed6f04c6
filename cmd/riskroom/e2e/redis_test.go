package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core"
	"riskroom/core/engine"
)

// quiet is a flow that isn't due during a test.
const quiet = `flows:
  remind-much-later:
    trigger: { date_field: submitted_at, after: 300d }
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} still waits" }
`

// answered is the reply to something that a person did.
type answered struct {
	what string
	emulator.Reply
	err error
}

// said returns all texts in the reply.
func (a answered) said() string {
	var s strings.Builder
	if a.Message != nil {
		s.WriteString(a.Message.Plain)
	}
	if a.View != nil {
		s.WriteString(a.View.Title + "\n" + a.View.Plain)
	}
	for _, e := range a.Errors {
		s.WriteString(e)
	}
	return s.String()
}

// risk sends a /risk command and returns the message in the reply.
func (b *bench) risk(user, line string) emulator.Message {
	b.Helper()
	r, err := b.slack.SlashCommand(context.Background(), user, "", "/risk", line)
	if err != nil || r.Message == nil {
		b.Fatalf("/risk %s: %v %+v\n%s", line, err, r, b.now.log)
	}
	return *r.Message
}

// shown waits until the person has a private message with all of the words.
func (b *bench) shown(user string, words ...string) {
	b.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		shown := b.slack.Ephemerals(user)
		if slices.ContainsFunc(shown, func(m emulator.Message) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(m.Plain, w) })
		}) {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("@%s never sees %q, only %+v\n%s", user, words, shown, b.now.log)
		}
	}
}

// titles returns the titles of all open risks, sorted.
func (b *bench) titles() []string {
	b.Helper()
	found, err := b.look().Find(context.Background(), engine.Query{Statuses: engine.OpenStatuses(), Limit: 50})
	if err != nil {
		b.Fatal(err)
	}
	var list []string
	for _, r := range found.Risks {
		list = append(list, r.Title)
	}
	slices.Sort(list)
	return list
}

// TestRedisHangs checks that people are answered in time while Redis hangs, and get the
// results later. It runs alone, because the platforms' deadlines are asserted.
func TestRedisHangs(t *testing.T) {
	r := startRedis(t)
	b := newBench(t, r, set{flows: quiet})
	b.up()
	cards := map[string]emulator.Message{}
	for i, title := range []string{"First", "Second", "Third"} {
		b.asks("ana", order{line: "new " + title + " module:Payments"}, "is filed: "+title)
		key := fmt.Sprintf("R-%d", i+1)
		b.asks("ana", order{line: "show " + key}, key+" "+title+"\nStatus")
		seen := b.slack.Ephemerals(ana)
		cards[key] = seen[len(seen)-1]
	}
	form := openForm(b, wei)

	pid, err := dialRedis(t, r.socket).info("server", "process_id")
	if err != nil {
		t.Fatal(err)
	}
	signal := func(s syscall.Signal) {
		if err := syscall.Kill(pid, s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	all := atOnce(b, cards, form)
	signal(syscall.SIGCONT)

	honest := map[string]string{
		"new inline": "not confirmed yet", "new": "New risk", "submit": "not confirmed yet", "list": "takes longer", "show": "takes longer",
		"status": "not confirmed yet", "help": "What you can do", "start": "", "details": "", "resolve": "Resolve R-3",
	}
	for _, a := range all {
		want, known := honest[a.what]
		if a.err != nil || !known || !strings.Contains(a.said(), want) {
			t.Errorf("%s was answered after %v with %v %q, want %q", a.what, a.Took, a.err, a.said(), want)
		}
	}

	b.shown(ana, "takes longer than usual") // pressing Details
	b.shown(ana, "is filed: While away")
	b.shown(ana, "R-2 Second", "In progress")
	b.shown(lin, "First", "In progress")
	b.shown(wei, " open risks", "R-1 First", "R-2 Second", "R-3 Third") // and what was filed meanwhile
	if reply, err := b.slack.SubmitView(context.Background(), wei, form.ID, nil); err != nil || !strings.Contains(reply.View.Plain, "is filed: By form") {
		t.Errorf("the form pressed again: %v %+v", err, reply)
	}
	if got, want := b.titles(), []string{"By form", "First", "Second", "Third", "While away"}; !slices.Equal(got, want) {
		t.Errorf("risks: %q, want %q", got, want)
	}
	s := b.look()
	for _, key := range []core.RiskKey{"R-1", "R-2"} {
		for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
			rec, err := s.Get(context.Background(), key)
			if err != nil {
				t.Fatal(err)
			}
			if rec.Risk.Status == core.InProgress && rec.Risk.Version == 2 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s was to be in progress: %+v", key, rec.Risk)
			}
		}
	}
	b.down()
}

// openForm opens the form for a new risk and fills it in.
func openForm(b *bench, user string) emulator.View {
	b.Helper()
	r, err := b.slack.SlashCommand(context.Background(), user, "", "/risk", "new")
	if err != nil || r.View == nil {
		b.Fatalf("no form: %v %+v\n%s", err, r, b.now.log)
	}
	r, err = b.slack.ChooseInView(context.Background(), user, r.View.ID, "module", "Payments")
	if err != nil {
		b.Fatal(err)
	}
	return *r.View
}

// atOnce does everything that people can do, at the same time.
func atOnce(b *bench, cards map[string]emulator.Message, form emulator.View) []answered {
	ctx := context.Background()
	type act func() (emulator.Reply, error)
	type deed struct {
		what string
		act  act
	}
	command := func(user, line string) act {
		return func() (emulator.Reply, error) { return b.slack.SlashCommand(ctx, user, "", "/risk", line) }
	}
	press := func(key, action string) act {
		return func() (emulator.Reply, error) {
			return b.slack.Press(ctx, ana, cards[key].Channel, cards[key].TS, "riskroom."+action)
		}
	}
	deeds := []deed{
		{"new inline", command(ana, "new While away module:Payments")}, {"new", command(lin, "new")},
		{"submit", func() (emulator.Reply, error) {
			return b.slack.SubmitView(ctx, wei, form.ID, emulator.Values{"title": {"By form"}})
		}},
		{"list", command(wei, "list")}, {"show", command(wei, "show R-3")}, {"status", command(lin, "status R-1 in_progress")},
		{"help", command(wei, "help")}, {"start", press("R-2", "start")}, {"details", press("R-3", "details")}, {"resolve", press("R-3", "resolve")},
	}
	out := make([]answered, len(deeds))
	var all sync.WaitGroup
	for i, d := range deeds {
		all.Go(func() {
			reply, err := d.act()
			out[i] = answered{d.what, reply, err}
		})
	}
	all.Wait()
	return out
}

// TestRedisFull checks the reply if Redis has no memory left. Once it has, the risk is
// filed once.
func TestRedisFull(t *testing.T) {
	t.Parallel()
	r := startRedis(t)
	b := newBench(t, r, set{flows: quiet})
	b.up()
	b.asks("ana", order{line: "new First module:Payments"}, "is filed: First")
	room := func(bytes string) {
		if _, err := dialRedis(t, r.socket).do("CONFIG", "SET", "maxmemory", bytes); err != nil {
			t.Fatal(err)
		}
	}
	room("1")
	if m := b.risk(ana, "new Second module:Payments"); !strings.Contains(m.Plain, "not confirmed yet") {
		t.Errorf("without memory: %s", m.Plain)
	}
	if got := b.titles(); !slices.Equal(got, []string{"First"}) {
		t.Errorf("risks without memory: %q", got)
	}
	room("0")
	b.shown(ana, "is filed: Second")
	if got := b.titles(); !slices.Equal(got, []string{"First", "Second"}) {
		t.Errorf("risks: %q", got)
	}
	b.down()
}
