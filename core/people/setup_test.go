package people_test

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// directory fakes what a platform knows of its people.
type directory struct {
	core.Platform // nil: nothing else is used
	workspace     string
	profiles      map[string]core.Profile // by ID
	owners        map[string]string       // IDs by address, where the address of a profile is not proof
	groups        map[string][]string     // IDs by name
	down          error
	groupsDown    error
	asked         int
}

func (d *directory) Find(_ context.Context, who core.Lookup) (core.Profile, error) {
	d.asked++
	if d.down != nil {
		return core.Profile{}, d.down
	}
	if p, ok := d.profiles[cmp.Or(who.ID, d.owners[who.Email])]; ok {
		return p, nil
	}
	return core.Profile{}, &core.Error{Op: "find", Kind: core.NotFound, Detail: "users_not_found"}
}

func (d *directory) Expand(_ context.Context, group string) ([]core.Account, error) {
	d.asked++
	if err := cmp.Or(d.down, d.groupsDown); err != nil {
		return nil, err
	}
	ids, ok := d.groups[strings.TrimPrefix(group, "ID-")]
	if !ok {
		return nil, &core.Error{Op: "expand", Kind: core.NotFound, Detail: "no_such_subteam"}
	}
	var out []core.Account
	for _, id := range ids {
		out = append(out, core.Account{Workspace: d.workspace, ID: id})
	}
	return out, nil
}

func (d *directory) Group(_ context.Context, group string) (core.UserGroup, error) {
	name := strings.TrimPrefix(group, "ID-")
	if _, ok := d.groups[name]; !ok || d.down != nil {
		return core.UserGroup{}, cmp.Or(d.down, error(&core.Error{Op: "group", Kind: core.NotFound}))
	}
	return core.UserGroup{ID: "ID-" + name, Name: name}, nil
}

// memory fakes people.Store and people.Journal.
type memory struct {
	now      func() time.Time
	offers   []people.Offer
	wrong    int // tries at codes
	joined   map[core.Account][]core.Account
	done     map[string]core.Account // subjects by op
	linked   []people.Linked
	unlinked []people.Unlinked
	err      error

	conflicts  int    // how many changes are still refused
	onConflict func() // what happens meanwhile, may be nil
}

func (m *memory) OfferLink(_ context.Context, o people.Offer) error {
	m.offers = append(slices.DeleteFunc(m.offers, func(x people.Offer) bool { return x.Account == o.Account }), o)
	return m.err
}

func (m *memory) open(hash string) int {
	return slices.IndexFunc(m.offers, func(o people.Offer) bool { return o.Hash == hash && m.now().Before(o.Until) })
}

func (m *memory) TryCode(_ context.Context, t people.Try) (people.Tried, error) {
	if m.wrong >= t.Most {
		return people.Tried{Wait: 90 * time.Second}, m.err
	}
	if i := m.open(t.Hash); i >= 0 {
		return people.Tried{Offer: m.offers[i], Left: t.Most - m.wrong}, m.err
	}
	m.wrong++
	return people.Tried{Left: t.Most - m.wrong, Wait: 90 * time.Second}, m.err
}

func (m *memory) JoinedBy(_ context.Context, op string) (core.Account, error) {
	return m.done[op], m.err
}

func (m *memory) Joined(_ context.Context, a core.Account) ([]core.Account, error) {
	return m.joined[a], m.err
}

func (m *memory) Linked(_ context.Context, l people.Linked) error {
	if m.open(l.Hash) < 0 {
		return &core.Error{Op: "linked", Kind: core.NotFound}
	}
	if err := m.join(l.Join); err != nil {
		return err
	}
	m.offers = slices.Delete(m.offers, m.open(l.Hash), m.open(l.Hash)+1)
	m.linked = append(m.linked, l)
	return nil
}

func (m *memory) Unlinked(_ context.Context, u people.Unlinked) error {
	if err := m.join(u.Join); err != nil {
		return err
	}
	m.unlinked = append(m.unlinked, u)
	return nil
}

func (m *memory) join(j people.Join) error {
	if m.conflicts > 0 {
		m.conflicts--
		if m.onConflict != nil {
			m.onConflict()
		}
		return &core.Error{Op: "join", Kind: core.Conflict}
	}
	for _, g := range j.Groups {
		if !slices.Equal(m.joined[g.Account], g.Was) {
			return &core.Error{Op: "join", Kind: core.Conflict}
		}
	}
	for _, g := range j.Groups {
		m.joined[g.Account] = g.To
	}
	m.done[j.Op] = j.Subject
	return nil
}

// bench is an organisation with three workspaces. The config file knows Lin by her
// address, Wei by his accounts in acme and guild, and Mei by hers in acme. Ana, Bo
// and Cy have accounts only. Somebody outside uses Lin's address.
type bench struct {
	*testing.T
	org       *core.Organisation
	on        map[string]*directory
	platforms map[string]core.Platform // the same
	store     *memory
	elapsed   time.Duration
	ws        *people.Workspaces
	dir       *people.Directory
	rights    *people.Rights
	links     *people.Links
	text      *text.Catalogue
}

func setup(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{T: t, on: map[string]*directory{}, platforms: map[string]core.Platform{}}
	now := func() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC).Add(b.elapsed) }
	b.store = &memory{now: now, joined: map[core.Account][]core.Account{}, done: map[string]core.Account{}}
	b.org = &core.Organisation{
		Command: "/risk",
		People: map[string]core.Person{
			"lin": {Name: "lin", Email: "lin@example.com"},
			"wei": {Name: "wei", Accounts: map[string]string{"acme": "wei", "guild": "wei"}},
			"mei": {Name: "mei", Accounts: map[string]string{"acme": "mei"}},
		},
		Modules: []core.Module{{Name: "Payments", Lead: "mei"}, {Name: "Search"}},
	}
	for _, ws := range []string{"acme", "beta", "guild"} {
		d := &directory{workspace: ws, profiles: map[string]core.Profile{}, groups: map[string][]string{}, owners: map[string]string{}}
		for _, id := range []string{"lin", "wei", "mei", "ana", "bo", "cy", "root", "guest", "robot", "gone"} {
			d.profiles[id] = core.Profile{
				Account: core.Account{Workspace: ws, ID: id}, Name: strings.ToUpper(id[:1]) + id[1:],
				Guest: id == "guest", Bot: id == "robot", Gone: id == "gone",
			}
		}
		b.on[ws], b.platforms[ws] = d, d
	}
	b.address("acme", "lin", "LIN@example.com")
	b.on["acme"].owners["lin@example.com"] = "lin"
	b.address("acme", "guest", "lin@example.com")
	b.on["acme"].groups["oncall"] = []string{"ana", "wei"}
	b.on["guild"].groups["oncall"] = []string{"bo"}
	clock := core.ClockFunc(now)
	var err error
	if b.text, err = text.Load(); err != nil {
		t.Fatal(err)
	}
	b.ws = people.NewWorkspaces(b.platforms, clock)
	b.dir = people.NewDirectory(b.org, b.ws, b.store, clock)
	b.rights = people.NewRights(b.org, b.dir, func(core.Risk) ([]core.Ref, error) { return nil, nil })
	b.links = people.NewLinks(people.Options{
		Organisation: b.org, Directory: b.dir, Rights: b.rights, Store: b.store, Journal: b.store, Text: b.text,
		Instance: "test", Clock: clock, Log: slog.New(slog.DiscardHandler),
	})
	return b
}

// address gives an account an address, which the platform says of it.
func (b *bench) address(workspace, id, email string) {
	p := b.on[workspace].profiles[id]
	p.Email = email
	b.on[workspace].profiles[id] = p
}

// down makes the directory of a workspace unavailable.
func (b *bench) down(workspace string) {
	b.on[workspace].down = &core.Error{Op: "find", Kind: core.Unavailable, Detail: "http_503"}
}

// joins stores that accounts are linked.
func (b *bench) joins(accounts ...string) {
	all := accountsOf(accounts...)
	for _, a := range all {
		b.store.joined[a] = all
	}
}

func account(s string) core.Account {
	a, err := core.ParseAccount(s)
	if err != nil {
		panic(err)
	}
	return a
}

func accountsOf(all ...string) []core.Account {
	var out []core.Account
	for _, s := range all {
		out = append(out, account(s))
	}
	return out
}

// listed writes accounts in a line.
func listed(accounts []core.Account) string {
	var out []string
	for _, a := range accounts {
		out = append(out, a.String())
	}
	return strings.Join(out, " ")
}
