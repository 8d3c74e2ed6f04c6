package adaptertest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core"
)

// fakeHarness opens fake platforms with an adapter that has the given flaw.
type fakeHarness struct{ flaw flaw }

func (h fakeHarness) Open(_ testing.TB, clock core.Clock) World {
	w := &fakeWorld{clock: clock, groups: map[string]*fakeGroup{}, gone: map[string]bool{}, direct: map[string]*[]*fakePost{}}
	w.adapter = &fakeAdapter{api: w, flaw: h.flaw}
	return w
}

// fakeWorld is a small platform in memory with a markup of its own: <@ID>
// mentions, <URL|text> links, and &, < and > are written as entities.
type fakeWorld struct {
	clock   core.Clock
	adapter *fakeAdapter

	mu     sync.Mutex
	calls  []APICall
	orders []*fakeOrder
	late   []func()
	groups map[string]*fakeGroup
	gone   map[string]bool // groups that were deleted
	order  []string
	direct map[string]*[]*fakePost // by person
	last   int
}

type fakeOrder struct {
	Fault
	seen, struck int
}

type fakeGroup struct {
	id, op               string
	name, topic, purpose string
	public, archived     bool
	members, pins        []string
	marks                []fakeMark
	posts                []*fakePost
	notices              []string
	changed              map[string]time.Time // when, by the call's key
}

type fakeMark struct{ label, post string }

type fakePost struct {
	id, op, markup string
	buttons        []string
	replyTo        *fakePost
}

// apiError is the platform's answer to a call that failed.
type apiError struct {
	code string // "" gives no reason
	wait time.Duration
}

func (e *apiError) Error() string { return "fake platform: " + e.code }

var _ World = (*fakeWorld)(nil)

func (w *fakeWorld) Platform() core.Platform { return w.adapter }

func (w *fakeWorld) Cast() Cast {
	account := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	return Cast{
		Workspace:   "acme",
		People:      []core.Account{account("ann"), account("bob"), account("cho"), account("dan"), account("eve")},
		Unreachable: account("deaf"), Uninvitable: account("shy"), Nobody: account("nobody"),
		Hidden: core.GroupRef{Workspace: "acme", ID: "hidden"},
		Missing: func(g core.GroupRef) core.MessageRef {
			return core.MessageRef{Workspace: g.Workspace, Channel: g.ID, ID: "missing"}
		},
		Ends: Ends{core.Archived: func(g core.GroupRef) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.groups[g.ID].archived = true
			return nil
		}, core.Deleted: func(g core.GroupRef) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.gone[g.ID] = true
			delete(w.groups, g.ID)
			return nil
		}},
		Email: "ann@example.com", UserGroup: "oncall",
	}
}

func (w *fakeWorld) Calls() []APICall {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

func (w *fakeWorld) Inject(f Fault) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.orders = append(w.orders, &fakeOrder{Fault: f})
	return !slices.Contains([]FaultKind{RateLimitBody, RateLimitGlobal, RateLimitPage, GatewayBefore, GatewayAfter, AlterName, RefuseName}, f.Kind)
}

func (w *fakeWorld) ReleaseLate() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, effect := range w.late {
		effect()
	}
	w.late = nil
}

// meet counts a call and returns the fault that strikes it, if any.
func (w *fakeWorld) meet(method string, kinds func(FaultKind) bool) (met Fault, ok bool) {
	for _, o := range w.orders {
		if o.Method != "" && o.Method != method || !kinds(o.Kind) {
			continue
		}
		o.seen++
		if o.seen >= o.Nth && (o.Times == Forever || o.struck < o.Times) && !ok {
			o.struck++
			met, ok = o.Fault, true
		}
	}
	return met, ok
}

// call is one API call. do returns whether it changed anything.
func (w *fakeWorld) call(ctx context.Context, method string, write bool, do func() (bool, error)) error {
	if ctx.Err() != nil {
		return &apiError{code: "not sent"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f, struck := w.meet(method, func(k FaultKind) bool { return k != HideMetadata })
	w.calls = append(w.calls, APICall{Method: method, Write: write, Struck: struck})
	at := len(w.calls) - 1
	effect := func() error {
		changed, err := do()
		w.calls[at].Effect = changed
		return err
	}
	switch f.Kind {
	case "":
		return effect()
	case RateLimit, RateLimitBare:
		return &apiError{code: "rate limit", wait: f.Wait}
	case CutBefore, ErrorBefore:
		return &apiError{code: "cut"}
	case EmptyFailure:
		return &apiError{}
	case Late:
		w.late = append(w.late, func() { _ = effect() })
		return &apiError{code: "cut"}
	case CutAfter, ErrorAfter:
		_ = effect()
		return &apiError{code: "cut"}
	case Slow:
		_ = effect()
		w.mu.Unlock()
		<-ctx.Done()
		w.mu.Lock()
		return &apiError{code: "cut"}
	default:
		return &apiError{code: string(f.Kind)}
	}
}

// group returns a group, or the platform's error. The caller holds mu.
func (w *fakeWorld) group(id string) (*fakeGroup, error) {
	if g := w.groups[id]; g != nil {
		return g, nil
	}
	return nil, &apiError{code: "not found"}
}

func (w *fakeWorld) newID(prefix string) string {
	w.last++
	return fmt.Sprintf("%s%d", prefix, w.last)
}

func (w *fakeWorld) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	var s State
	for _, id := range w.order {
		g := w.groups[id]
		v := GroupView{
			Ref: core.GroupRef{Workspace: "acme", ID: id}, Name: g.name, Topic: g.topic, Purpose: g.purpose,
			Private: !g.public, Archived: g.archived, Members: slices.Sorted(slices.Values(g.members)), Messages: shown(id, g.posts), Notices: slices.Clone(g.notices),
		}
		if g.archived {
			v.Silent = v.Members
		}
		for _, p := range g.pins {
			v.Pinned = append(v.Pinned, core.MessageRef{Workspace: "acme", Channel: id, ID: p})
		}
		for _, m := range g.marks {
			v.Bookmarks = append(v.Bookmarks, Bookmark{m.label, core.MessageRef{Workspace: "acme", Channel: id, ID: m.post}})
		}
		s.Groups = append(s.Groups, v)
	}
	for _, who := range slices.Sorted(maps.Keys(w.direct)) {
		if posts := *w.direct[who]; len(posts) > 0 {
			s.Direct = append(s.Direct, DirectView{With: who, Messages: shown("dm-"+who, posts)})
		}
	}
	return s
}

var (
	fakeMention = regexp.MustCompile(`<@([^<>]*)>`)
	fakeLink    = regexp.MustCompile(`<(https?:[^<>|]*)\|([^<>]*)>`)
)

func shown(channel string, posts []*fakePost) []Shown {
	var out []Shown
	for _, p := range posts {
		s := Shown{Ref: core.MessageRef{Workspace: "acme", Channel: channel, ID: p.id}, Buttons: p.buttons}
		if p.replyTo != nil {
			s.ReplyTo = shown(channel, []*fakePost{p.replyTo})[0].Text
		}
		for _, m := range fakeMention.FindAllStringSubmatch(p.markup, -1) {
			s.Mentions = append(s.Mentions, m[1])
		}
		for _, m := range fakeLink.FindAllStringSubmatch(p.markup, -1) {
			s.Links = append(s.Links, m[1])
		}
		text := fakeLink.ReplaceAllString(fakeMention.ReplaceAllString(p.markup, "@$1"), "$2")
		s.Text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
		out = append(out, s)
	}
	return out
}
