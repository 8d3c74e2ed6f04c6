package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// posting are the permissions to post. Threads have no overwrites of their own, so these
// cover existing threads too. A reaction is no post. See
// https://docs.discord.com/developers/topics/threads#permissions.
const posting = sendMessages | sendInThreads | publicThreads | privateThreads

// restriction turns a channel's overwrites into those with which the right people can
// post. A member's allow beats every deny for roles, so it changes each overwrite. Only
// the bot keeps its own.
type restriction struct {
	guild, self string
	was, now    core.Posting
	saved       map[string]held // what people had set themselves, by the overwrite's ID
}

// held are the permissions to post of one overwrite.
type held struct {
	Allow bits `json:"allow,omitempty"`
	Deny  bits `json:"deny,omitempty"`
}

func (a *Adapter) restriction(c core.GroupChange) restriction {
	now := c.Posting.After(c)
	if c.Dissolve == core.DissolveArchive {
		now.State = core.Ended
	}
	return restriction{guild: a.guild, was: c.Posting, now: now, saved: parseSaved(c.Posting.Saved)}
}

// tightens reports whether somebody who may post now no longer may after the change.
func (r restriction) tightens() bool { return r.now.Closed() || len(r.newlyMuted()) > 0 }

// newlyMuted returns the people who are muted by the change.
func (r restriction) newlyMuted() []core.Account {
	return without(r.now.Muted.People, r.was.Muted.People)
}

// unmuted returns the people who are no longer muted after the change.
func (r restriction) unmuted() []core.Account { return without(r.was.Muted.People, r.now.Muted.People) }

func without(list, others []core.Account) []core.Account {
	return slices.DeleteFunc(slices.Clone(list), func(who core.Account) bool { return slices.Contains(others, who) })
}

// muteEach mutes and unmutes single people. Those who are to be muted get an overwrite
// even if they have none.
func (a *Adapter) muteEach(ctx context.Context, p *effect.Progress, channel string, r restriction) {
	each := func(key string, people []core.Account) {
		for _, who := range people {
			if err := a.own("mute", who.Workspace, who.ID); err != nil {
				p.Report.Add(core.PartMute, who, err)
				continue
			}
			one := r
			one.now.State, one.now.Muted.All = r.was.State, r.was.Muted.All // which restrict changes
			p.Do(ctx, core.PartMute, who, a.permitCall(key+who.ID, channel, who.ID, one))
		}
	}
	each("mute:", r.newlyMuted())
	each("unmute:", r.unmuted())
}

// silenced reports whether an overwrite must not let anybody post.
func (r restriction) silenced(o overwrite, by core.Posting) bool {
	muted := func(who core.Account) bool { return who.ID == o.ID }
	return o.ID != r.self && (by.Closed() || o.Type == forMember && slices.ContainsFunc(by.Muted.People, muted))
}

// apply returns the overwrites that a channel should have. What people changed by hand
// meanwhile stays, except that a restriction also covers it.
func (r restriction) apply(list []overwrite) []overwrite {
	out := slices.Clone(list)
	if r.now.Closed() && of(out, r.guild) < 0 {
		out = append(out, overwrite{ID: r.guild, Type: forRole})
	}
	if r.now.Closed() && of(out, r.self) < 0 {
		out = append(out, forBot(r.self))
	}
	for _, who := range r.now.Muted.People {
		if of(out, who.ID) < 0 && who.ID != r.self {
			out = append(out, overwrite{ID: who.ID, Type: forMember})
		}
	}
	for i, o := range out {
		switch {
		case r.silenced(o, r.now):
			out[i] = silence(o)
		case r.silenced(o, r.was):
			out[i] = r.restore(o)
		}
	}
	return slices.DeleteFunc(out, func(o overwrite) bool {
		return o.Allow|o.Deny == 0 && r.silenced(o, r.was)
	})
}

// member returns the overwrite that adds one person to the channel.
func (r restriction) member(user string) overwrite {
	o := allow(user)
	if r.silenced(o, r.now) {
		o = silence(o)
	}
	return o
}

// silence returns the overwrite without any permission to post.
func silence(o overwrite) overwrite {
	o.Allow, o.Deny = o.Allow&^posting, o.Deny|posting
	return o
}

// restore returns the overwrite as it was before it was silenced.
func (r restriction) restore(o overwrite) overwrite {
	was, ok := r.saved[o.ID]
	if !ok {
		was = usual(o)
	}
	o.Allow, o.Deny = o.Allow&^posting|was.Allow&posting, o.Deny&^posting|was.Deny&posting&^was.Allow
	return o
}

// usual returns the permissions to post that riskroom itself sets.
func usual(o overwrite) held {
	if o.in() {
		return held{Allow: sendMessages}
	}
	return held{}
}

// save returns what is unusual in the overwrites that will be silenced, "" for nothing.
func (r restriction) save(list []overwrite) (string, error) {
	out := make(map[string]held)
	for _, o := range list {
		was, ok := r.saved[o.ID]
		switch now := (held{o.Allow & posting, o.Deny & posting}); {
		case r.silenced(o, r.was):
			if ok {
				out[o.ID] = was
			}
		case o.ID != r.self && now != usual(o):
			out[o.ID] = now
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	b, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("permissions of a channel: %w", err)
	}
	return string(b), nil
}

// nothingSaved stands for "" after an archived group's members lost the right to post.
const nothingSaved = "{}"

// parseSaved parses what save returned.
func parseSaved(s string) map[string]held {
	var out map[string]held
	if json.Unmarshal([]byte(s), &out) != nil {
		return nil
	}
	return out
}

// of returns the index of the overwrite with an ID, -1 if there is none.
func of(list []overwrite, id string) int {
	return slices.IndexFunc(list, func(o overwrite) bool { return o.ID == id })
}

// changed returns the IDs of the overwrites in which two lists differ.
func changed(have, want []overwrite) []string {
	var out []string
	for _, o := range want {
		if !slices.Contains(have, o) {
			out = append(out, o.ID)
		}
	}
	for _, o := range have {
		if of(want, o.ID) < 0 {
			out = append(out, o.ID)
		}
	}
	return out
}
