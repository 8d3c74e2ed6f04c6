package bots

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func someRisks(n int) []core.Risk {
	var all []core.Risk
	for i := range n {
		all = append(all, core.Risk{
			Key: core.MakeRiskKey("R", int64(99-i)), Title: "Ledger\n*is* <@U1>", Module: "Payments", Severity: core.High, Status: core.Pending,
		})
	}
	return all
}

func TestList(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	wants(t, words(ask(t, b, typed("list"))), "No open risks match.")
	wants(t, words(ask(t, b, typed("list resolved"))), "No risks match.")
	f.listing = engine.Listing{Risks: someRisks(listPage), Total: 120, Next: engine.Place{At: 1_790_000_000_000, Key: "R-90"}}
	f.listing.Risks[0].Title = strings.Repeat("长", 200)
	f.listing.Risks[1].DueAt = now.Add(-core.Day)
	f.listing.Risks[2].DueAt = now.Add(core.Day)
	f.listing.Risks[3].Status, f.listing.Risks[3].StatusSince = core.Resolved, now.Add(-core.Day)
	r := ask(t, b, typed("list mine overdue module:core banking"))
	wants(t, words(r), "120 open risks, showing the newest 10:", strings.Repeat("长", 79)+"…",
		"R-98 Ledger *is* <@U1> · Payments · High · Pending · overdue since 19 Nov 2026", "· due 21 Nov 2026", "· Resolved · 19 Nov 2026")
	if len(r.List) != listPage || len(r.Lines) != listPage || r.Lines[1].State != "R-98" {
		t.Errorf("%d lines, %+v", len(r.List), r.Lines)
	}
	wants(t, words(ask(t, b, typed("list sort:due"))), "showing the 10 that are due first:")
	f.listing.Total = -1
	wants(t, words(ask(t, b, typed("list all"))), "The newest 10 that match:")
	f.listing.Risks, f.listing.Read = f.listing.Risks[:1], 500
	r = ask(t, b, typed("list all refund"))
	wants(t, words(r), "Searched 500 risks so far.")
	if len(r.Turns) != 1 || r.Turns[0].Label != "Search on" {
		t.Errorf("%+v", r.Turns)
	}
	f.listing.Read = 0
	wants(t, words(ask(t, b, typed("list all refund"))), "Only a part of the risks has been searched so far.")
	f.listing.Risks, f.listing.Unindexed = nil, true
	wants(t, words(ask(t, b, typed("list all refund"))), "No match so far.", "being indexed")
	if s := words(ask(t, b, typed("list"))); strings.Contains(s, "being indexed") {
		t.Errorf("open risks are complete: %s", s)
	}
}

// TestListQueries: what people type is what is looked for, in both languages, and every page
// of it too.
func TestListQueries(t *testing.T) {
	t.Parallel()
	isOpen, closed, every := engine.OpenStatuses(), closedStatuses(), core.Statuses()
	midnight := time.Date(2026, 11, 20, 0, 0, 0, 0, shanghai)
	since := func(days int) engine.Period { return engine.Period{From: midnight.AddDate(0, 0, -days)} }
	until := func(days int) engine.Period {
		return engine.Period{From: now, Before: midnight.AddDate(0, 0, days+1)}
	}
	for line, want := range map[string]engine.ListQuery{
		"":                                 {},
		"mine overdue module:core banking": {Mine: true, Overdue: true, Module: "Core Banking"},
		"我的 逾期":                            {Mine: true, Overdue: true},
		"open":                             {Statuses: isOpen},
		"closed":                           {Statuses: closed},
		"all":                              {Statuses: every},
		"全部":                               {Statuses: every},
		"in progress, shelved":             {Statuses: []core.Status{core.InProgress, core.Shelved}},
		"已处理 退款":                           {Statuses: []core.Status{core.Resolved}, Words: []string{"退款"}},
		"status:in progress":               {Statuses: []core.Status{core.InProgress}},
		"status:closed":                    {Statuses: closed},
		"refund \"off by one\" lost":       {Words: []string{"refund", "off by one", "lost"}},
		"title:off by one sort:due":        {Words: []string{"off", "by", "one"}, ByDue: true},
		"severity:high,critical":           {Severities: []core.Severity{core.High, core.Critical}},
		"严重程度：高":                           {Severities: []core.Severity{core.High}},
		"handler:lin,@oncall by:me":        {Handlers: []core.Ref{"lin", "@oncall"}, By: []core.Ref{"acme/U0LIN"}},
		"处理人：我":                            {Handlers: []core.Ref{"acme/U0LIN"}},
		"due:week":                         {Due: until(7)},
		"due:today":                        {Due: until(0)},
		"截止：3天":                            {Due: until(3)},
		"due:2026-11-22":                   {Due: until(2)},
		"due:week overdue":                 {Due: engine.Period{Before: until(7).Before}, Overdue: true},
		"since:month":                      {Filed: since(30)},
		"since:yesterday":                  {Filed: since(1)},
		"自：2026-11-01":                     {Filed: since(19)},
		"closed:week":                      {Statuses: closed, Closed: since(7)},
		"resolved closed:2026-11-01":       {Statuses: []core.Status{core.Resolved}, Closed: since(19)},
		"排序：截止":                            {ByDue: true},
		"kind:loss of trust sort:newest":   {Fields: map[string]string{"kind": "trust"}},
	} {
		f := &fakeEngine{listing: engine.Listing{Risks: someRisks(listPage), Total: -1, Next: engine.Place{At: 1_790_000_000_000, Key: "R-90"}}}
		b := newBot(t, f)
		r := ask(t, b, typed("list "+line))
		want.Limit = listPage
		if len(f.queries) != 1 {
			t.Errorf("%q: %s", line, words(r))
			continue
		}
		if diff := cmp.Diff(want, f.queries[0]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
		if len(r.Turns) != 1 {
			t.Errorf("%q: turns %+v", line, r.Turns)
			continue
		}
		next := turned(t, b, r.Turns[0])
		want.After = f.listing.Next
		if diff := cmp.Diff(want, f.queries[1]); diff != "" || !next.Replace {
			t.Errorf("%q, the next page (-want +got):\n%s", line, diff)
		}
		want.After = engine.Place{}
		if turned(t, b, next.Turns[0]); next.Turns[0].Label != "Back" {
			t.Errorf("%q: turns %+v", line, next.Turns)
		}
		if diff := cmp.Diff(want, f.queries[2]); diff != "" {
			t.Errorf("%q, back (-want +got):\n%s", line, diff)
		}
	}
}

// keptForms keeps forms in memory.
type keptForms map[string][]byte

func (k keptForms) KeepForm(_ context.Context, by core.Account, op string, form []byte, _ time.Duration) error {
	k[by.String()+" "+op] = form
	return nil
}

func (k keptForms) KeptForm(_ context.Context, by core.Account, op string) ([]byte, error) {
	if form, ok := k[by.String()+" "+op]; ok {
		return form, nil
	}
	return nil, &core.Error{Op: "store: form", Kind: core.NotFound}
}

// TestLongSearch turns the pages of a search that a button has no room for, until it has
// expired.
func TestLongSearch(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`list "the ledger of the branch in Northampton is off by one" module:Payments`, `list "a=b|c" due:week`,
	} {
		f := &fakeEngine{listing: engine.Listing{Total: 50, Next: engine.Place{At: now.UnixMilli(), Key: "R-42"}, Risks: someRisks(listPage)}}
		wants(t, words(ask(t, newBot(t, f), typed(line))), "There are more. Add a word or a filter")
		f.queries = nil
		forms := keptForms{}
		b := newBot(t, f, func(c *Config) { c.Forms = forms })
		r := ask(t, b, typed(line))
		for range 6 {
			if len(r.Turns) == 0 || tooLong(r.Turns) || len(forms) != 1 {
				t.Fatalf("%s: turns %+v, kept %q", line, r.Turns, forms)
			}
			r = turned(t, b, r.Turns[len(r.Turns)-1])
		}
		want := f.queries[0]
		want.After = f.listing.Next
		if diff := cmp.Diff(want, f.queries[6]); diff != "" {
			t.Errorf("%s, the last page (-want +got):\n%s", line, diff)
		}
		clear(forms)
		wants(t, words(turned(t, b, r.Turns[0])), "This list has expired.")
	}
}

// turned presses a button for another page.
func turned(t *testing.T, b *Bot, to Turn) Reply {
	t.Helper()
	c := typed("")
	c.Typed, c.Turned = nil, &Turned{Pages: to.Pages, State: to.State}
	return ask(t, b, c)
}

func TestListFaults(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	for line, want := range map[string]string{
		"list payments":           "Did you mean module:Payments?",
		"list overdu":             "Did you mean overdue?",
		"list reslved":            "Did you mean resolved?",
		"list module:Payment":     "Did you mean Payments?",
		"list label:prod":         `You can't filter the list by "label:prod".`,
		"list modul:Payments":     "Did you mean module?",
		"list due:someday":        `Due: "someday" is not a period.`,
		"list since:tomorrowly":   "is not a period",
		"list since:tomorrow":     "hasn't begun yet",
		"list closed:2d from now": "hasn't begun yet",
		"list sort:size":          `Order: there is no "size".`,
		"list status:gone":        `Status: there is no "gone".`,
		"list by:nobody":          `no user named "nobody"`,
		"list kind:other":         `there is no "other"`,
	} {
		wants(t, words(ask(t, b, typed(line))), want, "/risk list [words]")
	}
	if len(f.queries) > 0 {
		t.Errorf("asked %+v", f.queries)
	}
	wants(t, words(ask(t, b, typed("list \"payments\" 'overdu' \"label:prod\" https://x"))), "No open risks match.")
}

func TestListPages(t *testing.T) {
	t.Parallel()
	risks := someRisks(listPage)
	f := &fakeEngine{listing: engine.Listing{Risks: risks, Total: 57, Next: engine.Place{At: 1, Key: "R-90"}}, view: engine.View{Risk: risks[0]}}
	b := newBot(t, f)
	r := ask(t, b, typed("list"))
	if got := turned(t, b, r.Lines[0]); got.Form == nil || got.Card == nil {
		t.Errorf("a risk on the list: %+v", got)
	}
	next := turned(t, b, r.Turns[0])
	wants(t, words(next), "57 open risks, continued:")
	for _, state := range []string{"no=such thing x", "mine !.1", "mine 5", "kind=gone "} {
		wants(t, words(turned(t, b, Turn{Pages: listPages, State: state})), "another version")
	}
	wants(t, words(turned(t, b, Turn{Pages: openPages, State: "X-1"})), "another version")
	// What a button can't carry is not cut, but can't be turned.
	for _, long := range []string{strings.Repeat("long ", 20), "a|b", "due=week"} {
		r = ask(t, b, typed(fmt.Sprintf("list %q", long)))
		if wants(t, words(r), "Add a word or a filter"); len(r.Turns) > 0 {
			t.Errorf("%q: %+v", long, r.Turns)
		}
	}
}

func TestMine(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	for _, line := range []string{"mine overdue", "我的 逾期", "list mine overdue"} {
		ask(t, b, typed(line))
		if diff := cmp.Diff(engine.ListQuery{Mine: true, Overdue: true, Limit: listPage}, f.queries[len(f.queries)-1]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
	c := given("mine", nil)
	c.Lang = text.Chinese
	wants(t, words(ask(t, b, c)), "没有由你处理或由你填报的未完成风险")
	wants(t, words(ask(t, b, typed("mine overdue"))), "No open risks match.")
}
