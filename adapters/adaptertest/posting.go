package adaptertest

import (
	"slices"

	"riskroom/core"
)

// closingMessage is the last message of a topic group.
func closingMessage() *core.Message {
	return &core.Message{Text: []core.Span{core.Plain("The discussion has ended")}}
}

// discussed and ended are who may post in a topic group before a change.
func discussed(*rig, place) core.Posting { return core.Posting{State: core.Discussing} }
func ended(_ *rig, at place) core.Posting {
	return core.Posting{State: core.Ended, Saved: at.group.Report.Saved}
}

// posts changes who may post in a topic group.
func posts(name string, part core.Part, from func(*rig, place) core.Posting, change func(*rig) core.GroupChange) action {
	a := setGroup(part, func(r *rig, at place) core.GroupChange {
		c := change(r)
		c.Posting = from(r, at)
		return c
	})
	lacking := a.lacking
	a.name, a.prepare = "set_group ("+name+")", aTopicGroup
	a.lacking = func(c core.Capabilities) bool { return lacking(c) || lacks(c.Groups, core.Topic) }
	return a
}

func end() action {
	return posts("state: ended", core.PartState, discussed, func(*rig) core.GroupChange {
		return core.GroupChange{State: core.Ended, Closing: closingMessage()}
	})
}

// reopen reopens a group that has ended, where that is up to the bot.
func reopen() action {
	a := posts("state: discussing", core.PartState, ended, func(*rig) core.GroupChange {
		return core.GroupChange{State: core.Discussing}
	})
	a.prepare = func(r *rig) place { return r.then(aTopicGroup(r), end()) }
	a.lacking = func(c core.Capabilities) bool {
		return end().lacking(c) || c.End.Leaves || c.End.Posters == core.EveryPoster
	}
	return a
}

func muteAll() action {
	return posts("mute: all", core.PartMute, discussed, func(*rig) core.GroupChange { return core.GroupChange{Mute: &core.Mute{All: true}} })
}

func unmuteAll() action {
	a := posts("mute: none", core.PartMute, func(_ *rig, at place) core.Posting {
		return core.Posting{State: core.Discussing, Muted: core.Mute{All: true}, Saved: at.group.Report.Saved}
	}, func(*rig) core.GroupChange { return core.GroupChange{Mute: &core.Mute{}} })
	a.prepare = func(r *rig) place { return r.then(aTopicGroup(r), muteAll()) }
	return a
}

// mutedPeople are the people whom mutePeople mutes. The last is in no group.
func mutedPeople(r *rig) []core.Account {
	return []core.Account{r.cast.People[1], r.cast.People[2], r.cast.People[4]}
}

func mutePeople() action {
	a := posts("mute: people", core.PartMute, discussed, func(r *rig) core.GroupChange {
		return core.GroupChange{Mute: &core.Mute{People: mutedPeople(r)}}
	})
	a.lacking = func(c core.Capabilities) bool { return muteAll().lacking(c) || c.Mute.Support == core.Lacking }
	return a
}

func unmutePeople() action {
	a := posts("unmute: people", core.PartMute, func(r *rig, at place) core.Posting {
		return core.Posting{State: core.Discussing, Muted: core.Mute{People: mutedPeople(r)}, Saved: at.group.Report.Saved}
	}, func(r *rig) core.GroupChange {
		return core.GroupChange{Mute: &core.Mute{People: mutedPeople(r)[1:2]}}
	})
	a.prepare = func(r *rig) place { return r.then(aTopicGroup(r), mutePeople()) }
	a.lacking = mutePeople().lacking
	return a
}

// aTopicGroup creates a topic group with its card.
func aTopicGroup(r *rig) place {
	a := createGroup(core.Topic, nil)
	a.name = "prepare a topic group"
	res, _ := r.perform(a, place{})
	return place{group: res.group}
}

// then performs an action on a place and returns the place after it.
func (r *rig) then(at place, a action) place {
	res, _ := r.perform(a, at)
	at.group.Report.Saved = res.report.Saved
	return at
}

// postingChanges are the effects of changes of who may post.
func postingChanges() []scenario {
	return []scenario{
		{"a topic group that has ended", end().lacking, ends},
		{"a topic group that is reopened", reopen().lacking, reopens},
		{"a group in which everybody is muted", unmuteAll().lacking, func(r *rig, _ Harness) {
			at := aTopicGroup(r)
			at = r.then(at, muteAll())
			r.wantSilent(at, r.cast.People[:3]...)
			at = r.then(at, unmuteAll())
			r.wantSilent(at)
		}},
		{"people who are muted", unmutePeople().lacking, func(r *rig, _ Harness) {
			at := aTopicGroup(r)
			res, _ := r.perform(mutePeople(), at)
			for _, who := range mutedPeople(r) {
				r.wantOutcome(res.report, core.Outcome{Part: core.PartMute, Account: who})
			}
			r.wantSilent(at, r.cast.People[1:3]...)
			at = r.then(at, unmutePeople())
			r.wantSilent(at, r.cast.People[2])
		}},
		{"a group that is reopened stays muted", func(c core.Capabilities) bool { return reopen().lacking(c) || muteAll().lacking(c) }, staysMuted},
		{"people who join a group that has ended", reopen().lacking, joinsEnded},
	}
}

func ends(r *rig, _ Harness) {
	at := aTopicGroup(r)
	before := r.view(at.group.Ref)
	r.wantSilent(at)
	res, _ := r.perform(end(), at)
	r.wantOutcome(res.report, core.Outcome{Part: core.PartClosing})
	r.wantOutcome(res.report, core.Outcome{Part: core.PartState})
	after := r.view(at.group.Ref)
	if n := len(after.Messages); n != len(before.Messages)+1 {
		r.t.Fatalf("the group has %d messages, and had %d", n, len(before.Messages))
	}
	r.wantShown(after.Messages[len(after.Messages)-1], *closingMessage())
	r.wantMembers(after, r.cast.People[:3]...)
	silent := r.cast.People[:3]
	if r.can.End.Posters == core.EveryPoster {
		silent = nil
	}
	r.wantSilent(at, silent...)
	m := plainMessage("It can still post")
	sent, err := r.world.Platform().SendGroupMessage(r.t.Context(), r.start(end(), at).journal.Claim(Script{}), at.group.Ref, m)
	if r.can.End.Leaves != (err != nil) {
		r.t.Errorf("riskroom posts %v, %v", sent, err)
	}
}

func reopens(r *rig, _ Harness) {
	at := aTopicGroup(r)
	before := r.view(at.group.Ref)
	at = r.then(at, end())
	res, _ := r.perform(reopen(), at)
	r.wantOutcome(res.report, core.Outcome{Part: core.PartState})
	r.wantSilent(at)
	r.wantMembers(r.view(at.group.Ref), r.cast.People[:3]...)
	if after := r.view(at.group.Ref); after.Name != before.Name || after.Private != before.Private {
		r.t.Errorf("it was %+v, and is %+v", before, after)
	}
}

func staysMuted(r *rig, _ Harness) {
	at := r.then(aTopicGroup(r), muteAll())
	muted := core.Mute{All: true}
	from := func(s core.TopicState) func(*rig, place) core.Posting {
		return func(_ *rig, at place) core.Posting {
			return core.Posting{State: s, Muted: muted, Saved: at.group.Report.Saved}
		}
	}
	set := func(s core.TopicState) func(*rig) core.GroupChange {
		return func(*rig) core.GroupChange { return core.GroupChange{State: s} }
	}
	at = r.then(at, posts("state", core.PartState, from(core.Discussing), set(core.Ended)))
	at = r.then(at, posts("state", core.PartState, from(core.Ended), set(core.Discussing)))
	r.wantSilent(at, r.cast.People[:3]...)
	at = r.then(at, unmuteAll())
	r.wantSilent(at)
}

func joinsEnded(r *rig, _ Harness) {
	at := r.then(aTopicGroup(r), end())
	at = r.then(at, posts("join", core.PartMember, ended, func(r *rig) core.GroupChange { return core.GroupChange{Add: r.cast.People[3:4]} }))
	r.wantMembers(r.view(at.group.Ref), r.cast.People[:4]...)
	r.wantSilent(at, r.cast.People[:4]...)
}

// wantSilent checks which members of a group can't post.
func (r *rig) wantSilent(at place, people ...core.Account) {
	r.t.Helper()
	var want []string
	for _, who := range people {
		want = append(want, who.ID)
	}
	slices.Sort(want)
	if got := r.view(at.group.Ref).Silent; !slices.Equal(got, want) {
		r.t.Errorf("%v can't post, want %v", got, want)
	}
}
