package emulator

import (
	"slices"
	"strings"
	"time"
)

// profileOf is a user as users.info shows it; the e-mail address needs
// users:read.email. See https://docs.slack.dev/reference/objects/user-object.
func (a *api) profileOf(u *User, locale bool) object {
	profile := object{
		"real_name": u.RealName, "display_name": u.Name, "real_name_normalized": u.RealName,
		"display_name_normalized": u.Name, "team": a.opts.TeamID,
	}
	if u.Email != "" && a.need("users:read.email") == nil {
		profile["email"] = u.Email
	}
	offset := 0
	if zone, err := time.LoadLocation(u.TZ); err == nil {
		_, offset = a.opts.Now().In(zone).Zone()
	}
	out := object{
		"id": u.ID, "team_id": a.opts.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"tz": u.TZ, "tz_offset": offset, "profile": profile, "is_admin": u.Admin, "is_owner": false,
		"is_restricted": u.Guest || u.SingleChannel, "is_ultra_restricted": u.SingleChannel, "is_bot": u.Bot,
		"is_app_user": false, "updated": 0,
	}
	if locale {
		out["locale"] = u.Locale
	}
	return out
}

// usersInfo: https://docs.slack.dev/reference/methods/users.info
func usersInfo(a *api, c *call) (object, error) {
	if err := a.need("users:read"); err != nil {
		return nil, err
	}
	u := a.People.ByID(c.str("user"))
	switch {
	case u == nil:
		return nil, refuse("user_not_found")
	case u.NotVisible:
		return nil, refuse("user_not_visible")
	}
	return object{"user": a.profileOf(u, c.flag("include_locale"))}, nil
}

// usersList: https://docs.slack.dev/reference/methods/users.list
func usersList(a *api, c *call) (object, error) {
	if err := a.need("users:read"); err != nil {
		return nil, err
	}
	var all []object
	for _, u := range a.People.All() {
		if !u.NotVisible {
			all = append(all, a.profileOf(u, c.flag("include_locale")))
		}
	}
	page, next, err := paginate(c, all, len(all), 1000)
	if err != nil {
		return nil, err
	}
	return object{"members": page, "cache_ts": a.opts.Now().Unix(), "response_metadata": object{"next_cursor": next}}, nil
}

// usersLookupByEmail: https://docs.slack.dev/reference/methods/users.lookupByEmail
// It finds neither bots nor deactivated people.
func usersLookupByEmail(a *api, c *call) (object, error) {
	if err := a.need("users:read.email"); err != nil {
		return nil, err
	}
	for _, u := range a.People.All() {
		if u.Email != "" && strings.EqualFold(u.Email, c.str("email")) && !u.Deleted && !u.NotVisible {
			return object{"user": a.profileOf(u, false)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

// userGroups refuses on a plan without user groups, with the code that
// https://docs.slack.dev/reference/methods/usergroups.users.update documents.
func (a *api) userGroups() error {
	if err := a.need("usergroups:read"); err != nil {
		return err
	}
	if a.opts.FreePlan {
		return refuse("plan_upgrade_required")
	}
	return nil
}

// usergroupsList: https://docs.slack.dev/reference/methods/usergroups.list
func usergroupsList(a *api, c *call) (object, error) {
	if err := a.userGroups(); err != nil {
		return nil, err
	}
	list := []object{}
	for _, g := range a.groups {
		if g.Disabled && !c.flag("include_disabled") {
			continue
		}
		out := object{
			"id": g.ID, "team_id": a.opts.TeamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"is_external": false, "date_delete": 0, "user_count": len(g.Users), "prefs": object{"channels": []string{}, "groups": []string{}},
		}
		if g.Disabled {
			out["date_delete"] = 1
		}
		if c.flag("include_users") {
			out["users"] = g.Users
		}
		list = append(list, out)
	}
	return object{"usergroups": list}, nil
}

// usergroupsUsersList: https://docs.slack.dev/reference/methods/usergroups.users.list
func usergroupsUsersList(a *api, c *call) (object, error) {
	if err := a.userGroups(); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(a.groups, func(g UserGroup) bool { return g.ID == c.str("usergroup") })
	if i < 0 || a.groups[i].Disabled && !c.flag("include_disabled") {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": append([]string{}, a.groups[i].Users...)}, nil
}
