package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"riskroom/core"
)

// fakeClock is wall time plus an offset, like the demo's clock.
type fakeClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *fakeClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = time.Until(t)
}

// fakePlatform is a workspace in memory whose calls can be made to fail.
type fakePlatform struct {
	name string
	now  func() time.Time
	can  core.Capabilities

	noDirectory error // why nobody can be looked up
	blind       bool  // messages can't be looked for

	mu       sync.Mutex
	profiles map[string]core.Profile
	groups   map[string]*fakeGroup
	posts    []fakePost
	said     map[string]fakeSaying // what people last posted, by channel
	named    int                   // calls of Group
	next     int                   // number of the last message
	rate     core.Bucket           // cost of a message
	// strict platforms refuse calls in groups that have ended or that the bot can't see.
	strict bool
	hides  bool // strictly: from the bot, groups that are archived
	// fail is called before each call. An error with Effect Maybe is returned after
	// the effect, any other instead of it.
	fail func(method, about string) error
}

// fakeSaying is a person's post.
type fakeSaying struct {
	at    time.Time
	after int // number of the bot's last message
}

type fakePost struct {
	Ref     core.MessageRef
	At      time.Time
	Op      string
	Message core.Message
	Edits   int
	Over    bool // the topic of its group had ended
}

type fakeGroup struct {
	core.GroupState
	Hidden  bool // the bot cannot see it
	Op      string
	Ops     []string // of the calls that changed a part of it
	Name    string
	Topics  []string // newest last
	Spec    core.GroupSpec
	Members []core.Account
	Set     core.GroupChange // every part as it was last set
}

var _ core.Platform = (*fakePlatform)(nil)

func newFake(name string, clock core.Clock, users ...string) *fakePlatform {
	f := &fakePlatform{
		name: name, now: clock.Now, can: core.Capabilities{Platform: "fake"}, profiles: map[string]core.Profile{}, groups: map[string]*fakeGroup{},
		rate: core.Bucket{Workspace: name, Name: "post", N: 600, Window: time.Minute},
	}
	for _, u := range users {
		f.profiles[u] = core.Profile{
			Account: core.Account{Workspace: name, ID: u}, Name: strings.ToLower(u), Email: strings.ToLower(u) + "@example.com",
		}
	}
	return f
}

func (f *fakePlatform) setFail(fail func(method, about string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// do makes one call: it runs effect under the lock, or fails as the test demands.
func (f *fakePlatform) do(ctx context.Context, method, about string, effect func() string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", &core.Error{Op: "fake: " + method, Kind: core.Unavailable, Err: err}
	}
	f.mu.Lock()
	fail := f.fail
	f.mu.Unlock()
	var err error
	if fail != nil {
		err = fail(method, about)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && core.EffectOf(err) != core.Maybe {
		return "", err
	}
	value := effect()
	if err != nil {
		return "", err
	}
	return value, nil
}

// doIn makes one call in a group or another channel.
func (f *fakePlatform) doIn(ctx context.Context, channel, method, about string, effect func() string) (string, error) {
	f.mu.Lock()
	g, err := f.groups[channel], error(nil)
	switch {
	case !f.strict || g == nil:
	case g.Hidden:
		err = &core.Error{Op: "fake: " + method, Kind: core.NotFound, Detail: "channel_not_found"}
	case g.Ended != "":
		err = &core.Error{Op: "fake: " + method, Kind: core.Conflict, Detail: "is_archived"}
	}
	f.mu.Unlock()
	if err != nil {
		return "", err
	}
	return f.do(ctx, method, about, effect)
}

func (f *fakePlatform) post(ctx context.Context, once core.Once, channel string, m core.Message) (core.MessageRef, error) {
	ref := core.MessageRef{Workspace: f.name, Channel: channel}
	value, err := once.Do(ctx, core.Call{
		Key: "post", Unsure: core.Resend,
		Cost: []core.Bucket{f.rate},
		Probe: func(_ context.Context, in core.Intent) (string, core.Found, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.blind {
				return "", "", &core.Error{Op: "fake: look", Kind: core.Unavailable}
			}
			for _, p := range f.posts {
				if p.Op == in.Op {
					return p.Ref.ID + "," + p.Ref.Thread, core.Yes, nil
				}
			}
			return "", core.No, nil
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return f.doIn(ctx, channel, "post", channel, func() string {
				r := ref
				f.next++
				r.ID = fmt.Sprintf("m%d", f.next)
				if slices.ContainsFunc(f.posts, func(p fakePost) bool { return p.Ref.Name() == m.ReplyTo.Name() }) {
					r.Thread = m.ReplyTo.Root()
				}
				over := f.groups[channel] != nil && f.groups[channel].Set.State == core.Ended
				f.posts = append(f.posts, fakePost{Ref: r, At: f.now(), Op: in.Op, Message: m, Over: over})
				return r.ID + "," + r.Thread
			})
		},
	})
	ref.ID, ref.Thread, _ = strings.Cut(value, ",")
	if err != nil {
		return core.MessageRef{}, err
	}
	return ref, nil
}

func (f *fakePlatform) Capabilities() core.Capabilities { return f.can }

func (f *fakePlatform) SendMessage(ctx context.Context, once core.Once, to core.Account, m core.Message) (core.MessageRef, error) {
	return f.post(ctx, once, "D"+to.ID, m)
}

func (f *fakePlatform) SendGroupMessage(ctx context.Context, once core.Once, g core.GroupRef, m core.Message) (core.MessageRef, error) {
	return f.post(ctx, once, g.ID, m)
}

// SendFile posts a message with the content of the file after its text.
func (f *fakePlatform) SendFile(ctx context.Context, once core.Once, g core.GroupRef, u core.Upload) error {
	content, err := u.Content(ctx)
	if err != nil {
		return err
	}
	m := u.Message
	m.Text = append(m.Text[:len(m.Text):len(m.Text)], core.Plain(" = "+string(content)))
	_, err = f.post(ctx, scoped{once, "file:" + u.File.ID + "-"}, g.ID, m)
	return err
}

// FetchFile returns the file's URL as its content.
func (f *fakePlatform) FetchFile(ctx context.Context, file core.File) ([]byte, error) {
	_, err := f.do(ctx, "fetch", file.ID, func() string { return "" })
	return []byte(file.URL), err
}

func (f *fakePlatform) CreateGroup(ctx context.Context, once core.Once, spec core.GroupSpec) (core.Group, error) {
	id, err := once.Do(ctx, core.Call{
		Key: "create", Unsure: core.Park,
		Probe: func(_ context.Context, in core.Intent) (string, core.Found, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			for id, g := range f.groups {
				if g.Op == in.Op {
					return id, core.Yes, nil
				}
			}
			return "", core.No, nil
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return f.do(ctx, "create", spec.Name, func() string {
				id := fmt.Sprintf("C%d", len(f.groups)+1)
				f.groups[id] = &fakeGroup{Op: in.Op, Spec: spec, Name: spec.Name + "-" + spec.Suffix, GroupState: core.GroupState{Badged: spec.Badge != nil && spec.Badge.Label != ""}}
				return id
			})
		},
	})
	if err != nil {
		return core.Group{}, err
	}
	g := core.Group{Ref: core.GroupRef{Workspace: f.name, ID: id}, Name: spec.Name + "-" + spec.Suffix}
	if spec.Topic != "" {
		if err := f.setTopic(ctx, once, id, spec.Topic); err != nil {
			return g, err
		}
	}
	if err := f.invite(ctx, once, id, spec.Members, &g.Report); err != nil {
		return g, err
	}
	if spec.Badge == nil {
		return g, nil
	}
	ref, err := spec.Badge.Ref, error(nil)
	if ref.IsZero() {
		ref, err = f.post(ctx, scoped{once, "badge-"}, id, spec.Badge.Message)
	}
	if err != nil {
		return g, err
	}
	g.Report.Badge = ref
	_, err = once.Do(ctx, core.Call{Key: "pin", Make: func(ctx context.Context, _ core.Intent) (string, error) {
		return f.doIn(ctx, id, "pin", id, func() string {
			f.groups[id].Pinned = []core.MessageRef{ref}
			return ""
		})
	}})
	return g, err
}

// invite adds people to a group, with a call for each. It fails if a call was stopped.
func (f *fakePlatform) invite(ctx context.Context, once core.Once, id string, who []core.Account, r *core.Report) error {
	var left error
	for _, m := range who {
		_, err := once.Do(ctx, core.Call{Key: "invite:" + m.ID, Make: func(ctx context.Context, _ core.Intent) (string, error) {
			return f.doIn(ctx, id, "invite", m.ID, func() string {
				st := f.groups[id]
				if !slices.Contains(st.Members, m) {
					st.Members = append(st.Members, m)
				}
				return ""
			})
		}})
		if core.IsStop(err) {
			return err
		}
		if err != nil && !core.KindOf(err).Final() {
			left = err
		}
		r.Add(core.PartMember, m, err)
	}
	return left
}

// setTopic sets a topic. Its probe knows no more than the present one.
func (f *fakePlatform) setTopic(ctx context.Context, once core.Once, id, topic string) error {
	_, err := once.Do(ctx, core.Call{
		Key: "topic", Unsure: core.Resend,
		Probe: func(context.Context, core.Intent) (string, core.Found, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if list := f.groups[id].Topics; len(list) > 0 && list[len(list)-1] == topic {
				return "", core.Yes, nil
			}
			return "", core.No, nil
		},
		Make: func(ctx context.Context, _ core.Intent) (string, error) {
			return f.doIn(ctx, id, "topic", id, func() string {
				f.groups[id].Topics = append(f.groups[id].Topics, topic)
				return ""
			})
		},
	})
	return err
}

// scoped adds a prefix to the keys of another Once.
type scoped struct {
	core.Once
	prefix string
}

func (s scoped) Do(ctx context.Context, c core.Call) (string, error) {
	c.Key = s.prefix + c.Key
	return s.Once.Do(ctx, c)
}

func (f *fakePlatform) SetGroup(ctx context.Context, once core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	var r core.Report
	if c.Topic != nil {
		err := f.setTopic(ctx, once, g.ID, *c.Topic)
		if err != nil && (core.IsStop(err) || core.KindOf(err) == core.Unavailable) {
			return r, err
		}
		r.Add(core.PartTopic, core.Account{}, err)
	}
	if err := f.invite(ctx, once, g.ID, c.Add, &r); err != nil {
		return r, err
	}
	if err := f.setParts(ctx, once, g.ID, c, &r); err != nil {
		return r, err
	}
	if c.Badge != nil {
		ref, err := f.post(ctx, once, g.ID, c.Badge.Message)
		if err != nil {
			return r, err
		}
		r.Add(core.PartBadge, core.Account{}, nil)
		r.Badge = ref
		f.mu.Lock()
		f.groups[g.ID].Pinned, f.groups[g.ID].Badged = []core.MessageRef{ref}, c.Badge.Label != ""
		f.mu.Unlock()
	}
	return r, nil
}

func (f *fakePlatform) EditMessage(ctx context.Context, once core.Once, ref core.MessageRef, m core.Message) error {
	_, err := once.Do(ctx, core.Call{Key: "edit", Make: func(ctx context.Context, _ core.Intent) (string, error) {
		found := false
		_, err := f.doIn(ctx, ref.Channel, "edit", ref.ID, func() string {
			for i := range f.posts {
				if f.posts[i].Ref.Name() == ref {
					f.posts[i].Message, found = m, true
					f.posts[i].Edits++
				}
			}
			return ""
		})
		if err == nil && !found {
			err = &core.Error{Op: "fake: edit", Kind: core.NotFound, Detail: "message_not_found"}
		}
		return "", err
	}})
	return err
}

func (f *fakePlatform) Find(_ context.Context, who core.Lookup) (core.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.noDirectory != nil {
		return core.Profile{}, f.noDirectory
	}
	for id, p := range f.profiles {
		if id == who.ID || who.Email != "" && p.Email == who.Email && !p.Guest {
			return p, nil
		}
	}
	return core.Profile{}, &core.Error{Op: "fake: find", Kind: core.NotFound, Detail: "users_not_found"}
}

func (f *fakePlatform) Expand(_ context.Context, group string) ([]core.Account, error) {
	switch group {
	case "empty":
		return nil, nil
	case "crowd":
		var all []core.Account
		for i := range core.MaxMembers + 2 {
			all = append(all, core.Account{Workspace: f.name, ID: fmt.Sprint("C", i)})
		}
		return all, nil
	}
	if group != "oncall" && group != "G1" {
		return nil, &core.Error{Op: "fake: expand", Kind: core.NotFound, Detail: "no_such_group"}
	}
	return []core.Account{{Workspace: f.name, ID: "WEI"}, {Workspace: f.name, ID: "MEI"}}, nil
}

// Group finds one user group, "oncall", whose ID is G1.
func (f *fakePlatform) Group(ctx context.Context, group string) (core.UserGroup, error) {
	f.mu.Lock()
	f.named++
	f.mu.Unlock()
	if _, err := f.Expand(ctx, group); err != nil {
		return core.UserGroup{}, err
	}
	if group == "empty" {
		return core.UserGroup{ID: "G2", Name: group}, nil
	}
	return core.UserGroup{ID: "G1", Name: "oncall"}, nil
}

func (f *fakePlatform) LastPersonMessage(_ context.Context, after core.MessageRef) (time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.ContainsFunc(f.posts, func(p fakePost) bool { return p.Ref == after }) {
		return time.Time{}, &core.Error{Op: "fake: history", Kind: core.NotFound, Detail: "message_not_found"}
	}
	var n int
	if _, err := fmt.Sscanf(after.ID, "m%d", &n); err != nil {
		return time.Time{}, err
	}
	if s := f.said[after.Channel]; s.after >= n {
		return s.at, nil
	}
	return time.Time{}, nil
}

func (f *fakePlatform) Members(_ context.Context, g core.GroupRef, _ int) ([]core.Account, error) {
	return nil, &core.Error{Op: "members of " + g.ID, Kind: core.Unsupported}
}

func (f *fakePlatform) LookGroup(_ context.Context, g core.GroupRef) (core.GroupState, error) {
	f.mu.Lock()
	fail := f.fail
	f.mu.Unlock()
	if fail != nil {
		if err := fail("look", g.ID); err != nil {
			return core.GroupState{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	st, ok := f.groups[g.ID]
	if !ok || st.Hidden {
		return core.GroupState{}, &core.Error{Op: "fake: look", Kind: core.NotFound, Detail: "channel_not_found"}
	}
	return st.GroupState, nil
}

// rename renames a group by hand.
func (f *fakePlatform) rename(id, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.groups[id].GroupState.Name = name
}

// deletePosts deletes the messages in a channel.
func (f *fakePlatform) deletePosts(channel string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts = slices.DeleteFunc(f.posts, func(p fakePost) bool { return p.Ref.Channel == channel })
}

// postsIn returns the messages of a channel.
func (f *fakePlatform) postsIn(channel string) []fakePost {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []fakePost
	for _, p := range f.posts {
		if p.Ref.Channel == channel {
			out = append(out, p)
		}
	}
	return out
}

func (f *fakePlatform) deletePost(ref core.MessageRef) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts = slices.DeleteFunc(f.posts, func(p fakePost) bool { return p.Ref == ref })
}

func (f *fakePlatform) changeGroup(id string, change func(*fakeGroup)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f.groups[id])
}

func (f *fakePlatform) groupIDs() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for id := range f.groups {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
