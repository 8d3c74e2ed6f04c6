package stage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/stage"
)

type (
	player  struct{ id, name string }
	place   struct{ hidden bool }
	channel = stage.Channel[place, string]
	message = stage.Message[place, string]
	slip    struct{ id, person, title string }
	world   = stage.World[player, place, string, slip]
)

// plainRenderer shows a message as its body.
type plainRenderer struct{}

func (plainRenderer) Person(p *player) stage.Person           { return stage.Person{ID: p.id, Name: p.name} }
func (plainRenderer) Room(c *channel, _ *stage.Room) bool     { return !c.Extra.hidden }
func (plainRenderer) Post(m *message, out *stage.Post)        { out.Lines = stage.Literal(m.Body) }
func (plainRenderer) RoomDetails(*channel) []string           { return nil }
func (plainRenderer) PostDetails(*message) (string, []string) { return "", nil }
func (plainRenderer) Window(s *slip) stage.Window {
	return stage.Window{ID: s.id, Person: s.person, Title: s.title}
}

// newWorld returns a locked world with lin and wei in it, and the channel where
// lin is a member.
func newWorld(t *testing.T) (*world, *channel) {
	t.Helper()
	w := stage.NewWorld[player, place, string, slip](plainRenderer{}, func() time.Time { return time.Unix(100, 0) })
	w.Lock()
	for id, name := range map[string]string{"1": "lin", "2": "wei"} {
		if err := w.People.Add(id, name, &player{id, name}); err != nil {
			t.Fatal(err)
		}
	}
	c := &channel{ID: "a", Name: "room"}
	c.Admit("1")
	if err := w.Channels.Add(c); err != nil {
		t.Fatal(err)
	}
	return w, c
}

func TestWorldShowsAndPublishes(t *testing.T) {
	t.Parallel()
	w, c := newWorld(t)
	w.Join(c, "2", "1")
	first, second := &message{ID: "m1", Author: "1", Body: "hello"}, &message{ID: "m2", Author: "2", Body: "for lin", Only: "1"}
	w.Post(c, first)
	w.Post(c, second)
	w.Pin(first, "2")
	w.Edit(first, "hello again")
	w.OpenDialog("1", "New", &slip{"w1", "1", "New"})
	w.Leave(c, "1", "1")
	if w.Seen("2", c, "m2") != nil || w.Seen("1", c, "m2") != second || !first.Pinned() {
		t.Error("an ephemeral message is seen by others, or a pin is missing")
	}
	w.Unlock()
	v := w.View("any", "Acme")
	want := []stage.Post{
		{ID: "m1", Room: "a", Author: "1", Text: "hello again", Lines: stage.Literal("hello again"), At: first.At, Edited: true},
		{ID: "m2", Room: "a", Author: "2", Text: "for lin", Lines: stage.Literal("for lin"), Only: "1"},
	}
	if diff := cmp.Diff(want, v.Posts); diff != "" {
		t.Error(diff)
	}
	room := stage.Room{ID: "a", Name: "room", Kind: stage.PublicRoom, Members: []string{"2"}, Pinned: []string{"m1"}}
	if diff := cmp.Diff([]stage.Room{room}, v.Rooms); diff != "" || len(v.Windows) != 1 || len(v.People) != 2 {
		t.Error(diff, v.Windows, v.People)
	}
	var kinds []stage.EventKind
	for _, e := range w.Feed().Since(0) {
		kinds = append(kinds, e.Kind)
	}
	if diff := cmp.Diff([]stage.EventKind{
		stage.MemberJoined, stage.PostAdded, stage.PostAdded, stage.PostPinned, stage.PostEdited, stage.WindowOpened, stage.MemberLeft,
	}, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestWorldRemoves(t *testing.T) {
	t.Parallel()
	w, c := newWorld(t)
	defer w.Unlock()
	m, only := &message{ID: "m1", Author: "1"}, &message{ID: "m2", Author: "1", Only: "2"}
	w.Post(c, m)
	w.Post(c, only)
	w.Pin(m, "1")
	w.Remove(m, "1")
	w.Remove(only, "1")
	if !m.Removed || len(c.Messages()) != 0 || len(c.Pins()) != 0 || len(w.Ephemerals("2")) != 0 {
		t.Errorf("%d messages, %d pins, %d ephemeral ones are left", len(c.Messages()), len(c.Pins()), len(w.Ephemerals("2")))
	}
	w.RemoveChannel(c, "1")
	if w.Channels.ByID("a") != nil || w.Channels.ByName("room") != nil || len(w.Channels.All()) != 0 {
		t.Error("the channel is still there")
	}
}

func TestWorldRefusesDoubles(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t)
	defer w.Unlock()
	if w.People.Add("3", "lin", &player{}) == nil || w.People.Add("1", "mei", &player{}) == nil {
		t.Error("two people have the same ID or name")
	}
	if w.Channels.Add(&channel{ID: "a", Name: "other"}) == nil {
		t.Error("two channels have the same ID")
	}
}

func TestWorldHidesWhatIsNoRoom(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t)
	c := &channel{ID: "b", Name: "category", Extra: place{hidden: true}}
	if err := w.Channels.Add(c); err != nil {
		t.Fatal(err)
	}
	before := w.Feed().Seq()
	w.Publish(stage.RoomChanged, "1", c, nil, "")
	w.Unlock()
	if w.Feed().Seq() != before || len(w.View("any", "Acme").Rooms) != 1 {
		t.Error("a category is shown as a room")
	}
}

func TestDialogs(t *testing.T) {
	t.Parallel()
	w, _ := newWorld(t)
	defer w.Unlock()
	for _, id := range []string{"w1", "w2"} {
		w.OpenDialog("1", id, &slip{id: id})
	}
	closed := w.Dialogs.Find(func(s *slip) bool { return s.id == "w1" })
	if open := w.Dialogs.Of("1"); open == nil || open.id != "w2" || closed != nil || w.Dialogs.Of("2") != nil {
		t.Errorf("%v is open", open)
	}
	w.UpdateDialog("1", "other")
	w.CloseDialog("1")
	w.CloseDialog("2")
	if w.Dialogs.Of("1") != nil {
		t.Error("the dialog is still open")
	}
	var got []string
	for _, e := range w.Feed().Since(0) {
		got = append(got, string(e.Kind)+" "+e.Text)
	}
	want := []string{"window_opened w1", "window_closed w1", "window_opened w2", "window_opened other", "window_closed other"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPlain: the text of lines and parts, as a terminal shows it.
func TestPlain(t *testing.T) {
	t.Parallel()
	line := func(kind stage.LineKind, text string) stage.Line {
		return stage.Line{Kind: kind, Spans: stage.Literal(text)[0].Spans}
	}
	got := stage.PlainText([]stage.Line{line(stage.BulletLine, "one"), line(stage.QuoteLine, "two")}, []stage.Part{
		{Kind: stage.HeadingPart, Lines: stage.Literal("R-17")},
		{Kind: stage.FieldsPart, Cells: [][]stage.Line{append(stage.Literal("Status"), stage.Literal("Pending")...)}},
		{Kind: stage.ActionsPart, Actions: []stage.Action{{Label: "Start"}, {Label: "Details"}}},
		{Kind: stage.InputPart},
	})
	if want := "• one\n> two\nR-17\nStatus\nPending\n[Start]  [Details]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	var o stage.Outbox[int]
	met := func(k stage.FaultKind) stage.Met { return stage.Met{{Kind: k}} }
	var got [][]int
	for i, m := range []stage.Met{nil, met(stage.LoseEvent), met(stage.ReorderEvent), met(stage.DuplicateEvent), met(stage.ReorderEvent)} {
		got = append(got, o.Pass(m, i))
	}
	got = append(got, o.Release(), o.Release())
	if diff := cmp.Diff([][]int{{0}, nil, nil, {3, 3, 2}, nil, {4}, nil}, got); diff != "" {
		t.Error(diff)
	}
}
