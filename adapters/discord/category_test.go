package discord_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/core"
)

const rooms = "5000000000000000001" // a category

// filled returns a guild whose category holds n channels. The bot cannot see
// those from hiddenFrom on.
func filled(n, hiddenFrom int) emulator.Options {
	opts := guildOf()
	opts.Channels = []emulator.Channel{{ID: rooms, Name: "Riskroom", Category: true}}
	for i := range n {
		opts.Channels = append(opts.Channels, emulator.Channel{Name: fmt.Sprint("room-", i), Parent: rooms, Private: i >= hiddenFrom})
	}
	return opts
}

func numbered(n int) core.GroupSpec {
	spec := groupOf()
	spec.Suffix = fmt.Sprint("r-", n)
	return spec
}

// parents returns the names of the categories that groups were created in.
func parents(t *testing.T, w *emulator.Workspace) map[string]int {
	t.Helper()
	out := make(map[string]int)
	for _, ch := range w.Channels() {
		if ch.Creator == w.BotUserID() && !ch.Category {
			parent, _ := w.ChannelByID(ch.Parent)
			out[parent.Name]++
		}
	}
	return out
}

// TestFullCategories checks that the category is found, and that a full one is
// followed by the next, whether the bot sees that it is full or Discord refuses
// it.
func TestFullCategories(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ inIt, hiddenFrom, first, second int }{
		"seen": {49, 49, 1, 1}, "told": {49, 20, 1, 1}, "room for all": {3, 3, 2, 0}, "full from the start": {50, 10, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, filled(c.inIt, c.hiddenFrom))
			a := connect(t, w, discord.Config{})
			for i := range 2 {
				if _, err := a.CreateGroup(t.Context(), newOnce(), numbered(i)); err != nil {
					t.Fatal(err)
				}
			}
			if got := parents(t, w); got["Riskroom"] != c.first || got["riskroom-2"] != c.second {
				t.Errorf("groups are in %v", got)
			}
		})
	}
}

// far is a transport that takes some time, on the test's clock, so that calls
// overlap.
type far struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (f far) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(10 * time.Millisecond)
	return f.next.RoundTrip(req)
}

// TestManyGroupsAtOnce checks that concurrent calls create only one category
// and none fails.
func TestManyGroupsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts := filled(45, 45)
		opts.Now = func() time.Time { return time.Now().AddDate(26, 0, 0) } // the test's clock starts before Discord's IDs do
		w := start(t, opts)
		a := connect(t, w, discord.Config{API: client(t, w, api.Config{Transport: far{w.Client().Transport}})})
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if _, err := a.CreateGroup(t.Context(), newOnce(), numbered(i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		categories := 0
		for _, ch := range w.Channels() {
			if ch.Category {
				categories++
			}
		}
		if got := parents(t, w); got["Riskroom"] != 5 || got["riskroom-2"] != 15 || categories != 2 {
			t.Errorf("groups are in %v, of %d categories", got, categories)
		}
	})
}

// TestFullGuild checks that a group in a full guild is refused without asking
// Discord.
func TestFullGuild(t *testing.T) {
	t.Parallel()
	opts := guildOf()
	for i := range 499 { // and the channel that every guild has
		opts.Channels = append(opts.Channels, emulator.Channel{Name: fmt.Sprint("room-", i)})
	}
	w := start(t, opts)
	_, err := connect(t, w, discord.Config{}).CreateGroup(t.Context(), newOnce(), groupOf(lin))
	wantError(t, err, core.Denied, "guild_is_full:500")
	for _, c := range w.Log().Calls() {
		if c.Method == "create_guild_channel" {
			t.Error("it was tried nevertheless")
		}
	}
}

// TestCreationIsFoundInTheAuditLog checks that the creation is found after
// somebody has edited the mark away or deleted the channel.
func TestCreationIsFoundInTheAuditLog(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	a := connect(t, w, discord.Config{})
	g, err := a.CreateGroup(t.Context(), newOnce(), groupOf(lin))
	if err != nil {
		t.Fatal(err)
	}
	p := &probing{}
	in := core.Intent{Op: core.MakeOp("test", "create"), First: time.Now()}
	probe := func(want core.Found, id string) {
		t.Helper()
		_, _ = a.CreateGroup(t.Context(), p, groupOf(lin)) // only the call matters
		if got, found, err := p.call.Probe(t.Context(), in); err != nil || found != want || got != id {
			t.Errorf("it finds %q, %s, %v", got, found, err)
		}
	}
	probe(core.Yes, g.Ref.ID)
	owner, _ := w.UserByName("owner")
	if err := w.SetTopicByHand(owner.ID, g.Ref.ID, "Something else"); err != nil {
		t.Fatal(err)
	}
	probe(core.Yes, g.Ref.ID)
	if err := w.DeleteChannel(owner.ID, g.Ref.ID); err != nil {
		t.Fatal(err)
	}
	probe(core.Yes, g.Ref.ID)
	in.Op = core.MakeOp("another")
	probe(core.No, "")
}

// TestCategoriesThatLookEmpty checks that a refused category is not tried
// again, so that a new one is created if hidden channels fill all there are.
func TestCategoriesThatLookEmpty(t *testing.T) {
	t.Parallel()
	const more = "5000000000000000002"
	opts := filled(50, 0)
	opts.Channels = append(opts.Channels, emulator.Channel{ID: more, Name: "riskroom-2", Category: true})
	for i := range 50 {
		opts.Channels = append(opts.Channels, emulator.Channel{Name: fmt.Sprint("hall-", i), Parent: more, Private: true})
	}
	w := start(t, opts)
	if _, err := connect(t, w, discord.Config{}).CreateGroup(t.Context(), newOnce(), groupOf(lin)); err != nil {
		t.Fatal(err)
	}
	if got := parents(t, w); got["riskroom-3"] != 1 {
		t.Errorf("the group is in %v", got)
	}
}
