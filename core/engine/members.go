package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// Members of an item group follow the risk: whoever becomes a handler, an operator or the
// lead while the risk is open is invited once. Nobody is removed, and whoever was removed
// by hand isn't invited again. The sync compares who is involved now with Group.Followed,
// and tries again to add a person when their account has changed.

// newcomers is what a sync does so that the members of the item group follow the risk.
type newcomers struct {
	People   []newcomer `json:"people,omitempty"`
	Followed []core.Ref `json:"followed,omitempty"`
}

// newcomer is a person who is to be invited or, with a Code, who can't be.
type newcomer struct {
	Who     core.Ref     `json:"who"`               // an account, or as the risk names them if they have none
	Instead core.Ref     `json:"instead,omitempty"` // how they were recorded before
	Member  Member       `json:"member"`
	Gone    bool         `json:"gone,omitempty"` // the record is removed: not involved any more, or added as somebody else
	Account core.Account `json:"account,omitzero"`
}

// follow finds out who is to be invited to the item group.
func (t *turn) follow(ctx context.Context, in *syncInput) error {
	b := t.rec.Binding
	if b.State != Bound || !t.rec.Risk.Status.Open() {
		return nil
	}
	if made := t.creator(); made.State.Live() || made.State == Parked {
		if creating, err := t.e.createsGroup(ctx, made); creating || err != nil {
			return err
		}
	}
	_, g, err := t.e.groupAt(ctx, b.Group) // t.rec may be older than the end of the creating step
	if err != nil {
		return err
	}
	involved := t.e.involved(t.rec.Risk)
	known := g.Followed
	if g.Rev == 0 {
		known = involved // of an earlier version, whose members didn't follow
	}
	n := &newcomers{}
	for _, ref := range involved {
		if slices.Contains(known, ref) || t.joining(ctx, g, ref, n) {
			n.Followed = append(n.Followed, ref)
		} else {
			in.Again = t.e.clock.Now().Add(longestBackOff)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(g.Members)) {
		if m := g.Members[key]; m.Code != "" {
			t.retry(ctx, g, core.Ref(key), m, involved, n)
		}
	}
	if len(n.People) > 0 || !slices.Equal(n.Followed, g.Followed) {
		in.Group, in.Newcomers = b.Group, n
	}
	return nil
}

// room reports whether riskroom may add another person to the group.
func (n *newcomers) room(g Group) bool {
	in := 0
	for _, m := range g.Members {
		if m.Code == "" && !m.Left {
			in++
		}
	}
	for _, p := range n.People {
		if !p.Account.IsZero() {
			in++
		}
	}
	return in < core.MaxMembers
}

// joining adds to n the people whom ref means, unless they were invited before. It
// returns false if they can't be looked up now.
func (t *turn) joining(ctx context.Context, g Group, ref core.Ref, n *newcomers) bool {
	accounts, err := t.e.people.ResolveOne(ctx, ref, g.Ref.Workspace, people.ForRights)
	if err != nil && core.Transient(err) {
		return false
	}
	if err != nil {
		n.People = append(n.People, newcomer{Who: ref, Member: Member{As: ref, Code: core.DetailOf(err)}})
	}
	for _, a := range accounts {
		old, tried := g.Members[a.String()]
		switch {
		case tried && old.Code == "":
		case a.Workspace != g.Ref.Workspace:
			n.People = append(n.People, newcomer{Who: core.RefOf(a), Member: Member{As: ref, Code: otherWorkspace}})
		case !slices.ContainsFunc(n.People, func(o newcomer) bool { return o.Account == a }):
			if !n.room(g) { // one entry for all: a user group may have thousands
				n.People = append(n.People, newcomer{Who: ref, Member: Member{As: ref, Code: tooManyMembers}})
				return true
			}
			kind, err := t.e.people.KindOf(ctx, a)
			if err != nil {
				return false
			}
			n.People = append(n.People, newcomer{Who: core.RefOf(a), Account: a, Member: Member{As: ref, Kind: kind}})
		}
	}
	return true
}

// retry adds to n a person who couldn't be added to the group, if that may be different
// now. If the person can't be looked up now, the next sync tries.
func (t *turn) retry(ctx context.Context, g Group, key core.Ref, m Member, involved []core.Ref, n *newcomers) {
	if slices.ContainsFunc(n.People, func(o newcomer) bool { return o.Who == key }) {
		return
	}
	next := newcomer{Who: key, Instead: key, Member: m}
	if m.As != "" && !slices.Contains(involved, m.As) {
		next.Gone = true
		n.People = append(n.People, next)
		return
	}
	if m.Code == tooManyMembers {
		return
	}
	a, ok := key.Account()
	if !ok || a.Workspace != g.Ref.Workspace {
		accounts, err := t.e.people.ResolveOne(ctx, key, g.Ref.Workspace, people.ForRights)
		i := slices.IndexFunc(accounts, func(a core.Account) bool { return a.Workspace == g.Ref.Workspace })
		if err != nil || i < 0 {
			return
		}
		a = accounts[i]
		if old, tried := g.Members[a.String()]; tried && old.Code == "" {
			next.Gone = true // of the list of those who couldn't be added
			n.People = append(n.People, next)
			return
		}
	}
	kind, err := t.e.people.KindOf(ctx, a)
	if err != nil || kind == m.Kind {
		return
	}
	next.Who, next.Member.Kind = core.RefOf(a), kind
	if kind.Active() {
		next.Account, next.Member.Code = a, ""
	}
	n.People = append(n.People, next)
}

// invite invites newcomers to the item group, and records who was added and who wasn't.
func (t *turn) invite(ctx context.Context, ref core.GroupRef, n *newcomers) error {
	var change core.GroupChange
	for _, p := range n.People {
		if !p.Account.IsZero() {
			change.Add = append(change.Add, p.Account)
		}
	}
	var report core.Report
	if len(change.Add) > 0 {
		pl, err := t.platform(ref.Workspace)
		if err != nil {
			return err
		}
		if report, err = pl.SetGroup(ctx, once{t: t, scope: "follow/"}, ref, change); err != nil {
			if final(err) {
				return nil // the next sync finds out what is wrong with the group
			}
			return people.FailedIn(ref.Workspace, err)
		}
	}
	g, err := t.e.groupOf(ctx, t.rec, ref)
	if err != nil {
		return err
	}
	return t.changeGroup(ctx, g, func(g *Group) { t.follows(g, n, report) }, t.followed(ref, n, report)...)
}

// follows records what became of newcomers.
func (t *turn) follows(g *Group, n *newcomers, r core.Report) {
	g.Followed = n.Followed
	for _, p := range n.People {
		if p.Instead != p.Who || p.Gone {
			delete(g.Members, string(p.Instead))
		}
		if p.Gone {
			continue
		}
		m := p.Member
		m.At = t.e.now()
		if !p.Account.IsZero() {
			m = outcomeFor(r, p.Account, m)
		}
		if g.Members == nil {
			g.Members = map[string]Member{}
		}
		if old, ok := g.Members[string(p.Who)]; !ok || !m.like(old) { // it isn't when this is repeated after a crash
			g.Members[string(p.Who)] = m
		}
	}
}

// like reports whether the same became of a person, at whatever time.
func (m Member) like(o Member) bool {
	m.At = o.At
	return m == o
}

// outcomeFor returns m with what a report says of a person.
func outcomeFor(r core.Report, a core.Account, m Member) Member {
	for _, o := range r.Outcomes {
		if o.Part == core.PartMember && o.Account == a {
			m.Code = o.Detail
		}
	}
	if m.Code == "" {
		m.As, m.Kind = "", ""
	}
	return m
}

// followed returns the event that people were invited, none if nobody was.
func (t *turn) followed(ref core.GroupRef, n *newcomers, r core.Report) []Event {
	var done, failed []string
	for _, p := range n.People {
		switch m := outcomeFor(r, p.Account, p.Member); {
		case p.Gone:
		case m.Code == "":
			done = append(done, string(p.Who))
		case !p.Account.IsZero() || p.Instead == "":
			failed = append(failed, string(p.Who)+" ("+m.Code+")")
		}
	}
	if len(done)+len(failed) == 0 {
		return nil
	}
	data := map[string]string{"group": ref.String(), "done": strings.Join(done, ", ")}
	if failed != nil {
		data["what"] = strings.Join(failed, ", ")
	}
	return []Event{t.event(EventMembers, "", data)}
}

// joins has when the groups of each workspace were last checked because somebody joined it.
type joins struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// next reports whether the check before now is long enough ago.
func (j *joins) next(workspace string, now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if last, ok := j.last[workspace]; ok && now.Sub(last) < people.ForRights && !now.Before(last) {
		return false
	}
	if j.last == nil {
		j.last = map[string]time.Time{}
	}
	j.last[workspace] = now
	return true
}
