package emulator

import (
	"cmp"
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// JoinGuild has somebody new join the guild, and returns their ID. The app receives
// https://docs.discord.com/developers/events/gateway-events#guild-member-add.
func (w *Workspace) JoinGuild(u User) (string, error) {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u.ID = cmp.Or(u.ID, g.newID())
	if g.People.ByID(u.ID) != nil || g.People.ByName(u.Name) != nil {
		return "", fmt.Errorf("emulator: @%s: %w", u.Name, stage.ErrTaken)
	}
	if err := g.addUser(u); err != nil {
		return "", err
	}
	m := g.People.ByID(u.ID)
	g.gateway.dispatch(event{kind: "GUILD_MEMBER_ADD", intent: IntentGuildMembers, body: g.memberObject(m, true)})
	for _, ch := range g.inGuild() {
		if g.hasAccess(m, ch) {
			g.Publish(stage.MemberJoined, "", ch, nil, m.ID)
		}
	}
	return m.ID, nil
}

// newcomer returns a new person with a name, who is like the others here.
func (g *guild) newcomer(name string) User {
	g.Lock()
	defer g.Unlock()
	u := User{Name: name}
	if len(g.opts.Users) > 0 {
		u.Locale = g.opts.Users[0].Locale
	}
	return u
}

// offers returns what a person can do by hand to a channel. Members are added to a
// private channel by their overwrites, and removed with them.
func (g *guild) offers(userID, channelID string) []stage.RoomAct {
	g.Lock()
	defer g.Unlock()
	u, ch := g.People.ByID(userID), g.Channels.ByID(channelID)
	if u == nil || ch == nil || ch.IsDirect() || ch.Extra.thread || ch.Name == general || !g.permissionsIn(u, ch).Has(ViewChannel) {
		return nil
	}
	var out []stage.RoomAct
	may := g.permissionsIn(u, ch)
	if may.Has(ManageRoles) && g.private(ch) {
		for _, other := range g.People.All() {
			switch own := slices.ContainsFunc(ch.Extra.overwrites, func(o Overwrite) bool { return o.ID == other.ID }); {
			case own:
				out = append(out, stage.RoomAct{Do: stage.RemoveMember, To: other.ID})
			case !other.Outside && !g.hasAccess(other, ch):
				out = append(out, stage.RoomAct{Do: stage.AddMember, To: other.ID})
			}
		}
	}
	if may.Has(ManageChannels) {
		for _, c := range g.inGuild() {
			if c.Extra.category && c.ID != ch.Extra.parent && g.views(u, c) {
				out = append(out, stage.RoomAct{Do: stage.MoveRoom, To: c.Name})
			}
		}
		if ch.Extra.parent != "" {
			out = append(out, stage.RoomAct{Do: stage.MoveRoom})
		}
		out = append(out, stage.RoomAct{Do: stage.DeleteRoom})
	}
	return out
}
