package simulate

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/engine"
)

// acting is what acts now: a step of a run, or zero for people.
type acting struct {
	run  engine.RunID
	due  time.Time
	step int
	flow *flowSteps
	from Place // of the action
}

// recorder notes what happens. Only one turn acts at a time, so whatever appears in a
// workspace is its doing.
type recorder struct {
	w     *world
	steps map[string]*flowSteps // by the flow's name
	names *strings.Replacer     // of accounts

	mu     sync.Mutex
	now    *acting
	seen   map[*emulated.Place]int // the last event of each feed
	events []Event
	making map[string]making // groups whose creating step goes on, by place and ID
	posts  map[string]int    // the event of each message, by place, room and ID
	titles map[core.RiskKey]string
	waits  map[engine.RunID]*waited
}

// flowSteps are the keys of a flow's steps.
type flowSteps struct{ keys []string }

// making is a group that is being created.
type making struct {
	event int
	by    acting
}

func newRecorder(w *world) *recorder {
	r := &recorder{
		w: w, steps: map[string]*flowSteps{}, now: &acting{}, seen: map[*emulated.Place]int{},
		making: map[string]making{}, posts: map[string]int{}, titles: map[core.RiskKey]string{}, waits: map[engine.RunID]*waited{},
	}
	for _, f := range w.cfg.Flows {
		s := &flowSteps{}
		for _, st := range f.Steps {
			s.keys = append(s.keys, st.Key())
		}
		r.steps[f.Name] = s
	}
	var accounts []string
	for _, p := range w.places {
		r.seen[p] = p.Feed().Seq()
		for name, id := range p.IDs {
			accounts = append(accounts, p.Name+"/"+id+"\x00"+name)
		}
	}
	slices.Sort(accounts)
	var pairs []string
	for _, a := range slices.Backward(accounts) { // one that begins with another comes first
		account, name, _ := strings.Cut(a, "\x00")
		pairs = append(pairs, account, name)
	}
	r.names = strings.NewReplacer(pairs...)
	return r
}

// person notes that a person acts, as the scenario says at a place.
func (r *recorder) person(from Place) { r.turn(&acting{from: from}) }

// turn notes which turn acts.
func (r *recorder) turn(a *acting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = a
	a.flow = r.steps[a.run.Flow]
}

// step notes that the turn which acts is at a step, and what it did in the step before.
func (r *recorder) step(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.step != n {
		r.harvestLocked()
		r.now.step = n
	}
}

// event returns an event of what acts now.
func (r *recorder) event(what What, at time.Time) Event {
	e := Event{At: at, What: what, Risk: r.now.run.Risk, Flow: r.now.run.Flow, Occurrence: r.now.run.Occurrence, Due: r.now.due}
	if s := r.now.flow; s != nil && r.now.step < len(s.keys) {
		e.Step = s.keys[r.now.step]
	}
	return e
}

// add adds an event and returns its place in the list.
func (r *recorder) add(e Event) int {
	r.events = append(r.events, e)
	return len(r.events) - 1
}

// harvest adds what is new in the workspaces.
func (r *recorder) harvest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.harvestLocked()
}

func (r *recorder) harvestLocked() {
	for _, p := range r.w.places {
		if p.Feed().Seq() == r.seen[p] {
			continue
		}
		for _, e := range p.Feed().Since(r.seen[p]) {
			r.seen[p] = e.Seq
			r.saw(p, e)
		}
	}
}

// saw adds an event of a workspace.
func (r *recorder) saw(p *emulated.Place, e stage.Event) {
	id := p.Name + "/" + e.Room.ID
	if m, ok := r.making[id]; ok && m.by == *r.now {
		r.events[m.event].Group = group(p, e.Room)
		switch e.Kind {
		case stage.PostAdded, stage.PostPinned, stage.PostEdited:
		default:
			return // a part of the creation
		}
	}
	what, ok := kindOf(p, e)
	if !ok {
		r.pinned(p, e)
		return
	}
	ev := r.event(what, e.At)
	if what == Command {
		ev.From = r.now.from
	}
	ev.Workspace, ev.Platform, ev.Text = p.Name, p.Platform.Name(), e.Text
	if e.Room.Kind != stage.DirectRoom && e.Room.ID != "" {
		ev.Group = group(p, e.Room)
	}
	switch what {
	case Command, Wrote:
		ev.By, ev.Risk = recipient(p, e.Actor).Name, r.keyIn(e.Text)
	case Joined, Left:
		ev.To = []Recipient{recipient(p, e.Person)}
	case Reply:
		ev.To, ev.Risk = []Recipient{recipient(p, e.Post.Only)}, r.keyIn(e.Post.Text)
	case Message, Changed, Deleted:
		if e.Room.Kind == stage.DirectRoom {
			ev.To = recipients(p, e.Room.Members)
		}
	default: // it is in the group
	}
	if e.Post.ID != "" {
		ev.Post, ev.Text = &e.Post, e.Post.Text
	}
	at := r.add(ev)
	switch what {
	case GroupCreated:
		r.making[id] = making{at, *r.now}
	case Message, GroupMessage:
		r.posts[id+"/"+e.Post.ID] = at
	default:
	}
}

// keyIn returns the key of a risk that a text names first, "" for none.
func (r *recorder) keyIn(s string) core.RiskKey {
	prefix := r.w.cfg.Organisation.KeyPrefix
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return c != '-' && !unicode.IsDigit(c) && !unicode.IsLetter(c) }) {
		if key, err := core.ParseRiskKey(prefix, word); err == nil && strings.Contains(word, "-") {
			return key
		}
	}
	return ""
}

// pinned notes that a message is pinned.
func (r *recorder) pinned(p *emulated.Place, e stage.Event) {
	if at, ok := r.posts[p.Name+"/"+e.Room.ID+"/"+e.Post.ID]; ok && e.Kind == stage.PostPinned {
		r.events[at].Pinned = true
	}
}

// kindOf returns the kind of an event of a workspace, if it is one that counts. What the
// platform posts itself doesn't.
func kindOf(p *emulated.Place, e stage.Event) (What, bool) {
	bot := e.Actor == p.Bot
	direct := e.Room.Kind == stage.DirectRoom
	switch e.Kind {
	case stage.CommandSent:
		return Command, true
	case stage.PostAdded:
		switch {
		case e.Post.Notice:
			return "", false
		case e.Post.Only != "":
			return Reply, true
		case !bot:
			return Wrote, true
		case direct:
			return Message, true
		}
		return GroupMessage, true
	case stage.PostEdited:
		return Changed, e.Post.Only == "" && bot
	case stage.PostDeleted:
		return Deleted, e.Post.Only == "" && !e.Post.Notice && bot
	case stage.RoomCreated:
		return GroupCreated, !direct && e.Room.Kind != stage.HomeRoom && bot
	case stage.RoomChanged:
		return GroupChanged, true
	case stage.RoomArchived, stage.RoomDeleted:
		return GroupEnded, true
	case stage.RoomRestored:
		return GroupBack, true
	case stage.MemberJoined:
		return Joined, !direct && e.Person != p.Bot
	case stage.MemberLeft:
		return Left, !direct && e.Person != p.Bot
	default:
		return "", false
	}
}

// group returns a room as a Group.
func group(p *emulated.Place, r stage.Room) *Group {
	return &Group{ID: r.ID, Name: r.Name, Topic: r.Topic, Purpose: r.Purpose, Members: recipients(p, r.Members)}
}

// recipients returns people by name, without the bot.
func recipients(p *emulated.Place, ids []string) []Recipient {
	var out []Recipient
	for _, id := range ids {
		if id != p.Bot {
			out = append(out, recipient(p, id))
		}
	}
	slices.SortFunc(out, func(a, b Recipient) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func recipient(p *emulated.Place, id string) Recipient {
	if group, ok := p.StandIns[id]; ok {
		return Recipient{Name: "@" + group, Unknown: true}
	}
	if name, ok := p.Names[id]; ok {
		return Recipient{Name: name}
	}
	return Recipient{Name: id}
}
