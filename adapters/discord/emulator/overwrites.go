package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

func overwriteObjects(list []Overwrite) []object {
	out := []object{}
	for _, o := range list {
		out = append(out, overwriteObject(o))
	}
	return out
}

func overwriteObject(o Overwrite) object {
	kind := 0
	if o.Member {
		kind = 1
	}
	return object{"id": o.ID, "type": kind, "allow": o.Allow, "deny": o.Deny}
}

// readOverwrites reads a list of overwrites. See
// https://docs.discord.com/developers/resources/channel#overwrite-object.
func readOverwrites(f *form, v any) []Overwrite {
	var out []Overwrite
	for i, o := range f.list("permission_overwrites", v, maxInOneRequest) {
		path := fmt.Sprintf("permission_overwrites.%d", i)
		if o["id"] == nil {
			f.required(path + ".id")
		}
		out = append(out, readOverwrite(f, path, f.id(path+".id", o["id"]), o))
		if slices.ContainsFunc(out[:i], func(other Overwrite) bool { return other.ID == out[i].ID }) {
			f.fail(path+".id", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
		}
	}
	return out
}

func readOverwrite(f *form, path, id string, body object) Overwrite {
	if path != "" {
		path += "."
	}
	const most = int64(everything)
	kind, ok := f.number(path+"type", body["type"], 0, 1)
	if !ok && body["type"] == nil {
		f.required(path + "type")
	}
	allow, _ := f.number(path+"allow", body["allow"], 0, most)
	deny, _ := f.number(path+"deny", body["deny"], 0, most)
	return Overwrite{ID: id, Member: kind == 1, Allow: Permissions(allow), Deny: Permissions(deny)}
}

// mayOverwrite checks whether the bot may set overwrites: it needs MANAGE_ROLES,
// and may allow or deny only permissions that it has in the guild or the category,
// unless an overwrite of the channel grants it MANAGE_ROLES, which only
// administrators can do. Each overwrite must be for a role or member of the guild;
// Discord's pages don't say what happens with others. See
// https://docs.discord.com/developers/resources/channel#edit-channel-permissions.
func (a *api) mayOverwrite(ch, parent *channel, list ...Overwrite) error {
	if len(list) == 0 && ch == nil {
		return nil
	}
	held := a.basePermissions(a.bot())
	admin, free := held.Has(Administrator), false
	if parent != nil {
		held |= a.permissionsIn(a.bot(), parent)
	}
	if ch == nil && !held.Has(ManageRoles) || ch != nil && !a.permissionsIn(a.bot(), ch).Has(ManageRoles) {
		return refuse(missingPermissions)
	}
	if err := a.mayModerate(ManageRoles); err != nil {
		return err
	}
	if ch != nil {
		free = slices.ContainsFunc(ch.Extra.overwrites, func(o Overwrite) bool {
			return o.Allow.Has(ManageRoles) && (o.ID == a.opts.BotUserID || slices.Contains(a.bot().Roles, o.ID))
		})
	}
	for _, o := range list {
		bits := o.Allow | o.Deny
		switch {
		case !a.exists(o):
			return refuse(unknownOverwrite)
		case admin:
		case o.Allow.Has(ManageRoles), !free && !held.Has(bits):
			return refuse(missingPermissions)
		}
	}
	return nil
}

// exists reports whether an overwrite is for a role or member of the guild.
func (g *guild) exists(o Overwrite) bool {
	if o.Member {
		u := g.People.ByID(o.ID)
		return u != nil && !u.Outside
	}
	return o.ID == g.opts.GuildID || g.roles[o.ID] != nil
}

// changeAccess changes who has access to a channel, and publishes who joined or
// left by that.
func (g *guild) changeAccess(ch *channel, by string, change func()) {
	before := g.memberIDs(ch)
	change()
	after := g.memberIDs(ch)
	for _, id := range after {
		if !slices.Contains(before, id) {
			g.Publish(stage.MemberJoined, by, ch, nil, id)
		}
	}
	for _, id := range before {
		if !slices.Contains(after, id) {
			g.Publish(stage.MemberLeft, by, ch, nil, id)
		}
	}
}

// putOverwrite sets or replaces one overwrite and reports whether it changed
// anything.
func (g *guild) putOverwrite(ch *channel, o Overwrite, by, reason string) bool {
	i := slices.IndexFunc(ch.Extra.overwrites, func(other Overwrite) bool { return other.ID == o.ID })
	if i >= 0 && ch.Extra.overwrites[i] == o {
		return false
	}
	var was object
	g.changeAccess(ch, by, func() {
		if i >= 0 {
			was = overwriteObject(ch.Extra.overwrites[i])
			ch.Extra.overwrites[i] = o
		} else {
			ch.Extra.overwrites = append(ch.Extra.overwrites, o)
		}
	})
	g.noteOverwrite(by, reason, ch, was, overwriteObject(o))
	g.announce("CHANNEL_UPDATE", ch)
	return true
}

// dropOverwrite removes one overwrite and reports whether it existed.
func (g *guild) dropOverwrite(ch *channel, id, by, reason string) bool {
	i := slices.IndexFunc(ch.Extra.overwrites, func(o Overwrite) bool { return o.ID == id })
	if i < 0 {
		return false
	}
	was := overwriteObject(ch.Extra.overwrites[i])
	g.changeAccess(ch, by, func() { ch.Extra.overwrites = slices.Delete(ch.Extra.overwrites, i, i+1) })
	g.noteOverwrite(by, reason, ch, was, nil)
	g.announce("CHANNEL_UPDATE", ch)
	return true
}

// setOverwrite: https://docs.discord.com/developers/resources/channel#edit-channel-permissions
func setOverwrite(a *api, c *call) (any, error) {
	ch := c.ch
	if ch.IsDirect() {
		return nil, refuse(dmOnly)
	}
	f := &form{}
	o := readOverwrite(f, "", f.id("overwrite_id", c.path["overwrite"]), c.fields)
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.mayOverwrite(ch, a.Channels.ByID(ch.Extra.parent), o); err != nil {
		return nil, err
	}
	known := slices.ContainsFunc(ch.Extra.overwrites, func(other Overwrite) bool { return other.ID == o.ID })
	if !known && len(ch.Extra.overwrites) >= maxOverwrites {
		return nil, refuse(tooManyOverwrites)
	}
	c.changed = a.putOverwrite(ch, o, a.opts.BotUserID, c.reason)
	return nil, nil
}

// deleteOverwrite: https://docs.discord.com/developers/resources/channel#delete-channel-permission
func deleteOverwrite(a *api, c *call) (any, error) {
	if c.ch.IsDirect() {
		return nil, refuse(dmOnly)
	}
	if err := a.mayOverwrite(c.ch, a.Channels.ByID(c.ch.Extra.parent)); err != nil {
		return nil, err
	}
	if !a.dropOverwrite(c.ch, c.path["overwrite"], a.opts.BotUserID, c.reason) {
		return nil, refuse(unknownOverwrite)
	}
	c.changed = true
	return nil, nil
}
