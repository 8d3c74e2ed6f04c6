package emulator

import (
	"cmp"
	"strings"
	"time"
)

// profileOf is a user as users.info shows it; the e-mail address needs
// users:read.email. See https://docs.slack.dev/reference/objects/user-object.
func (t *team) profileOf(u *User, locale bool) object {
	profile := object{
		"real_name": u.RealName, "display_name": u.Name, "real_name_normalized": u.RealName,
		"display_name_normalized": u.Name, "team": t.teamOf(u),
	}
	if u.Email != "" && t.need("users:read.email") == nil {
		profile["email"] = u.Email
	}
	offset := 0
	if zone, err := time.LoadLocation(u.TZ); err == nil {
		_, offset = t.opts.Now().In(zone).Zone()
	}
	out := object{
		"id": u.ID, "team_id": t.teamOf(u), "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"tz": u.TZ, "tz_offset": offset, "profile": profile, "is_admin": u.Admin, "is_owner": false,
		"is_restricted": u.Guest, "is_ultra_restricted": false, "is_bot": u.Bot, "is_app_user": false, "updated": 0,
	}
	if u.Team != "" {
		out["is_stranger"] = true
	}
	if locale {
		out["locale"] = u.Locale
	}
	return out
}

// teamOf returns the workspace of a person.
func (t *team) teamOf(u *User) string { return cmp.Or(u.Team, t.opts.TeamID) }

func usersInfo(a *api, c *call) (object, error) {
	u := a.People.ByID(c.str("user"))
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return object{"user": a.profileOf(u, c.flag("include_locale"))}, nil
}

// usersLookupByEmail finds neither bots nor deactivated people.
func usersLookupByEmail(a *api, c *call) (object, error) {
	for _, u := range a.People.All() {
		if u.Email != "" && strings.EqualFold(u.Email, c.str("email")) && !u.Deleted {
			return object{"user": a.profileOf(u, false)}, nil
		}
	}
	return nil, refuse("users_not_found")
}

// paid refuses calls about user groups on a plan without them, with the code that
// https://docs.slack.dev/reference/methods/usergroups.users.update documents.
func (a *api) paid() error {
	if a.opts.FreePlan {
		return refuse("plan_upgrade_required")
	}
	return nil
}

func usergroupsList(a *api, _ *call) (object, error) {
	if err := a.paid(); err != nil {
		return nil, err
	}
	list := []object{}
	for _, g := range a.groups {
		list = append(list, object{
			"id": g.ID, "team_id": a.opts.TeamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"is_external": false, "date_delete": 0, "user_count": len(g.Users), "prefs": object{"channels": []string{}, "groups": []string{}},
		})
	}
	return object{"usergroups": list}, nil
}

func usergroupsUsersList(a *api, c *call) (object, error) {
	if err := a.paid(); err != nil {
		return nil, err
	}
	g := a.group(func(g UserGroup) bool { return g.ID == c.str("usergroup") })
	if g == nil {
		return nil, refuse("no_such_subteam")
	}
	return object{"users": append([]string{}, g.Users...)}, nil
}
