package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// mute returns the part to set if everybody is muted or nobody is any more. Slack can't
// mute single people.
func (a *Adapter) mute(p *effect.Progress, c core.GroupChange) []core.Part {
	if c.Mute == nil || p.Ended {
		return nil
	}
	unsupported := &core.Error{Op: "slack: set group", Kind: core.Unsupported, Detail: "mute"}
	if !a.client.Administers() {
		p.Report.Add(core.PartMute, core.Account{}, unsupported)
		return nil
	}
	for _, who := range c.Mute.People {
		p.Report.Add(core.PartMute, who, unsupported)
	}
	if len(c.Mute.People) > 0 && !c.Mute.All && !c.Posting.Muted.All {
		return nil
	}
	return []core.Part{core.PartMute}
}

// restricted reports whether posting is restricted in a group. An archived channel
// needs no restriction.
func (a *Adapter) restricted(p core.Posting) bool {
	return p.Muted.All || p.State == core.Ended && a.end == endRestrict
}

// restrict sets who may post. What people had set before the first restriction is read
// in a call of its own, so that a repeat after a crash still knows it.
func (a *Adapter) restrict(ctx context.Context, p *effect.Progress, channel string, c core.GroupChange, parts []core.Part) {
	was, now := a.restricted(c.Posting), a.restricted(c.Posting.After(c))
	p.Report.Saved = c.Posting.Saved
	if len(parts) == 0 || p.Ended {
		return
	}
	var err error
	if now && !was {
		p.Report.Saved, err = p.Once.Do(ctx, a.savePostersCall(channel))
	}
	switch {
	case err != nil:
	case now:
		_, err = p.Once.Do(ctx, a.postersCall(channel, true, ""))
	case was:
		_, err = p.Once.Do(ctx, a.postersCall(channel, false, c.Posting.Saved))
		p.Report.Saved = ""
	}
	for _, part := range parts {
		p.Note(part, core.Account{}, err)
	}
}

// posters are who may post in a channel and in its threads, as Slack's method takes
// them: "type:admin,user:U1234".
type posters struct {
	Post   string `json:"who_can_post"`
	Thread string `json:"can_thread"`
}

// everyone and admins are the kinds of posters that Slack documents.
const (
	everyone = "type:user"
	admins   = "type:admin"
)

// parsePosters parses what savePostersCall returned.
func parsePosters(saved string) posters {
	all := posters{everyone, everyone}
	if saved == "" || json.Unmarshal([]byte(saved), &all) != nil {
		return posters{everyone, everyone}
	}
	return all
}

// savePostersCall returns who may post in a channel, "" for everyone. It changes
// nothing.
func (a *Adapter) savePostersCall(channel string) core.Call {
	return core.Call{
		Key:  "posters",
		Cost: a.client.Cost("conversations.info"),
		Make: func(ctx context.Context, _ core.Intent) (string, error) {
			ch, err := a.conversationsInfo(ctx, channel)
			if err != nil || ch.Properties == nil {
				return "", err
			}
			now := posters{listed(ch.Properties.PostingRestrictedTo), listed(ch.Properties.ThreadsRestrictedTo)}
			if now == (posters{everyone, everyone}) {
				return "", nil
			}
			b, err := json.Marshal(now)
			return string(b), err
		},
	}
}

// listed returns a list of posters as the method takes it.
func listed(to slack.RestrictedTo) string {
	var out []string
	for _, t := range to.Type {
		out = append(out, "type:"+t)
	}
	for _, u := range to.User {
		out = append(out, "user:"+u)
	}
	return cmp.Or(strings.Join(out, ","), everyone)
}

// postersCall sets who may post. If posting is restricted, the bot still may.
func (a *Adapter) postersCall(channel string, restricted bool, saved string) core.Call {
	return core.Call{
		Key:  "restrict",
		Cost: a.client.Cost("admin.conversations.setConversationPrefs"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			want := parsePosters(saved)
			if restricted {
				self, err := a.whoAmI(ctx)
				if err != nil {
					return "", err
				}
				only := admins + ",user:" + self.UserID
				want = posters{only, only}
			}
			return "", a.adminConversationsSetConversationPrefs(ctx, in, channel, want)
		},
	}
}
