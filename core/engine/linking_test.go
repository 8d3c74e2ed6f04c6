package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// twoWorkspaces returns a bundle with a second workspace, "guild", that has no
// e-mail addresses. lin, boss, wei and a guest have accounts there too.
func twoWorkspaces(t *testing.T, defs ...flow.Def) (*bundle, *fakePlatform) {
	t.Helper()
	b := setup(t, defs...)
	guild := newFake("guild", b.clock, "G-LIN", "G-WEI", "G-BOSS", "G-GUEST")
	for id, p := range guild.profiles {
		p.Email, p.Guest = "", id == "G-GUEST"
		guild.profiles[id] = p
	}
	b.org.Workspaces["guild"] = core.Workspace{Name: "guild", Platform: "fake"}
	b.options.Platforms["guild"] = guild
	b.engine = b.newEngine(b.options)
	return b, guild
}

func at(workspace, id string) core.Actor {
	return core.Actor{Account: core.Account{Workspace: workspace, ID: id}, Name: strings.ToLower(id)}
}

// link links two accounts: to uses the code of from.
func (b *bundle) link(from, to core.Actor) error {
	b.t.Helper()
	code, err := b.engine.Persons().OfferLink(b.ctx(), from)
	if err != nil {
		return err
	}
	_, err = b.engine.Persons().Link(b.ctx(), "link "+code.Text, to, strings.ToLower(code.Text))
	return err
}

func wantRefusal(t *testing.T, err error, code string) {
	t.Helper()
	if r, ok := errors.AsType[*core.Refusal](err); !ok || r.Code != code {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}

func TestLinkedAccountsAreOnePerson(t *testing.T) {
	t.Parallel()
	b, _ := twoWorkspaces(t)
	mine := at("guild", "G-WEI")
	r := b.file("Ledger", b.clock.Now()) // by lin; wei handles it
	change := func(op string, by core.Actor, to core.Status) error {
		_, err := b.engine.Do(b.ctx(), op, by, engine.ChangeStatus{Risk: r.Key, To: to, Note: "so"})
		return err
	}
	wantRefusal(t, change("1", mine, core.InProgress), "may_not_change")
	if err := b.link(wei, mine); err != nil {
		t.Fatal(err)
	}
	if err := change("2", mine, core.InProgress); err != nil {
		t.Errorf("a handler's other account: %v", err)
	}
	l, err := b.engine.List(b.ctx(), mine, engine.ListQuery{Mine: true})
	if err != nil || l.Total != 1 {
		t.Errorf("mine: %+v %v", l, err)
	}
	all, err := b.engine.Persons().Accounts(b.ctx(), wei)
	if err != nil || len(all) != 2 || all[1].Account != mine.Account || !all[1].Linked || all[1].Name != "g-wei" {
		t.Errorf("accounts %+v %v", all, err)
	}
	card := b.engine.Card(b.ctx(), engine.View{Risk: r}, "guild", "en")
	if !slices.ContainsFunc(card.Rows, func(row core.Row) bool { return slices.Contains(row.Value, core.Mention(mine.Account)) }) {
		t.Errorf("the card does not mention the handler's account in guild: %+v", card.Rows)
	}
	// An account that is deactivated in one workspace can't act through the other.
	b.platform.mu.Lock()
	p := b.platform.profiles["WEI"]
	p.Gone = true
	b.platform.profiles["WEI"] = p
	b.platform.mu.Unlock()
	b.clock.set(b.clock.Now().Add(2 * time.Minute))
	wantRefusal(t, change("3", mine, core.Resolved), "may_not_change")
	p.Gone = false
	b.platform.mu.Lock()
	b.platform.profiles["WEI"] = p
	b.platform.mu.Unlock()
	b.clock.set(b.clock.Now().Add(2 * time.Minute))
	// Another replica sees the link within a minute.
	other := b.newEngine(b.options)
	if all, err := other.Persons().Accounts(b.ctx(), mine); err != nil || len(all) != 2 {
		t.Errorf("elsewhere: %v %v", all, err)
	}
	if _, err := b.engine.Persons().Unlink(b.ctx(), "away", mine, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Persons().Unlink(b.ctx(), "away", mine, ""); err != nil {
		t.Errorf("a repeat: %v", err)
	}
	_, err = b.engine.Persons().Unlink(b.ctx(), "again", mine, "")
	wantRefusal(t, err, "link_none")
	wantRefusal(t, change("4", mine, core.Resolved), "may_not_change")
	b.clock.set(b.clock.Now().Add(2 * time.Minute))
	if all, err := other.Persons().Accounts(b.ctx(), mine); err != nil || len(all) != 1 {
		t.Errorf("elsewhere, later: %v %v", all, err)
	}
	if got := trail(b, "R-0"); got != "unlinked guild/G-WEI, linked guild/G-WEI, " {
		t.Errorf("trail: %s", got)
	}
}

// trail lists a key's events about accounts, newest first.
func trail(b *bundle, key core.RiskKey) string {
	b.t.Helper()
	events, err := b.store.Trail(b.ctx(), key, "", 50)
	if err != nil {
		b.t.Fatal(err)
	}
	s := ""
	for _, e := range events {
		if e.Data["account"] != "" {
			s += e.Kind + " " + e.Data["account"] + ", "
		}
	}
	return s
}

func TestLinksAreRefused(t *testing.T) {
	t.Parallel()
	b, _ := twoWorkspaces(t)
	b.org.People["boss"] = core.Person{Name: "boss", Email: "boss@example.com", Accounts: map[string]string{"guild": "G-BOSS"}}
	wantRefusal(t, b.link(lin, lin), "link_own_code")
	wantRefusal(t, b.link(lin, out), "link_same_workspace")
	wantRefusal(t, b.link(lin, at("guild", "G-GUEST")), "link_no_member")
	wantRefusal(t, b.link(at("guild", "G-GUEST"), lin), "link_no_member")
	wantRefusal(t, b.link(lin, at("guild", "G-BOSS")), "link_two_people")
	wantRefusal(t, b.link(at("acme", "BOSS"), at("guild", "G-LIN")), "link_other_account")
	wantRefusal(t, b.link(at("acme", "BOSS"), at("guild", "G-BOSS")), "link_already")
	if err := b.link(lin, at("guild", "G-LIN")); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, b.link(lin, at("guild", "G-LIN")), "link_already")
	wantRefusal(t, b.link(lin, at("guild", "G-WEI")), "link_taken")
	wantRefusal(t, b.link(at("guild", "G-LIN"), wei), "link_two_people")
	_, err := b.engine.Persons().Unlink(b.ctx(), "steal", wei, "acme/LIN")
	wantRefusal(t, err, "link_not_yours")
	if _, err := b.engine.Persons().Unlink(b.ctx(), "administer", at("acme", "BOSS"), "acme/LIN"); err != nil {
		t.Errorf("an administrator: %v", err)
	}
	// If the config file contradicts a link later, the file wins.
	if err := b.link(lin, at("guild", "G-LIN")); err != nil {
		t.Fatal(err)
	}
	b.org.People["wei"] = core.Person{Name: "wei", Accounts: map[string]string{"acme": "WEI", "guild": "G-LIN"}}
	for who, want := range map[core.Actor]string{lin: "acme/LIN", at("guild", "G-LIN"): "guild/G-LIN acme/WEI"} {
		all, err := b.engine.Persons().Accounts(b.ctx(), who)
		got := ""
		for _, k := range all {
			got += k.Account.String() + " "
		}
		if err != nil || strings.TrimSpace(got) != want {
			t.Errorf("%v is %q, want %q: %v", who.Account, got, want, err)
		}
	}
	single := setup(t)
	_, err = single.engine.Persons().OfferLink(single.ctx(), lin)
	wantRefusal(t, err, "link_one_workspace")
}

func TestCodes(t *testing.T) {
	t.Parallel()
	b, _ := twoWorkspaces(t)
	mine := at("guild", "G-LIN")
	first, err := b.engine.Persons().OfferLink(b.ctx(), lin)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.engine.Persons().OfferLink(b.ctx(), lin)
	if err != nil || first.Text == second.Text {
		t.Fatalf("codes %v %v %v", first, second, err)
	}
	_, err = b.engine.Persons().Offered(b.ctx(), "old", mine, first.Text)
	wantRefusal(t, err, "link_code")
	spaced := "　" + strings.ReplaceAll(strings.ToLower(second.Text), "-", " ")
	if k, err := b.engine.Persons().Offered(b.ctx(), "look", mine, strings.TrimSpace(spaced)); err != nil || k.Account != lin.Account || k.Name != "lin" {
		t.Errorf("offered %+v %v", k, err)
	}
	for i := range 4 {
		_, err = b.engine.Persons().Link(b.ctx(), fmt.Sprint("wrong", i), mine, "ABCD-EFGH")
	}
	wantRefusal(t, err, "link_tries")
	_, err = b.engine.Persons().Link(b.ctx(), "right", mine, second.Text)
	wantRefusal(t, err, "link_tries")
	b.clock.set(b.clock.Now().Add(10*time.Minute + time.Second))
	_, err = b.engine.Persons().Link(b.ctx(), "late", mine, second.Text)
	wantRefusal(t, err, "link_code")
}

// The person whose code was used is notified, and administrators if an
// administrator's account is linked.
func TestLinksAreReported(t *testing.T) {
	t.Parallel()
	b, guild := twoWorkspaces(t)
	b.start()
	if err := b.link(at("acme", "BOSS"), at("guild", "G-BOSS")); err != nil {
		t.Fatal(err)
	}
	if err := b.link(at("guild", "G-LIN"), lin); err != nil {
		t.Fatal(err)
	}
	b.eventually("everybody is notified", func() bool {
		return len(b.platform.postsIn("DBOSS")) == 1 && len(guild.postsIn("DG-LIN")) == 1 && len(b.platform.postsIn("CADMIN")) == 1
	})
	if m := core.Text(b.platform.postsIn("CADMIN")[0].Message.Text); !strings.Contains(m, "g-boss (guild) and boss (acme)") {
		t.Errorf("administrators are notified %q", m)
	}
	if m := core.Text(guild.postsIn("DG-LIN")[0].Message.Text); !strings.Contains(m, "lin in acme") || !strings.Contains(m, "/risk link remove") {
		t.Errorf("lin is notified %q", m)
	}
	// The administrator has their rights with both accounts.
	r := b.file("Ledger", b.clock.Now())
	if _, err := b.engine.Do(b.ctx(), "x", at("guild", "G-BOSS"), engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Error(err)
	}
}

// A person gets a message once, however often they are named, and at the risk's home
// if they have an account there.
func TestPersonIsReachedOnce(t *testing.T) {
	t.Parallel()
	b, guild := twoWorkspaces(t, flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"lin", "wei", "acme:@oncall", "guild/G-LIN", "acme/LIN"}, Title: "hello"}},
		{Action: &flow.CreateGroupDef{ID: "room", Type: "item", Name: "{{ .title }}", Members: []string{"lin", "wei"}}},
	}})
	b.start()
	if err := b.link(lin, at("guild", "G-LIN")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.File(b.ctx(), "there", at("guild", "G-WEI"), engine.Draft{Title: "Ledger", Module: "Payments"}); err != nil {
		t.Fatal(err)
	}
	b.eventually("the flow ends", func() bool { return b.run("R-1", "tell").State == engine.Finished })
	hellos := func(f *fakePlatform, channel string) (n int) {
		for _, p := range f.postsIn(channel) {
			if core.Text(p.Message.Text) == "hello" {
				n++
			}
		}
		return n
	}
	if here, there := hellos(guild, "DG-LIN"), hellos(b.platform, "DLIN"); here != 1 || there != 0 {
		t.Errorf("lin got %d messages at home, %d elsewhere", here, there)
	}
	if n := hellos(b.platform, "DWEI"); n != 1 {
		t.Errorf("wei, without an account at home, got %d messages", n)
	}
	guild.mu.Lock()
	defer guild.mu.Unlock()
	if g := guild.groups["C1"]; g == nil || fmt.Sprint(g.Members) != "[guild/G-LIN]" {
		t.Errorf("the group: %+v", g)
	}
}

// People without an account in the workspace of a card are shown by their name at
// home, never by an ID.
func TestNamesInAnotherWorkspace(t *testing.T) {
	t.Parallel()
	b, _ := twoWorkspaces(t)
	for ref, want := range map[core.Ref]string{
		"acme/OUT": "out", "mei": "mei", "guild/G-WEI": "<@G-WEI>", "acme/NOBODY": "someone in acme", "nobody": "nobody",
	} {
		got := b.engine.Persons().Name(b.ctx(), ref, "guild", "en")
		if s := core.Text([]core.Span{got}); s != want && "<@"+got.Account.ID+">" != want {
			t.Errorf("%s: %q, want %q", ref, s, want)
		}
	}
	if got := b.engine.Persons().Name(b.ctx(), "guild/G-WEI", "acme", "en"); got.Text != "g-wei" {
		t.Errorf("from the other side: %+v", got)
	}
}
