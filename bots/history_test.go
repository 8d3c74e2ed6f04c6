package bots

import (
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// everyEvent has an event of every kind that a history contains.
func everyEvent() []engine.Event {
	run := "R-17/remind/1"
	at := time.Date(2026, 11, 18, 10, 5, 0, 0, shanghai)
	all := []engine.Event{
		{Kind: engine.EventFiled, Actor: lin},
		{Kind: engine.EventStatus, Actor: lin, Data: map[string]string{"from": "pending", "to": "resolved", "note": "paid"}},
		{Kind: engine.EventStatus, Actor: lin, Data: map[string]string{"from": "resolved", "to": "pending"}},
		{Kind: engine.EventStatus, Actor: lin, Data: map[string]string{"from": "pending", "to": "pending", "note": "same"}},
		{Kind: engine.EventStatus, Actor: lin, Data: map[string]string{"from": "pending", "to": "shelved", "note": "late"}},
		{Kind: engine.EventEdited, Actor: lin, Data: map[string]string{
			"from.severity": "low", "to.severity": "high", "from.description": strings.Repeat("x", 4000), "to.description": "", "from.due_at": "", "to.due_at": "2026-12-01T01:00:00Z",
			"from.fields.kind": "trust", "to.fields.kind": "", "from.handlers": "lin, acme:@oncall", "to.handlers": "wei"}},
		{Kind: engine.EventAssigned, Actor: lin, Data: map[string]string{"from": "", "to": "wei", "how": "assign"}},
		{Kind: engine.EventAssigned, Actor: lin, Data: map[string]string{"from": "wei", "to": "wei, lin", "how": "add"}},
		{Kind: engine.EventAssigned, Actor: lin, Data: map[string]string{"from": "wei", "to": "lin", "how": "take"}},
		{Kind: engine.EventAssigned, Actor: lin, Data: map[string]string{"from": "lin", "to": "wei", "how": "hand", "reason": "away"}},
		{Kind: engine.EventNote, Actor: lin, Data: map[string]string{"note": "looking"}},
		{Kind: engine.EventNote, Actor: lin, Data: map[string]string{"note": "said", "author": "Wei", "link": "https://chat.example/1"}},
		{Kind: engine.EventNode, Actor: lin, Data: map[string]string{"from": "triage", "to": "review", "how": "pass"}},
		{Kind: engine.EventNode, Actor: lin, Data: map[string]string{"from": "review", "to": "triage", "how": "back", "note": "no"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_message", "done": "acme/U0LIN"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_message", "done": "acme/U0LIN, acme/U0WEI", "apart.not_sent": "acme/U0LIN", "apart.message_gone": "acme/U0WEI"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_message", "done": "acme/U0LIN", "apart.from_later": "acme/U0LIN"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "create_group", "name": "ledger-r-17"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "set_group", "done": "topic, member acme/U0LIN, owner acme/U0LIN, admins acme/U0LIN, remove_admins acme/U0LIN"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_group_message"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_group_message", "apart": "not_sent"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_group_message", "apart": "another_group"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_group_message", "apart": "message_gone"}},
		{Kind: engine.EventStep, Run: run, Data: map[string]string{"action": "send_group_message", "apart": "from_later"}},
		{Kind: engine.EventPartial, Run: run, Data: map[string]string{"action": "send_message", "what": "acme/U1 (x)"}},
		{Kind: engine.EventFailed, Run: run, Data: map[string]string{"action": "from_later", "code": "x"}},
		{Kind: engine.EventParked, Run: run},
		{Kind: engine.EventResent, Run: run},
		{Kind: engine.EventFallback, Run: run, Data: map[string]string{"for": "dora", "where": "item", "to": "item", "code": "no_item_group"}},
		{Kind: engine.EventFallback, Run: run, Data: map[string]string{"for": "dora", "where": "channel", "to": "acme/C0OPS", "code": "x"}},
		{Kind: engine.EventFallback, Run: run, Data: map[string]string{"for": "dora, wei", "where": "person", "to": "acme/U0LIN"}},
		{Kind: engine.EventHeld, Run: run, Data: map[string]string{"for": "acme/U0LIN", "until": "2026-11-19T07:00:00Z", "zone": "Europe/Berlin", "code": "quiet_hours"}},
		{Kind: engine.EventHeld, Run: run, Data: map[string]string{"for": "", "group": "acme/C0OPS", "until": "2026-11-19T01:00:00Z", "zone": "Asia/Shanghai", "code": "local_time"}},
		{Kind: engine.EventFreed, Data: map[string]string{"reason": "archived"}},
		{Kind: engine.EventFreed, Actor: lin, Data: map[string]string{"reason": "released"}},
		{Kind: engine.EventGroup, Actor: lin, Data: map[string]string{"what": "open"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "created"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "created", "name": "ledger-r-17"}},
		{Kind: engine.EventGroup, Actor: lin, Data: map[string]string{"what": "topic, state", "state": "ended"}},
		{Kind: engine.EventGroup, Actor: lin, Data: map[string]string{"what": "topic, state", "state": "discussing"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "state", "state": "discussing"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "state", "state": "archived"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "state", "state": "deleted"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "former"}},
		{Kind: engine.EventGroup, Data: map[string]string{"what": "owner", "owner": "acme/U0LIN", "reason": "departed"}},
		{Kind: engine.EventGroup, Actor: lin, Data: map[string]string{"what": "name, topic, mute, owner, admins, remove_admins",
			"owner": "acme/U0LIN", "admins": "acme/U0LIN", "remove_admins": "acme/U0LIN"}},
		{Kind: engine.EventGroup, Actor: lin, Data: map[string]string{"what": "dissolve"}},
		{Kind: engine.EventLost}, {Kind: engine.EventFound},
		{Kind: engine.EventOperator, Actor: core.Actor{Name: "root"}, Run: run, Data: map[string]string{"did": "retry", "run": run}},
		{Kind: engine.EventOperator, Actor: core.Actor{Name: "root"}, Run: run, Data: map[string]string{"did": "drop", "run": run}},
		{Kind: engine.EventRejected, Actor: lin, Data: map[string]string{"what": "resolved", "kind": "denied", "count": "1"}},
		{Kind: engine.EventRejected, Actor: lin, Data: map[string]string{"what": "take", "kind": "conflict", "count": "3"}},
		{Kind: engine.EventRejected, Actor: lin, Data: map[string]string{"what": "from_later", "kind": "denied", "count": "3"}},
	}
	for i := range all {
		all[i].At = at
	}
	return all
}

func TestHistory(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{history: map[string]engine.History{"R-17 ": {Risk: core.Risk{Title: "Ledger"}, Events: everyEvent()}}}
	for _, e := range f.history["R-17 "].Events {
		if e.Kind != engine.EventRejected && !engine.InHistory(e) {
			t.Errorf("a history has no %s: %+v", e.Kind, e)
		}
	}
	b := newBot(t, f)
	for _, lang := range text.Languages() {
		c := typed("history r-17")
		c.Lang = lang
		r := ask(t, b, c)
		if r.Replace || len(r.Turns) > 0 {
			t.Errorf("one page has %+v", r)
		}
		got := words(r)
		if strings.Contains(got, "!") {
			t.Errorf("a text is missing:\n%s", got)
		}
		if lang == text.English {
			wants(t, got, "R-17 Ledger", `18 Nov 2026, 10:05 · Lin: filed the risk
18 Nov 2026, 10:05 · Lin: Pending → Resolved. Resolution: paid
18 Nov 2026, 10:05 · Lin: Resolved → Pending
18 Nov 2026, 10:05 · Lin: Note: same
18 Nov 2026, 10:05 · Lin: Pending → Shelved. Reason for shelving: late
18 Nov 2026, 10:05 · Lin: Severity: low → high; Due: none → 2026-12-01T01:00:00Z; Description: `+strings.Repeat("x", 299)+`… → none; Handlers: lin, @oncall → wei; Kind of loss: Loss of trust → none
18 Nov 2026, 10:05 · Lin: assigned it to wei (before: nobody)
18 Nov 2026, 10:05 · Lin: added handlers: wei, lin (before: wei)
18 Nov 2026, 10:05 · Lin: took it (before: wei)
18 Nov 2026, 10:05 · Lin: handed it over to wei (before: lin). Reason: away
18 Nov 2026, 10:05 · Lin: Note: looking
18 Nov 2026, 10:05 · Lin: Note from a message by Wei: said Message
18 Nov 2026, 10:05 · Lin: passed it on: triage → review
18 Nov 2026, 10:05 · Lin: sent it back: review → triage. Reason: no
18 Nov 2026, 10:05 · remind: sent a direct message to lin
18 Nov 2026, 10:05 · remind: sent a direct message to lin, acme/U0WEI; not as a reply for acme/U0WEI, because the earlier message has been deleted; not as a reply for lin, who didn't get the earlier message
18 Nov 2026, 10:05 · remind: sent a direct message to lin; not as a reply for lin
18 Nov 2026, 10:05 · remind: created the channel #ledger-r-17
18 Nov 2026, 10:05 · remind: changed the channel: topic, member lin, owner lin, new admin lin, no longer admin lin
18 Nov 2026, 10:05 · remind: posted in the channel
18 Nov 2026, 10:05 · remind: posted in the channel, not as a reply, because the earlier message wasn't sent
18 Nov 2026, 10:05 · remind: posted in the channel, not as a reply, because the earlier message is in another channel
18 Nov 2026, 10:05 · remind: posted in the channel, not as a reply, because the earlier message has been deleted
18 Nov 2026, 10:05 · remind: posted in the channel
18 Nov 2026, 10:05 · remind: Sending a direct message: done only in part
18 Nov 2026, 10:05 · remind: A step: failed
18 Nov 2026, 10:05 · remind: stopped until an administrator looks at it
18 Nov 2026, 10:05 · remind: sent a message again, because it was unknown whether it had arrived
18 Nov 2026, 10:05 · remind: couldn't send the message for dora to the risk's channel instead
18 Nov 2026, 10:05 · remind: couldn't send the message for dora to another channel instead
18 Nov 2026, 10:05 · remind: sent the message for dora, wei, who couldn't be reached, to lin instead
18 Nov 2026, 10:05 · remind: holds its message for lin until 19 Nov 2026, 08:00 (Europe/Berlin): quiet hours
18 Nov 2026, 10:05 · remind: holds its message for the channel until 19 Nov 2026, 09:00 (Asia/Shanghai): its time of day comes then
18 Nov 2026, 10:05 · riskroom: the channel is gone, and the risk can get another
18 Nov 2026, 10:05 · Lin: released the channel, and the risk can get another
18 Nov 2026, 10:05 · Lin: opened a channel
18 Nov 2026, 10:05 · riskroom: created the channel
18 Nov 2026, 10:05 · riskroom: created the channel #ledger-r-17
18 Nov 2026, 10:05 · Lin: ended the topic
18 Nov 2026, 10:05 · Lin: reopened the topic
18 Nov 2026, 10:05 · riskroom: somebody reopened the topic
18 Nov 2026, 10:05 · riskroom: somebody archived the channel
18 Nov 2026, 10:05 · riskroom: somebody deleted the channel
18 Nov 2026, 10:05 · riskroom: the channel no longer belongs to the risk, which has another one
18 Nov 2026, 10:05 · riskroom: lin now owns the channel, because its owner has left the workspace
18 Nov 2026, 10:05 · Lin: changed the channel: name, topic, muting, owner lin, new admins lin, no longer admins lin
18 Nov 2026, 10:05 · Lin: dissolved the channel
18 Nov 2026, 10:05 · riskroom: the bot can no longer see the channel
18 Nov 2026, 10:05 · riskroom: the bot can see the channel again
18 Nov 2026, 10:05 · root: retried remind
18 Nov 2026, 10:05 · root: dropped remind
18 Nov 2026, 10:05 · Lin: tried to set the status to Resolved, without permission
18 Nov 2026, 10:05 · Lin: tried 3 times to take it, which wasn't possible then; this was the last time
18 Nov 2026, 10:05 · Lin: tried 3 times to change it, without permission; this was the last time`)
		}
	}
}

// TestHistoryPages turns pages with the buttons, in the risk's own channel too.
func TestHistoryPages(t *testing.T) {
	t.Parallel()
	note := func(s string) []engine.Event {
		return []engine.Event{{Kind: engine.EventNote, Actor: lin, Data: map[string]string{"note": s}}}
	}
	f := &fakeEngine{rooms: map[core.GroupRef]core.RiskKey{room: "R-17"}, history: map[string]engine.History{
		"R-17 ":   {Events: note("new"), Next: "c1"},
		"R-17 c1": {Next: "c2"},
		"R-17 c2": {Events: note("old"), Since: now},
	}}
	b := newBot(t, f)
	c := typed("history")
	c.Channel = room
	r := ask(t, b, c)
	turn := func(n int) {
		t.Helper()
		if len(r.Turns) <= n {
			t.Fatalf("no button %d: %+v", n, r)
		}
		r = ask(t, b, Command{Op: "turn", Actor: lin, Turned: &Turned{Pages: r.Turns[n].Pages, State: r.Turns[n].State}})
		if !r.Replace {
			t.Errorf("it does not replace the page: %+v", r)
		}
	}
	wants(t, words(r), "new")
	turn(0)
	wants(t, words(r), "nothing to show")
	turn(1)
	wants(t, words(r), "old", "complete since 20 Nov 2026, 15:30")
	turn(0)
	turn(0)
	wants(t, words(r), "new")
	for _, bad := range []Turned{{Pages: "nothing", State: "R-17 "}, {Pages: historyPages, State: "no key "}} {
		if r = ask(t, b, Command{Op: "turn", Actor: lin, Turned: &bad}); r.Replace || len(r.Text) == 0 {
			t.Errorf("%+v: %+v", bad, r)
		}
	}
}
