package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

func overwriteObjects(list []Overwrite) []object {
	out := []object{}
	for _, o := range list {
		kind := 0
		if o.Member {
			kind = 1
		}
		out = append(out, object{"id": o.ID, "type": kind, "allow": o.Allow, "deny": o.Deny})
	}
	return out
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

// mayOverwrite checks whether the bot may set overwrites: it needs MANAGE_ROLES
// and can only allow or deny what it holds in the guild or the category, unless
// the channel itself gives it MANAGE_ROLES, which only administrators can give.
// Each overwrite must be of a role or member of the guild; what Discord does
// with others is not documented. See
// https://docs.discord.com/developers/resources/channel#edit-channel-permissions.
func (w *Workspace) mayOverwrite(ch, parent *channel, list ...Overwrite) error {
	if len(list) == 0 && ch == nil {
		return nil
	}
	held := w.basePermissions(w.bot())
	admin, free := held.Has(Administrator), false
	if parent != nil {
		held |= w.permissionsIn(w.bot(), parent)
	}
	if ch == nil && !held.Has(ManageRoles) || ch != nil && !w.permissionsIn(w.bot(), ch).Has(ManageRoles) {
		return refuse(missingPermissions)
	}
	if err := w.mayModerate(ManageRoles); err != nil {
		return err
	}
	if ch != nil {
		free = slices.ContainsFunc(ch.overwrites, func(o Overwrite) bool {
			return o.Allow.Has(ManageRoles) && (o.ID == w.opts.BotUserID || slices.Contains(w.bot().Roles, o.ID))
		})
	}
	for _, o := range list {
		bits := o.Allow | o.Deny
		switch {
		case !w.exists(o):
			return refuse(unknownOverwrite)
		case admin:
		case o.Allow.Has(ManageRoles), !free && !held.Has(bits):
			return refuse(missingPermissions)
		}
	}
	return nil
}

// exists tells whether an overwrite concerns a role or member of the guild.
func (w *Workspace) exists(o Overwrite) bool {
	if o.Member {
		u := w.users[o.ID]
		return u != nil && !u.Outside
	}
	return o.ID == w.opts.GuildID || w.roles[o.ID] != nil
}

// letting changes who is let into a channel and tells of those who come and go.
func (w *Workspace) letting(ch *channel, by string, change func()) {
	before := w.memberIDs(ch)
	change()
	after := w.memberIDs(ch)
	for _, id := range after {
		if !slices.Contains(before, id) {
			w.publish(stage.MemberJoined, by, ch, nil, id)
		}
	}
	for _, id := range before {
		if !slices.Contains(after, id) {
			w.publish(stage.MemberLeft, by, ch, nil, id)
		}
	}
}

// putOverwrite sets or replaces one overwrite and tells whether that is news.
func (w *Workspace) putOverwrite(ch *channel, o Overwrite, by, reason string) bool {
	i := slices.IndexFunc(ch.overwrites, func(other Overwrite) bool { return other.ID == o.ID })
	if i >= 0 && ch.overwrites[i] == o {
		return false
	}
	action := auditOverwriteUpdate
	w.letting(ch, by, func() {
		if i >= 0 {
			ch.overwrites[i] = o
		} else {
			action = auditOverwriteCreate
			ch.overwrites = append(ch.overwrites, o)
		}
	})
	w.note(action, by, ch.ID, reason)
	w.announce("CHANNEL_UPDATE", ch)
	return true
}

// dropOverwrite takes one overwrite away and tells whether it was there.
func (w *Workspace) dropOverwrite(ch *channel, id, by, reason string) bool {
	i := slices.IndexFunc(ch.overwrites, func(o Overwrite) bool { return o.ID == id })
	if i < 0 {
		return false
	}
	w.letting(ch, by, func() { ch.overwrites = slices.Delete(ch.overwrites, i, i+1) })
	w.note(auditOverwriteDelete, by, ch.ID, reason)
	w.announce("CHANNEL_UPDATE", ch)
	return true
}

// setOverwrite: https://docs.discord.com/developers/resources/channel#edit-channel-permissions
func setOverwrite(w *Workspace, c *call) (any, error) {
	ch, err := w.overwriteCall(c)
	if err != nil {
		return nil, err
	}
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	f := &form{}
	o := readOverwrite(f, "", f.id("overwrite_id", c.path["overwrite"]), body)
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := w.mayOverwrite(ch, w.channels[ch.Parent], o); err != nil {
		return nil, err
	}
	known := slices.ContainsFunc(ch.overwrites, func(other Overwrite) bool { return other.ID == o.ID })
	if !known && len(ch.overwrites) >= maxOverwrites {
		return nil, refuse(tooManyOverwrites)
	}
	c.changed = w.putOverwrite(ch, o, w.opts.BotUserID, c.reason)
	return nil, nil
}

// deleteOverwrite: https://docs.discord.com/developers/resources/channel#delete-channel-permission
func deleteOverwrite(w *Workspace, c *call) (any, error) {
	ch, err := w.overwriteCall(c)
	if err != nil {
		return nil, err
	}
	if err := w.mayOverwrite(ch, w.channels[ch.Parent]); err != nil {
		return nil, err
	}
	if !w.dropOverwrite(ch, c.path["overwrite"], w.opts.BotUserID, c.reason) {
		return nil, refuse(unknownOverwrite)
	}
	c.changed = true
	return nil, nil
}

func (w *Workspace) overwriteCall(c *call) (*channel, error) {
	ch, err := w.channelOf(c)
	if err == nil && ch.isDirect() {
		err = refuse(dmOnly)
	}
	return ch, err
}
