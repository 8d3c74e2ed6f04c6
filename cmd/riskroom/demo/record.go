package demo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"riskroom/adapters/stage"
	"riskroom/cmd/riskroom/emulated"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// kind is the kind of an item.
type kind string

// The kinds of item. Those of the first block come from the workspace, those of the
// second from the audit trail, which has the reasons.
const (
	typed   kind = "typed"   // a person's command
	said    kind = "said"    // a private reply
	sent    kind = "sent"    // a direct message
	created kind = "created" // a group, after the step that created it
	pinned  kind = "pinned"  // a message in a group that is pinned at once: a badge or an announcement
	posted  kind = "posted"  // a message in a group
	edited  kind = "edited"  // a changed message
	wrote   kind = "wrote"   // a person's message
	refused kind = "refused" // a message that the platform did not take
	closed  kind = "closed"  // an archived group

	filedRisk  kind = "filed"
	status     kind = "status"
	editedRisk kind = "edit"
	assigned   kind = "assign"
	noted      kind = "note"
	passed     kind = "move"    // to another node
	began      kind = "began"   // a flow
	changed    kind = "changed" // set_group
	skipped    kind = "skipped" // a flow, a step, or a part that failed
	freed      kind = "freed"
)

// item is one thing that happened.
type item struct {
	kind  kind
	at    time.Time
	place *emulated.Place
	who   string // who did it; "" is riskroom
	room  stage.Room
	post  stage.Post
	text  string       // the command line; the reason of a skip, as a code
	about core.RiskKey // of the room, if it is a risk's group
	risk  core.Risk
	event engine.Event // from the trail
}

// key returns the key of an item's risk, "" for none. Messages, badges and topics contain
// it.
func (it item) key(w *world) core.RiskKey {
	if key := cmp.Or(it.risk.Key, it.about); key != "" {
		return key
	}
	prefix := w.cfg.Organisation.KeyPrefix
	texts := []string{it.post.Text, it.room.Topic}
	for _, b := range it.room.Badges {
		texts = append(texts, b.Title)
	}
	for _, s := range texts {
		for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r != '-' && !unicode.IsDigit(r) && !unicode.IsLetter(r) }) {
			if key, err := core.ParseRiskKey(prefix, word); err == nil && strings.HasPrefix(word, prefix+"-") {
				return key
			}
		}
	}
	return ""
}

// recorder watches the workspaces and some risks' audit trails.
type recorder struct {
	w     *world
	seen  map[string]int // the last event of each workspace's feed
	risks []core.RiskKey
	last  map[core.RiskKey]string // the ID of the last event taken
	made  map[string]creation     // of groups, by core.GroupRef
}

// creation is the end of the step that created a group.
type creation struct {
	at    time.Time
	about core.RiskKey
}

func newRecorder(w *world) *recorder {
	r := &recorder{w: w, seen: map[string]int{}, last: map[core.RiskKey]string{}, made: map[string]creation{}}
	for _, p := range w.workspaces {
		r.seen[p.Name] = p.Feed().Seq()
	}
	return r
}

// follow adds a risk's trail.
func (r *recorder) follow(key core.RiskKey) { r.risks = append(r.risks, key) }

// take returns what has happened since the last call, in order.
func (r *recorder) take(ctx context.Context) ([]item, error) {
	var all []item
	for _, key := range r.risks {
		items, err := r.trail(ctx, key)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	for _, p := range r.w.workspaces {
		all = append(all, r.feed(p)...)
	}
	// At the same time, causes come first: a command, then what the engine did, then
	// what people see.
	slices.SortStableFunc(all, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.at.UnixMilli(), b.at.UnixMilli()), cmp.Compare(a.rank(), b.rank()))
	})
	return all, nil
}

// rank sorts commands before the rest, which is already in order.
func (it item) rank() int {
	if it.kind == typed {
		return 0
	}
	return 1
}

// trail returns the new items of a risk's trail.
func (r *recorder) trail(ctx context.Context, key core.RiskKey) ([]item, error) {
	events, err := r.w.db.Trail(ctx, key, "", trailLength)
	if err != nil {
		return nil, err
	}
	rec, err := r.w.db.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	var items []item
	for _, e := range events { // newest first
		if e.ID == r.last[key] {
			break
		}
		if e.Kind == engine.EventStep && e.Data["action"] == "create_group" {
			r.made[e.Data["group"]] = creation{e.At, key}
		}
		if k, ok := kindFor(e); ok {
			it := item{kind: k, at: e.At, risk: rec.Risk, event: e, place: r.w.place(rec.Risk.Home)}
			if !e.Actor.Account.IsZero() {
				it.who = r.w.nameOf(e.Actor.Account)
			}
			if k == changed {
				it.place, it.room = r.groupOf(e, rec.Binding, events)
			}
			items = append(items, it)
		}
	}
	if len(events) > 0 {
		r.last[key] = events[0].ID
	}
	slices.Reverse(items)
	return items, nil
}

// groupOf returns the group that a set_group step changed: the one in the flow, else the
// one that the same run created, else the risk's own.
func (r *recorder) groupOf(e engine.Event, binding engine.Binding, trail []engine.Event) (*emulated.Place, stage.Room) {
	group := binding.Group
	for _, other := range trail {
		if other.Run == e.Run && other.Data["group"] != "" {
			if g, err := core.ParseGroupRef(other.Data["group"]); err == nil {
				group = g
			}
		}
	}
	for _, f := range r.w.cfg.Flows {
		for _, s := range f.Steps {
			set, ok := s.Action.(*flow.SetGroup)
			if ok && f.Name == flowOf(e) && s.Key() == e.Step && !set.Group.Ref.IsZero() {
				group = set.Group.Ref
			}
		}
	}
	p := r.w.place(group.Workspace)
	if p == nil {
		return nil, stage.Room{ID: group.ID, Name: group.ID}
	}
	room, _ := p.View().Room(group.ID)
	return p, room
}

// trailLength is more than a risk's trail grows between two looks.
const trailLength = 500

// kindFor returns the kind of item for an audit event, if it is one.
func kindFor(e engine.Event) (kind, bool) {
	switch e.Kind {
	case engine.EventFiled:
		return filedRisk, true
	case engine.EventStatus:
		return status, true
	case engine.EventEdited:
		return editedRisk, true
	case engine.EventAssigned:
		return assigned, true
	case engine.EventNote:
		return noted, true
	case engine.EventNode:
		return passed, e.Data["from"] != ""
	case engine.EventFired:
		return began, !engine.BuiltIn(flowOf(e))
	case engine.EventSkipped, engine.EventPassed, engine.EventFailed, engine.EventPartial, engine.EventMissed, engine.EventParked:
		return skipped, true
	case engine.EventStep:
		return changed, e.Data["action"] == "set_group"
	case engine.EventFreed, engine.EventLost:
		return freed, true
	}
	return "", false
}

// flowOf returns the flow that an event is about.
func flowOf(e engine.Event) string {
	if id, err := engine.ParseRunID(e.Run); err == nil {
		return id.Flow
	}
	return e.Data["flow"]
}

// feed returns the new items of a workspace.
func (r *recorder) feed(p *emulated.Place) []item {
	events := p.Feed().Since(r.seen[p.Name])
	if len(events) == 0 {
		return nil
	}
	r.seen[p.Name] = events[len(events)-1].Seq
	view := p.View()
	pins := map[string]bool{}  // posts that were just pinned
	fresh := map[string]bool{} // rooms that the bot has just created
	for _, e := range events {
		switch {
		case e.Kind == stage.PostPinned:
			pins[e.Post.Room+"/"+e.Post.ID] = true
		case e.Kind == stage.RoomCreated && e.Actor == p.Bot && e.Room.Kind != stage.DirectRoom:
			fresh[e.Room.ID] = true
		}
	}
	var items []item
	for _, e := range events {
		it := item{at: e.At, place: p, room: e.Room, post: e.Post, about: r.madeAs(p, e.Room.ID).about}
		switch {
		case e.Kind == stage.CommandSent:
			who, _ := view.Person(e.Actor)
			it.kind, it.who, it.text = typed, who.Name, e.Text
		case e.Kind == stage.RoomCreated && fresh[e.Room.ID]:
			it.kind, it.room = created, r.asMade(p, e.Room.ID, events)
		case e.Kind == stage.PostAdded && e.Actor == p.Bot:
			if it.kind = kindOf(e); it.kind == posted && pins[e.Post.Room+"/"+e.Post.ID] {
				it.kind = pinned
			}
		case e.Kind == stage.PostAdded && !e.Post.Notice:
			who, _ := view.Person(e.Actor)
			it.kind, it.who = wrote, who.Name
		case e.Kind == stage.RoomArchived && e.Actor == p.Bot:
			it.kind = closed
		case e.Kind == stage.PostEdited && e.Actor == p.Bot && e.Post.Only == "":
			it.kind = edited
		default:
			continue
		}
		if it.kind != "" {
			items = append(items, it)
		}
	}
	return items
}

// asMade returns a room at the end of the step that created it.
func (r *recorder) asMade(p *emulated.Place, id string, events []stage.Event) stage.Room {
	var room stage.Room
	end := r.madeAs(p, id).at
	for _, e := range events {
		if e.Room.ID == id && (end.IsZero() || e.At.UnixMilli() <= end.UnixMilli()) {
			room = e.Room
		}
	}
	return room
}

// madeAs returns how a room was created, zero if no step of a followed risk did it.
func (r *recorder) madeAs(p *emulated.Place, id string) creation {
	return r.made[core.GroupRef{Workspace: p.Name, ID: id}.String()]
}

// kindOf returns the kind of item for a message of the bot, "" for a notice.
func kindOf(e stage.Event) kind {
	switch {
	case e.Post.Notice:
		return ""
	case e.Post.Only != "":
		return said
	case e.Room.Kind == stage.DirectRoom:
		return sent
	}
	return posted
}
