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

func TestShow(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}}
	b := newBot(t, f)
	for _, line := range []string{"show R-17", "show r-17", "SHOW 17", "查看 17"} {
		if r := ask(t, b, typed(line)); r.Card == nil || r.Card.Risk != "R-17" {
			t.Errorf("%s: %+v", line, r)
		}
	}
	inRoom := typed("show")
	inRoom.Channel = room
	if r := ask(t, b, inRoom); r.Card == nil || r.Card.Risk != "R-9" {
		t.Errorf("in the risk's group: %+v", r)
	}
	wants(t, words(ask(t, b, typed("show"))), "Which risk?", "/risk show R-17")
	wants(t, words(ask(t, b, typed("show ledger"))), `There is no risk "ledger"`, "R-17")
	wants(t, words(ask(t, b, typed("show 17 and more"))), `Remove the text after the key, "and more": /risk show R-17`)
	f.before = func(context.Context, string) error {
		return &core.Refusal{Kind: core.NotFound, Code: "not_found", Args: map[string]any{"Key": "R-4"}}
	}
	wants(t, words(ask(t, b, typed("show R-4"))), "There is no risk R-4, or you don't have access to it.")
}

// TestDirectionMarksStayInTheirText: a title with a mark that reverses what follows
// changes nothing outside of it.
func TestDirectionMarksStayInTheirText(t *testing.T) {
	t.Parallel()
	const title, isolated = "Ledger \u202egnp", "\u2068Ledger \u202egnp\u2069"
	risk := core.Risk{Key: "R-17", Title: title, Module: "Payments", Severity: core.High, Status: core.Pending, Description: title}
	f := &fakeEngine{listing: engine.Listing{Risks: []core.Risk{risk}, Total: 1}, view: engine.View{MayChange: true, Risk: risk}}
	b := newBot(t, f)
	r := ask(t, b, typed("list"))
	wants(t, words(r), "R-17 "+isolated+" · Payments · High")
	wants(t, words(ask(t, b, typed("new "+title+" module:Payments description:"+title+" severity:high"))),
		"R-17 is filed: "+isolated, "Description: "+isolated)
	wants(t, core.Text(ask(t, b, pressed(core.PressResolve, 0)).Form.Notice), "R-17 "+isolated)
	if s := b.Suggest(t.Context(), given("show", nil), "key", ""); len(s) != 1 || s[0].Label != "R-17 "+isolated {
		t.Errorf("suggested %q", s)
	}
	wants(t, words(ask(t, b, typed("show "+title))), "There is no risk")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}}
	b := newBot(t, f)
	for line, want := range map[string]engine.ChangeStatus{
		"resolve R-17 fixed by lin":         {Risk: "R-17", To: core.Resolved, Note: "fixed by lin"},
		"start 17":                          {Risk: "R-17", To: core.InProgress},
		"搁置 R-17，再说":                        {Risk: "R-17", To: core.Shelved, Note: "再说"},
		"reopen R-17: wrong":                {Risk: "R-17", To: core.Pending, Note: "wrong"},
		"R-17 resolve fixed by lin":         {Risk: "R-17", To: core.Resolved, Note: "fixed by lin"},
		"r-17 in progress on it":            {Risk: "R-17", To: core.InProgress, Note: "on it"},
		"17 处理完成":                           {Risk: "R-17", To: core.Resolved},
		"status R-17 resolved fixed by lin": {Risk: "R-17", To: core.Resolved, Note: "fixed by lin"},
		"status 17 In progress":             {Risk: "R-17", To: core.InProgress},
		"status 17 in_progress soon":        {Risk: "R-17", To: core.InProgress, Note: "soon"},
		"status r-17 处理中 正在看":               {Risk: "R-17", To: core.InProgress, Note: "正在看"},
		"状态 R-17 搁置 等供应商":                   {Risk: "R-17", To: core.Shelved, Note: "等供应商"},
		"状态 R-17 已处理：修好了 已上线":               {Risk: "R-17", To: core.Resolved, Note: "修好了 已上线"},
		"status 17 resolved: by lin":        {Risk: "R-17", To: core.Resolved, Note: "by lin"},
	} {
		c := typed(line)
		wants(t, words(ask(t, b, c)), "R-17 Ledger: ")
		if diff := cmp.Diff(want, f.changes[c.Op]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
	inRoom := typed("status resolved done")
	inRoom.Channel = room
	ask(t, b, inRoom)
	if got := f.changes[inRoom.Op]; got.Risk != "R-9" || got.Note != "done" {
		t.Errorf("in the risk's group: %+v", got)
	}
	// A key doesn't become part of a title.
	wants(t, words(ask(t, b, typed("17 new servers are down module:Payments"))), "/risk show R-17", "new servers are down")
	if len(f.drafts) > 0 {
		t.Errorf("filed %+v", f.drafts)
	}
	n := len(f.changes)
	wants(t, words(ask(t, b, typed("status 17 resovled"))), `There is no status "resovled"`, "Did you mean", "Pending, In progress, Resolved, Shelved", "/risk status 17 resovled")
	wants(t, words(ask(t, b, typed("status 17"))), "Which status?")
	wants(t, words(ask(t, b, typed("status resolved by lin"))), "Which risk?", "/risk status R-17 resolved by lin")
	wants(t, words(ask(t, b, typed("status nothing"))), `There is no risk "nothing"`)
	r := ask(t, b, typed("status 17 shelved"))
	wants(t, words(r), "Say why you are shelving it")
	if r.Form == nil || r.Form.ID != formShelve || !r.Form.Fields[0].Required {
		t.Errorf("shelving without a reason asks for none: %+v", r.Form)
	}
	if len(f.changes) != n {
		t.Errorf("changed all the same: %v", f.changes)
	}
}

// TestWordsAreFolded types what people know with the keyboards and documents they have.
func TestWordsAreFolded(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	b := newBot(t, f)
	for _, line := range []string{
		"ｓｈｏｗ　Ｒ－１７", "\u200bshow \ufeffR-17", "show\u00a0r\u201117", "/show R–17", "ＳＨＯＷ １７", "s\u00adhow R-17.", "\u2066show\u2069 \u202aR-17\u202c", "查看 R－１７。", "show „R-17“", "查看 「R-17」", "show\u0007 R-17\ufe0f",
	} {
		if r := ask(t, b, typed(line)); r.Card == nil || r.Card.Risk != "R-17" {
			t.Errorf("%q: %s", line, words(r))
		}
	}
	for _, line := range []string{
		"status R－17；ｒｅｓｏｌｖｅｄ：done", "status 17, Resolved, done", "状态 R-17：已处理，done", "status\u00a017 \u200bresolved\u00a0done", "status R-17 resolved done", "status «R-17» \"resolved\": done",
	} {
		c := typed(line)
		ask(t, b, c)
		if got := f.changes[c.Op]; got.Risk != "R-17" || got.To != core.Resolved || got.Note != "done" {
			t.Errorf("%q: %+v", line, got)
		}
	}
	for _, line := range []string{
		"list ｍｉｎｅ, \u200boverdue module：ｐａｙｍｅｎｔｓ", "list Mine；逾期；模块：Payments", "list module:„Payments“ mine overdue",
	} {
		ask(t, b, typed(line))
		if got := f.queries[len(f.queries)-1]; !got.Mine || !got.Overdue || got.Module != "Payments" {
			t.Errorf("%q: %+v", line, got)
		}
	}
	c := typed("new Ｔitle\u200b is “kept” module:Nobody’s handlers:＠Ｌｉｎ；@Wei. kind:ＬＯＳＳ\u00a0of\u00a0trust severity:\u200bＨｉｇｈ amount:１，０００")
	ask(t, b, c)
	d := f.drafts[c.Op]
	if d.Title != "Ｔitle\u200b is “kept”" || d.Module != "Nobody's" || d.Severity != core.High || len(d.Handlers) != 2 || d.Handlers[0] != "lin" ||
		d.Handlers[1] != "wei" || d.Fields["kind"].Text != "trust" || *d.Fields["amount"].Number != 1000 {
		t.Errorf("filed %+v", d)
	}
	wants(t, words(ask(t, b, typed("help ｎｅｗ"))), "Fields: title")
	ask(t, b, typed("ｌｉｎｋ ＡＢＣＤ－ＥＦＧＨ\u200b ｙｅｓ"))
	if len(f.linked) != 1 || f.linked[0] != "Link ABCD-EFGH" {
		t.Errorf("linked %v", f.linked)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for _, line := range []string{"", "help", "?", "帮助"} {
		wants(t, words(ask(t, b, typed(line))), "/risk new", "/risk show", "/risk list", "/risk status", "/risk group", "/risk help")
	}
	for _, lang := range text.Languages() {
		for _, name := range Names(lang, b.org) {
			c := typed("help " + name)
			c.Lang = lang
			wants(t, words(ask(t, b, c)), "/risk "+name)
		}
	}
	wants(t, words(ask(t, b, typed("help new"))), "amount", "module:Payments", "Asia/Shanghai")
	wants(t, words(ask(t, b, typed("lsit mine"))), "There is no command /risk lsit.", "Did you mean /risk list?", "/risk lsit mine")
	if s := words(ask(t, b, typed("lsit mine"))); strings.Contains(s, "/risk new") {
		t.Errorf("a typo gets the whole help:\n%s", s)
	}
	wants(t, words(ask(t, b, typed("frobnicate now"))), "There is no command /risk frobnicate.", "/risk new")
	wants(t, words(ask(t, b, typed("help resolve"))), "/risk resolve [key]", "resolved")
	wants(t, words(ask(t, b, typed("help frobnicate"))), "There is no command /risk frobnicate.")
}

func pressed(p core.Press, seen int64) Command {
	return Command{Op: fmt.Sprint(p, seen), Actor: lin, Channel: typed("").Channel, Pressed: &Pressed{Press: p, Risk: "R-17", Seen: seen}}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{MayChange: true, Risk: core.Risk{Version: 4, Title: "Ledger", Status: core.Pending}}}
	b := newBot(t, f)
	wants(t, words(ask(t, b, pressed(core.PressStart, 3))), "R-17 Ledger: In progress")
	ask(t, b, pressed(core.PressReopen, 5))
	for to, press := range map[core.Status]core.Press{core.Resolved: core.PressResolve, core.Shelved: core.PressShelve} {
		r := ask(t, b, pressed(press, 3))
		if r.Form == nil || r.Form.Fields[0].Max != core.MaxNote || r.Form.Fields[0].Required != (to == core.Shelved) {
			t.Fatalf("%s: %+v", press, r.Form)
		}
		if r = ask(t, b, fill(*r.Form, "view "+string(to), Values{"note": {"because"}})); !r.Close {
			t.Errorf("%s: the form does not close: %+v", press, r)
		}
	}
	want := map[string]engine.ChangeStatus{
		"start3": {Risk: "R-17", To: core.InProgress, Seen: 3}, "reopen5": {Risk: "R-17", To: core.Pending, Seen: 5},
		"view resolved": {Risk: "R-17", To: core.Resolved, Note: "because", Seen: 4}, "view shelved": {Risk: "R-17", To: core.Shelved, Note: "because", Seen: 4},
	}
	if diff := cmp.Diff(want, f.changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	wants(t, words(ask(t, b, pressed("explode", 1))), "another version of riskroom")
}

func TestStaleCard(t *testing.T) {
	t.Parallel()
	stands := core.Risk{Key: "R-17", Title: "Ledger", Status: core.Resolved, StatusSince: now}
	f := &fakeEngine{view: engine.View{Risk: stands}}
	f.before = func(_ context.Context, call string) error {
		if call == "ChangeStatus" {
			return &core.Refusal{Kind: core.Conflict, Code: "status_same", Args: map[string]any{"Key": "R-17", "Status": core.Resolved}, Risk: &stands}
		}
		return nil
	}
	b := newBot(t, f)
	for _, c := range []Command{pressed(core.PressStart, 1), pressed(core.PressResolve, 1), typed("status 17 pending")} {
		r := ask(t, b, c)
		wants(t, words(r), "R-17 Ledger: Resolved since 20 Nov 2026, 15:30.")
		if r.Card == nil || r.Form != nil {
			t.Errorf("does not answer with the present state: %+v", r)
		}
	}
	wants(t, words(ask(t, b, typed("status 17 shelved waits for the bank"))), "/risk status 17 shelved waits for the bank")
	r := ask(t, b, Command{Actor: lin, Filled: &Filled{Form: formResolve, State: map[string]string{"risk": "R-17", "seen": "1"}}})
	if r.Form == nil || r.Form.Card == nil || r.Form.Submit != "" {
		t.Errorf("the form does not show the present state: %+v", r)
	}
}

func TestMayNotChange(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{view: engine.View{Risk: core.Risk{Status: core.Pending}}}
	r := ask(t, newBot(t, f), pressed(core.PressResolve, 1))
	wants(t, words(r), "You can't change R-17")
	if r.Form != nil {
		t.Error("the form opens all the same")
	}
	wants(t, words(ask(t, newBot(t, f, withProcess), pressed(core.PressResolve, 1))), "the operators of its node")
}

func TestDetails(t *testing.T) {
	t.Parallel()
	filed := time.Date(2026, 11, 18, 10, 5, 0, 0, shanghai)
	amount := 2.5
	f := &fakeEngine{view: engine.View{Lead: "wei", Risk: core.Risk{
		Title: "<@U1> *Ledger*", Module: "Payments", Severity: core.High, DiscoveredAt: filed.Add(-5 * time.Minute),
		DueAt: time.Date(2026, 12, 1, 9, 0, 0, 0, shanghai), Submitter: lin, SubmittedAt: filed, Handlers: []core.Ref{"lin", "@oncall"},
		Status: core.InProgress, StatusSince: filed,
		Fields: map[string]core.Value{"amount": {Number: &amount}, "kind": {Text: "trust"}, "witness": {People: []core.Ref{"@oncall"}}},
		Notes: []core.Note{
			{At: filed, By: core.Actor{Name: "Wei"}, Text: "looks bad"}, {At: filed.Add(core.Day), By: core.Actor{Name: "Wei"}, Text: "looking"},
		},
		History: []core.StatusChange{
			{At: filed, By: lin, From: core.Pending, To: core.Resolved, Text: "fixed"}, {At: filed, By: lin, From: core.Resolved, To: core.InProgress},
		},
	}}}
	f.history = map[string]engine.History{"R-17 ": {Events: []engine.Event{
		{At: filed.Add(core.Day), Kind: engine.EventNote, Actor: core.Actor{Name: "Wei"}, Data: map[string]string{"note": "looking\n" + strings.Repeat("x", 200)}},
	}}}
	c := pressed(core.PressDetails, 1)
	c.Lang = "zh-Hans-CN"
	r := ask(t, newBot(t, f), c)
	if r.Form == nil || r.Card == nil {
		t.Fatalf("no details: %+v", r)
	}
	if diff := cmp.Diff(detailsForm, formText(*r.Form)); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
}
