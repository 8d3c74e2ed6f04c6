package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
)

// topicOfFlow is the tale of a topic group that a flow creates and ends. The steps after
// that are refused.
func topicOfFlow() tale {
	return tale{unsynced: true, config: `flows:
  debate:
    trigger: { on: filed }
    steps:
      - create_group: { id: room, type: topic, name: "{{ .title }}", owner: lin, members: [submitter] }
      - send_group_message: { group: room, text: "Is it one cent?" }
      - set_group: { group: room, operator: lin, state: ended }
      - send_group_message: { group: room, text: "Too late" }
      - set_group: { group: room, operator: lin, purpose: "Too late" }
`, steps: func() []step {
		return []step{{name: "file", who: "ana", do: func(l *life) error {
			_, err := l.home().gives(l.home().ids["ana"], filing)
			return err
		}, says: "R-", then: func(l *life) {
			if g := l.topic(); g.State != core.Ended || g.Owner.ID != l.home().ids["lin"] {
				l.Errorf("recorded %+v", g)
			}
			if topic := l.group().Topic; !strings.HasPrefix(topic, "Ended ") {
				l.Errorf("the channel's topic is %q", topic)
			}
			l.refused("ana", "lin")
			l.posted("Is it one cent?", 1)
			l.posted("Too late", 0)
			l.posted("ended this topic on ", 1)
			l.refusedSteps("debate", "topic_ended", "topic_over")
		}}}
	}}
}

// topicOfMessage is the tale of a topic group from a message to its end, with a respite.
func topicOfMessage() tale {
	return tale{silent: true, unsynced: true, config: "flows: {}\n", steps: func() []step {
		return []step{
			{name: "discuss a message", who: "ana", do: func(l *life) error {
				return l.choose("ana", "Discuss in a channel", l.say("lin", l.general(), "Is it off by one?"), []entry{
					{"Who takes part (you always do)", "@lin @wei"},
				})
			}, done: func(l *life) bool { return l.discovered() }, patience: afterRun, then: func(l *life) {
				if in := l.group().Members; !l.allIn(in, "ana", "lin", "wei") {
					l.Errorf("in the group are %q", in)
				}
				if g := l.topic(); g.Owner.ID != l.home().ids["ana"] || g.Origin == nil || !slices.Contains(l.group().Pinned, g.Card.ID) {
					l.Errorf("recorded %+v, pinned %q", g, l.group().Pinned)
				}
				l.say("wei", l.group(), "By one cent")
			}},
			{name: "end it with the button", who: "ana", do: (*life).endWithButton, says: "Ending the topic",
				done: func(l *life) bool { return l.topic().State == core.Ended }, patience: afterRun, then: func(l *life) {
					l.refused("ana", "lin", "wei")
					l.posted("ended this topic on ", 1)
				}},
			{name: "reopen it", who: "ana", do: func(l *life) error {
				if restore := l.home().restore; restore != nil {
					return restore(l.home().ids["ana"], l.group().ID)
				}
				return l.press("ana", "Reopen")
			}, done: func(l *life) bool { return l.topic().State == core.Discussing }, patience: afterRun, then: func(l *life) {
				l.say("lin", l.group(), "By two")
			}},
			{name: "end it with a command", who: "ana", do: func(l *life) error { return l.command("ana", "topic end") }, says: "Ending the topic",
				done: func(l *life) bool { return l.topic().State == core.Ended }, patience: afterRun, then: func(l *life) {
					l.refused("ana", "lin", "wei")
					l.posted("ended this topic on ", 2)
				}},
		}
	}}
}

// afterRun is how long a run takes whose process was killed.
const afterRun = 15 * time.Second

// discovered reports whether there is a topic group, and notes its key.
func (l *life) discovered() bool {
	l.Helper()
	for _, room := range l.home().groups() {
		g, err := l.store.GroupAt(context.Background(), core.GroupRef{Workspace: l.home().name, ID: room.ID})
		if err != nil && core.KindOf(err) != core.NotFound {
			l.Fatal(err)
		}
		l.key = g.Key
	}
	return l.key != ""
}

// topic returns the record of the only group.
func (l *life) topic() engine.Group {
	l.Helper()
	all := l.record().Groups
	if len(all) != 1 {
		l.Fatalf("groups: %+v", all)
	}
	return all[0]
}

// endWithButton has ana end the topic group, and say that she is sure if she is asked in
// a message. On other platforms, the client asks.
func (l *life) endWithButton() error {
	before := l.last("ana")
	if err := l.press("ana", "End the topic"); err != nil || l.home().restore != nil {
		return err
	}
	post, sure := l.offered("ana", "page:", before)
	if sure == "" {
		return fmt.Errorf("ana isn't asked: %+v", post)
	}
	return l.home().hands.Press(context.Background(), l.home().ids["ana"], post.Room, post.ID, sure)
}

// refused checks that people can't post in the group any more.
func (l *life) refused(who ...string) {
	l.Helper()
	for _, name := range who {
		err := l.home().hands.Say(context.Background(), l.home().ids[name], l.group().ID, "After the end")
		if !errors.Is(err, stage.ErrReadOnly) || !strings.Contains(err.Error(), l.home().readOnly) {
			l.Errorf("%s posts after the end: %v", name, err)
		}
	}
}

// posted checks how many messages in the group contain some words.
func (l *life) posted(words string, want int) {
	l.Helper()
	got := 0
	for _, m := range l.home().in(l.group()) {
		if strings.Contains(m.Text, words) {
			got++
		}
	}
	if got != want {
		l.Errorf("%q is in %d messages, want %d", words, got, want)
	}
}

// refusedSteps checks the reasons for which steps of a flow weren't performed.
func (l *life) refusedSteps(flow string, want ...string) {
	l.Helper()
	events, err := l.store.Trail(context.Background(), l.key, "", 1000)
	if err != nil {
		l.Fatal(err)
	}
	var got []string
	for _, e := range slices.Backward(events) {
		if strings.Contains(e.Run, "/"+flow+"/") && (e.Kind == engine.EventPassed || e.Kind == engine.EventFailed) {
			got = append(got, e.Data["reason"]+e.Data["code"])
		}
	}
	if !slices.Equal(got, want) {
		l.Errorf("steps of %s are refused for %q, want %q", flow, got, want)
	}
}

// allIn reports whether people are among the members.
func (l *life) allIn(members []string, who ...string) bool {
	return !slices.ContainsFunc(who, func(name string) bool { return !slices.Contains(members, l.home().ids[name]) })
}

// groupTales returns the tales of groups, by name.
func groupTales() map[string]func() tale {
	return map[string]func() tale{"item_group": ofItemGroup, "flow_topic": topicOfFlow, "message_topic": topicOfMessage}
}

// TestLifeOfGroups plays the lives of groups on each platform.
func TestLifeOfGroups(t *testing.T) {
	t.Parallel()
	for name, on := range played() {
		for of, tell := range groupTales() {
			t.Run(name+"/"+of, func(t *testing.T) {
				t.Parallel()
				newLife(t, startRedis(t), on.open, nil, tell()).play(nil)
			})
		}
	}
}
