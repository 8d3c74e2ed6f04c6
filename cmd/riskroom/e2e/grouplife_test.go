package e2e_test

import (
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
)

// ofItemGroup is the tale of a risk's group: who owns it, who is in it and what is pinned in
// it, until the risk has been closed for a week, and of the next one.
func ofItemGroup() tale {
	return tale{unsynced: true, config: itemGroupConfig, steps: lifeOfItemGroup}
}

const itemGroupConfig = `close_group: { after: 7d }
flows:
  open-a-group:
    trigger: { on: filed }
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [handlers] }
  hand-the-group-over:
    trigger: { on: status, to: in_progress }
    steps:
      - set_group: { group: item, operator: lin, owner: submitter, announcement: "It is being looked at" }
  announce-the-end:
    trigger: { on: status, to: resolved }
    steps:
      - set_group: { group: item, operator: wei, announcement: "It has been found" }
  refuse-the-former-owner:
    trigger: { on: status, to: resolved }
    steps:
      - set_group: { group: item, operator: lin, topic: "Mine" }
`

func lifeOfItemGroup() []step {
	hand := func(to string) func(*life) error {
		return func(l *life) error { return l.command("wei", "hand", "to", to, "reason", "as agreed") }
	}
	status := func(who, to string) func(*life) error {
		return func(l *life) error { return l.command(who, "status", "status", to, "note", "as agreed") }
	}
	return []step{
		{name: "file", who: "ana", do: func(l *life) error {
			_, err := l.home().gives(l.home().ids["ana"], order{
				line: "new Ledger is off by one module:Ledger", sub: "new",
				options: map[string]string{"title": "Ledger is off by one", "module": "Ledger"},
			})
			return err
		}, says: "R-", then: func(l *life) { l.members("lin") }},
		{name: "hand over to wei", who: "wei", do: hand("wei"), says: "is now handled by: ", then: func(l *life) { l.members("lin", "wei") }},
		{name: "remove wei by hand", who: "wei", do: func(l *life) error {
			return l.home().dismiss(l.home().ids["wei"], l.group().ID)
		}, done: func(l *life) bool { return !l.allIn(l.group().Members, "wei") }},
		{name: "hand over to lin", who: "wei", do: hand("lin"), says: "is now handled by: "},
		{name: "hand over to wei again", who: "wei", do: hand("wei"), says: "is now handled by: ", then: func(l *life) { l.members("lin") }},
		{name: "start", who: "lin", do: func(l *life) error {
			return l.command("lin", "status", "status", "in_progress") // a note would be posted along with the announcement, in any order
		}, then: func(l *life) {
			l.members("ana", "lin")
			l.ownedBy("ana")
			l.pinned("It is being looked at")
		}},
		{name: "resolve", who: "wei", do: status("wei", "resolved"), then: func(l *life) {
			l.pinned("It has been found")
			l.refusedSteps("refuse-the-former-owner", "not_operator")
		}},
		{name: "wait six days", who: "ana", do: func(l *life) error { l.advance(6*core.Day + time.Hour); return nil },
			done: func(l *life) bool { return l.has("will be archived on") }, patience: afterRun, then: func(l *life) {
				l.posted("will be archived on", 1)
			}},
		{name: "wait another day", who: "ana", do: func(l *life) error { l.advance(7*core.Day + 2*time.Hour); return nil },
			done: func(l *life) bool { return l.record().Binding.State == engine.Free }, patience: afterRun, then: func(l *life) {
				l.refused("ana", "lin")
				l.posted("will be archived on", 1)
			}},
		{name: "reopen", who: "wei", do: status("wei", "pending"), says: "Pending"},
		{name: "open a group", who: "lin", do: func(l *life) error { return l.command("lin", "group open") }, then: func(l *life) {
			rec, all := l.record(), l.home().groups()
			if len(all) != 2 || rec.Binding.State != engine.Bound || rec.Binding.Group.ID != all[1].ID {
				l.Errorf("bound to %+v of %+v", rec.Binding, all)
			}
			if !l.allIn(all[1].Members, "ana", "lin", "wei") {
				l.Errorf("in the new group are %q", all[1].Members)
			}
			if live := liveGroups(rec.Groups); len(live) != 1 || live[0].Ref != rec.Binding.Group || live[0].Owner.ID != l.home().ids["lin"] {
				l.Errorf("live: %+v", live)
			}
		}},
	}
}

// liveGroups returns the groups in use.
func liveGroups(all []engine.Group) []engine.Group {
	return slices.DeleteFunc(slices.Clone(all), func(g engine.Group) bool { return g.Life != engine.LiveGroup })
}

// members checks who is in the group.
func (l *life) members(want ...string) {
	l.Helper()
	var got []string
	for name, id := range l.home().ids {
		if slices.Contains(l.group().Members, id) {
			got = append(got, name)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		l.Errorf("in the group are %q, want %q", got, want)
	}
}

// ownedBy checks who owns the group.
func (l *life) ownedBy(who string) {
	l.Helper()
	if g := l.topic(); g.Owner.ID != l.home().ids[who] {
		l.Errorf("the owner is %s, want %s", g.Owner, who)
	}
}

// pinned checks that the announcement is pinned, and besides it only the card.
func (l *life) pinned(words string) {
	l.Helper()
	room, card := l.group(), l.topic().Card
	var got []string
	for _, m := range l.home().in(room) {
		if slices.Contains(room.Pinned, m.ID) && m.ID != card.ID {
			got = append(got, m.Text)
		}
	}
	if len(got) != 1 || !strings.Contains(got[0], words) {
		l.Errorf("pinned are %q, want %q", got, words)
	}
}

// has reports whether a message in the group contains some words.
func (l *life) has(words string) bool {
	return slices.ContainsFunc(l.home().in(l.group()), func(m stage.Post) bool { return strings.Contains(m.Text, words) })
}
