package adaptertest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"riskroom/core"
)

// effects check what the actions do when nothing goes wrong.
func effects() []scenario { return slices.Concat(directEffects(), creationEffects(), groupEffects()) }

// directEffects check direct messages.
func directEffects() []scenario {
	direct, reply := sendMessage(fullMessage), replyDirectly()
	return []scenario{
		{"a direct message reaches one person once", direct.lacking, func(r *rig, _ Harness) {
			res, _ := r.perform(direct, place{})
			state := r.world.State()
			r.wantShown(r.only(state.With(r.cast.People[0])), fullMessage(r))
			r.wantRef(res.message, state.With(r.cast.People[0]))
			if len(state.Direct) != 1 {
				r.t.Errorf("%d people got a message", len(state.Direct))
			}
		}},
		{"a message without a card is its text", direct.lacking, func(r *rig, _ Harness) {
			m := plainMessage("Nothing but text")
			r.perform(sendMessage(func(*rig) core.Message { return m }), place{})
			r.wantShown(r.only(r.world.State().With(r.cast.People[0])), m)
		}},
		{"a direct reply is in the thread of the message to which it replies", reply.lacking, func(r *rig, _ Harness) {
			at := reply.on(r)
			first := r.only(r.world.State().With(r.cast.People[0]))
			for range 2 { // the second replies to the first reply
				res, _ := r.perform(reply, at)
				r.wantReply(r.world.State().With(r.cast.People[0]), res, at, first)
				at.message = res.message
			}
		}},
		{"a direct reply to a message that is gone is sent all the same", reply.lacking, func(r *rig, _ Harness) {
			at := reply.on(r)
			at.message = r.cast.Missing(core.GroupRef{Workspace: at.message.Workspace, ID: at.message.Channel})
			res, _ := r.perform(reply, at)
			if sent, ok := message(r.world.State().With(r.cast.People[0]), res.message); !ok || sent.ReplyTo != "" || res.message != sent.Ref {
				r.t.Errorf("%+v was sent as %+v", res.message, sent)
			}
		}},
	}
}

// wantReply checks that a message was sent in the thread that begins with first.
func (r *rig) wantReply(messages []Shown, res result, at place, first Shown) {
	r.t.Helper()
	sent, ok := message(messages, res.message)
	if !ok || sent.ReplyTo == "" || at.message.Thread == "" && sent.ReplyTo != first.Text || res.message.Thread == "" {
		r.t.Errorf("%+v was sent as %+v", res.message, sent)
	}
	r.wantShown(sent, bareMessage(r))
}

// creationEffects check the creation of groups.
func creationEffects() []scenario {
	ordinary := createGroup(core.Ordinary, nil)
	public := createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Public = true })
	item, topic := createGroup(core.Item, nil), createGroup(core.Topic, nil)
	return []scenario{
		{"a group is private and has its members, topic and purpose", ordinary.lacking, func(r *rig, _ Harness) {
			res, u := r.perform(ordinary, place{})
			r.wantGroup(res, r.spec(core.Ordinary), u)
			if v := r.view(res.group.Ref); !v.Private || len(v.Messages)+len(v.Pinned)+len(v.Bookmarks) > 0 {
				r.t.Errorf("private %v, messages %v, pins %v, bookmarks %v", v.Private, v.Messages, v.Pinned, v.Bookmarks)
			}
		}},
		{"a group is public if the spec says so", ordinary.lacking, func(r *rig, _ Harness) {
			res, _ := r.perform(public, place{})
			if v := r.view(res.group.Ref); v.Private {
				r.t.Error("the group is private")
			}
		}},
		{"a topic group has its card pinned, without a bookmark", topic.lacking, func(r *rig, _ Harness) {
			res, u := r.perform(topic, place{})
			r.wantGroup(res, r.spec(core.Topic), u)
			v := r.view(res.group.Ref)
			r.wantShown(r.only(v.Messages), badge().Message)
			if len(v.Pinned) != 1 || v.Pinned[0] != res.group.Report.Badge || len(v.Bookmarks) > 0 {
				r.t.Errorf("the card is %v, pins %v, bookmarks %v", res.group.Report.Badge, v.Pinned, v.Bookmarks)
			}
		}},
		{"an item group has its badge pinned and bookmarked", item.lacking, func(r *rig, _ Harness) {
			res, u := r.perform(item, place{})
			r.wantGroup(res, r.spec(core.Item), u)
			v := r.view(res.group.Ref)
			r.wantShown(r.only(v.Messages), badge().Message)
			r.wantBadge(v, res.group.Report.Badge)
		}},
	}
}

// groupEffects check messages in a group.
func groupEffects() []scenario {
	inGroup, edit, file := sendGroupMessage(fullMessage), editMessage(editedCard), sendFile()
	reply := replyInGroup()
	return []scenario{
		{"a reply is in the thread of the message to which it replies", reply.lacking, func(r *rig, _ Harness) {
			at := reply.on(r)
			first := r.only(r.view(at.group.Ref).Messages)
			for range 2 { // the second replies to the first reply
				res, _ := r.perform(reply, at)
				r.wantReply(r.view(at.group.Ref).Messages, res, at, first)
				at.message = res.message
			}
		}},
		{"a reply to a message that is gone is sent all the same", reply.lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			at.message = r.cast.Missing(at.group.Ref)
			res, _ := r.perform(reply, at)
			if sent := r.only(r.view(at.group.Ref).Messages); sent.ReplyTo != "" || res.message != sent.Ref {
				r.t.Errorf("%+v was sent as %+v", res.message, sent)
			}
		}},
		{"a file is posted with its text", file.lacking, func(r *rig, _ Harness) {
			at := file.on(r)
			r.perform(file, at)
			m := r.only(r.view(at.group.Ref).Messages)
			for _, part := range []string{"Attachment of R-17", "ledger.png"} {
				if !strings.Contains(m.Text, part) {
					r.t.Errorf("%q is missing from the message:\n%s", part, m.Text)
				}
			}
		}},
		{"a file whose content can't be fetched isn't posted", file.lacking, func(r *rig, _ Harness) {
			file, at := file, file.on(r)
			gone := &core.Error{Op: "fetch", Kind: core.NotFound, Detail: "file_gone"}
			file.do = func(ctx context.Context, r *rig, once core.Once, at place) result {
				u := upload(func(context.Context) ([]byte, error) { return nil, gone })
				return result{err: r.world.Platform().SendFile(ctx, once, at.group.Ref, u)}
			}
			res, _ := r.start(file, at).try(Script{}, nil)
			if !errors.Is(res.err, gone) || len(r.view(at.group.Ref).Messages) > 0 {
				r.t.Errorf("it returns %v, and shows %v", res.err, r.view(at.group.Ref).Messages)
			}
		}},
		{"a group message carries card and mention", inGroup.lacking, func(r *rig, _ Harness) {
			at := inGroup.on(r)
			res, _ := r.perform(inGroup, at)
			v := r.view(at.group.Ref)
			r.wantShown(r.only(v.Messages), fullMessage(r))
			r.wantRef(res.message, v.Messages)
		}},
		{"an edit replaces the message in place", edit.lacking, func(r *rig, _ Harness) {
			at := edit.on(r)
			r.perform(edit, at)
			v := r.view(at.group.Ref)
			r.wantShown(r.only(v.Messages), editedCard(r))
			r.wantRef(at.message, v.Messages)
			if strings.Contains(v.Messages[0].Text, "waited a day") {
				r.t.Errorf("the old text is still there:\n%s", v.Messages[0].Text)
			}
		}},
	}
}

// editedCard returns the new content of an edited message: a card without text above it.
func editedCard(r *rig) core.Message {
	return core.Message{Card: card("Ledger was off by one", r.cast.People[3])}
}

// wantRef checks that ref is one of messages.
func (r *rig) wantRef(ref core.MessageRef, messages []Shown) {
	r.t.Helper()
	if _, ok := message(messages, ref); !ok || ref.Workspace != r.cast.Workspace {
		r.t.Errorf("%s is none of these messages: %v", ref, messages)
	}
}

// wantGroup checks a created group against its spec.
func (r *rig) wantGroup(res result, spec core.GroupSpec, u *run) {
	r.t.Helper()
	v := r.view(res.group.Ref)
	r.wantMembers(v, spec.Members...)
	if v.Name != res.group.Name || !strings.HasSuffix(v.Name, spec.Suffix) {
		r.t.Errorf("its name is %q, the adapter returned %q; the suffix is %q", v.Name, res.group.Name, spec.Suffix)
	}
	if !strings.Contains(v.Topic, spec.Topic) || !strings.Contains(v.Purpose, spec.Purpose) {
		r.t.Errorf("its topic is %q, its purpose %q", v.Topic, v.Purpose)
	}
	if id, _ := u.journal.Result("create"); id != res.group.Ref.ID || res.group.Ref.Workspace != r.cast.Workspace {
		r.t.Errorf("%q is recorded under create, the group is %s", id, res.group.Ref)
	}
	if failed := res.report.Failed(); len(failed) > 0 {
		r.t.Errorf("it reports failures: %v", failed)
	}
	for _, who := range spec.Members {
		r.wantOutcome(res.report, core.Outcome{Part: core.PartMember, Account: who})
	}
}

// wantOutcome checks that report has exactly one outcome with want's part, account
// and kind.
func (r *rig) wantOutcome(report core.Report, want core.Outcome) {
	r.t.Helper()
	n := 0
	for _, o := range report.Outcomes {
		if o.Part == want.Part && o.Account == want.Account && o.Kind == want.Kind {
			n++
		}
	}
	if n != 1 {
		r.t.Errorf("the outcome %v is %d times in %v", want, n, report.Outcomes)
	}
}

// wantBadge checks that the badge is pinned and bookmarked, as far as the platform
// supports that.
func (r *rig) wantBadge(v GroupView, ref core.MessageRef) {
	r.t.Helper()
	r.wantRef(ref, v.Messages)
	if !lacks(r.can.Set, core.PartPin) && (len(v.Pinned) != 1 || v.Pinned[0] != ref) {
		r.t.Errorf("pinned are %v, want %s", v.Pinned, ref)
	}
	if !lacks(r.can.Set, core.PartBookmark) && (len(v.Bookmarks) != 1 || v.Bookmarks[0] != Bookmark{badgeLabel, ref}) {
		r.t.Errorf("bookmarked are %v, want %q for %s", v.Bookmarks, badgeLabel, ref)
	}
}
