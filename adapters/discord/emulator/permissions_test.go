package emulator_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"riskroom/adapters/discord/emulator"
)

// TestPermissions goes through the steps of
// https://docs.discord.com/developers/topics/permissions#permission-overwrites.
func TestPermissions(t *testing.T) {
	t.Parallel()
	const view, send, history = emulator.ViewChannel, emulator.SendMessages, emulator.ReadMessageHistory
	everyone, role, person := func(allow, deny emulator.Permissions) emulator.Overwrite {
		return emulator.Overwrite{ID: options().GuildID, Allow: allow, Deny: deny}
	}, func(allow, deny emulator.Permissions) emulator.Overwrite {
		return emulator.Overwrite{ID: oncall, Allow: allow, Deny: deny}
	}, func(allow, deny emulator.Permissions) emulator.Overwrite {
		return emulator.Overwrite{ID: wei, Member: true, Allow: allow, Deny: deny}
	}
	for name, test := range map[string]struct {
		list []emulator.Overwrite
		want emulator.Permissions // of wei, who has the role oncall
	}{
		"none":                            {nil, view | send},
		"@everyone denied":                {[]emulator.Overwrite{everyone(0, send)}, view},
		"role allowed":                    {[]emulator.Overwrite{role(send, 0), everyone(0, send)}, view | send},
		"person denied, role allowed":     {[]emulator.Overwrite{person(0, send), role(send, 0)}, view},
		"person allowed, role denied":     {[]emulator.Overwrite{person(send, 0), role(0, send)}, view | send},
		"no view is nothing":              {[]emulator.Overwrite{everyone(history, view)}, 0},
		"allow wins over deny in one":     {[]emulator.Overwrite{person(send, send)}, view | send},
		"roles count together":            {[]emulator.Overwrite{role(0, send), {ID: "2000000000000000002", Allow: send}}, view | send},
		"an overwrite of others is quiet": {[]emulator.Overwrite{{ID: lin, Member: true, Deny: view}}, view | send},
	} {
		for i := range test.list {
			if test.list[i].ID == "" {
				test.list[i].ID = "80351110224678912" // the guild's
			}
		}
		b := setup(t, func(o *emulator.Options) {
			o.Everyone = view | send
			o.Roles = append(o.Roles, emulator.Role{ID: "2000000000000000002", Name: "more"})
			o.Users[2].Roles = append(o.Users[2].Roles, "2000000000000000002")
			o.Channels = []emulator.Channel{{ID: public, Name: "public", Overwrites: test.list}}
		})
		if got := b.PermissionsIn(wei, public); got != test.want {
			t.Errorf("%s: %b, want %b", name, got, test.want)
		}
		if !b.PermissionsIn(boss, public).Has(emulator.Administrator) || b.PermissionsIn(outside, public) != 0 {
			t.Errorf("%s: the owner may do all, strangers nothing", name)
		}
	}
}

func TestAdministratorsSeeAll(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *emulator.Options) { o.Roles[0].Permissions = emulator.Administrator })
	room := b.room("room")
	if !b.PermissionsIn(wei, room).Has(emulator.ManageRoles) {
		t.Error("an administrator is held out")
	}
	if slices.Contains(b.Members(room), wei) || slices.Contains(b.Members(room), boss) {
		t.Errorf("who sees all is no member for that: %v", b.Members(room))
	}
}

func TestOverwrites(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	room := b.room("room")
	url := "/channels/" + room + "/permissions/"
	seen := strconv.Itoa(int(emulator.ViewChannel | emulator.SendMessages))
	b.fine("PUT", url+wei, object{"type": 1, "allow": seen})
	if !slices.Contains(b.Members(room), wei) {
		t.Error("wei was not let in")
	}
	b.fine("PUT", url+wei, object{"type": 1, "allow": seen})
	if calls := b.Log().Calls(); calls[len(calls)-1].Effect || !calls[len(calls)-2].Effect {
		t.Error("doing it again has no effect")
	}
	b.fine("PUT", url+wei, object{"type": 1, "allow": 1024, "deny": 2048}) // numbers will do
	if b.PermissionsIn(wei, room).Has(emulator.SendMessages) {
		t.Error("wei can still write")
	}
	b.fine("DELETE", url+wei, nil)
	if slices.Contains(b.Members(room), wei) {
		t.Error("wei is still in")
	}
	b.refused(404, 10009, "DELETE", url+wei, nil)
	b.refused(404, 10009, "PUT", url+outside, object{"type": 1, "allow": seen})
	b.refused(404, 10009, "PUT", url+nobody, object{"type": 0, "allow": seen})
	b.wrong("type", "BASE_TYPE_REQUIRED", "PUT", url+wei, object{"allow": seen})
	b.refused(403, 50003, "PUT", "/channels/"+b.dm(lin)+"/permissions/"+wei, object{"type": 1})
}

// dm opens the bot's conversation with somebody and returns its ID.
func (b *bench) dm(person string) string {
	b.t.Helper()
	return b.fine("POST", "/users/@me/channels", object{"recipient_id": person})["id"].(string)
}

func TestTheBotGrantsOnlyWhatItHolds(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	room := b.room("room")
	manage := strconv.Itoa(int(emulator.ManageMessages)) // not among its permissions
	roles := strconv.Itoa(int(emulator.ManageRoles))
	for _, bits := range []object{{"type": 1, "allow": manage}, {"type": 1, "deny": manage}, {"type": 1, "allow": roles}} {
		b.refused(403, 50013, "PUT", "/channels/"+room+"/permissions/"+wei, bits)
	}
	create := object{"name": "a", "permission_overwrites": []object{{"id": wei, "type": 1, "allow": manage}}}
	b.refused(403, 50013, "POST", "/guilds/"+b.GuildID()+"/channels", create)

	admin := setup(t, func(o *emulator.Options) { o.BotPermissions = emulator.Administrator })
	admin.fine("POST", "/guilds/"+admin.GuildID()+"/channels", create)
	admin.fine("PUT", "/channels/"+secret+"/permissions/"+wei, object{"type": 1, "allow": roles})
}

func TestWhatMissingPermissionsKeepFrom(t *testing.T) {
	t.Parallel()
	calls := map[emulator.Permissions][]func(b *bench){
		emulator.ManageChannels: {
			func(b *bench) { b.refused(403, 50013, "POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "a"}) },
			func(b *bench) { b.refused(403, 50013, "PATCH", "/channels/"+public, object{"topic": "a"}) },
		},
		emulator.ManageRoles: {
			func(b *bench) {
				b.refused(403, 50013, "PUT", "/channels/"+public+"/permissions/"+lin, object{"type": 1})
			},
			func(b *bench) {
				b.refused(403, 50013, "POST", "/guilds/"+b.GuildID()+"/channels", object{"name": "a", "permission_overwrites": b.overwrites()})
			},
		},
		emulator.SendMessages: {
			func(b *bench) { b.refused(403, 50013, "POST", "/channels/"+public+"/messages", object{"content": "a"}) },
		},
		emulator.EmbedLinks: {func(b *bench) {
			b.refused(403, 50013, "POST", "/channels/"+public+"/messages", object{"embeds": []object{{"title": "a"}}})
		}},
		emulator.PinMessages: {func(b *bench) {
			id := b.post(public, object{"content": "a"})
			b.refused(403, 50013, "PUT", "/channels/"+public+"/messages/pins/"+id, nil)
		}},
		emulator.ReadMessageHistory: {func(b *bench) {
			id := b.post(public, object{"content": "a"})
			b.refused(403, 50013, "PUT", "/channels/"+public+"/messages/pins/"+id, nil)
			if list := b.list("/channels/" + public + "/messages"); len(list) != 0 {
				b.t.Errorf("read %v", list)
			}
		}},
	}
	for missing, list := range calls {
		for _, call := range list {
			b := setup(t, func(o *emulator.Options) {
				o.BotPermissions = emulator.NeededPermissions() &^ missing
				o.Everyone = emulator.DefaultEveryone() &^ missing
				o.Users[1].Roles = []string{"2000000000000000003"} // lin may do everything
				o.Roles = append(o.Roles, emulator.Role{ID: "2000000000000000003", Name: "all", Permissions: emulator.Administrator})
			})
			call(b)
		}
	}
}

func TestGuildMembersAndRoles(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	guild := "/guilds/" + b.GuildID()
	if m := b.fine("GET", guild+"/members/"+wei, nil); m["roles"].([]any)[0] != oncall {
		t.Errorf("wei: %v", m)
	}
	b.refused(404, 10007, "GET", guild+"/members/"+outside, nil)
	b.refused(404, 10013, "GET", guild+"/members/"+nobody, nil)
	page := b.list(guild + "/members?limit=2&after=" + boss)
	if len(page) != 2 || page[0]["user"].(object)["id"] != lin {
		t.Errorf("a page of members: %v", page)
	}
	b.wrong("limit", "NUMBER_TYPE_MAX", "GET", guild+"/members?limit=1001", nil)
	roles, err := b.api.GuildRoles(b.GuildID())
	if err != nil || len(roles) != 3 || roles[0].Name != "@everyone" || !roles[2].Managed || roles[2].Position != 2 {
		t.Errorf("roles: %v %v", roles, err)
	}
	if g := b.fine("GET", guild, nil); g["owner_id"] != boss {
		t.Errorf("guild: %v", g)
	}
	b.fine("GET", "/applications/@me", nil)
	b.fine("GET", "/gateway/bot", nil)
	shut := setup(t, func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers })
	shut.refused(http.StatusForbidden, 50001, "GET", "/guilds/"+shut.GuildID()+"/members", nil)
}

// TestTwoFactor: where the guild wants it of moderators, the bot's owner must have it.
func TestTwoFactor(t *testing.T) {
	t.Parallel()
	for has, code := range map[bool]int{true: 0, false: 60003} {
		b := setup(t, func(o *emulator.Options) { o.NeedsTwoFactor, o.OwnerWithoutIt = true, !has })
		guild := "/guilds/" + b.GuildID()
		if level := b.fine("GET", guild, nil)["mfa_level"]; level != 1.0 {
			t.Errorf("mfa_level %v", level)
		}
		if enabled := b.fine("GET", "/users/@me", nil)["mfa_enabled"]; enabled != has {
			t.Errorf("mfa_enabled %v, want %v", enabled, has)
		}
		if code == 0 {
			b.fine("POST", guild+"/channels", `{"name": "room"}`)
			continue
		}
		b.refused(403, code, "POST", guild+"/channels", `{"name": "room"}`)
		general := b.Channels()[0].ID
		b.refused(403, code, "PATCH", "/channels/"+general, `{"topic": "x"}`)
		b.refused(403, code, "PUT", "/channels/"+general+"/permissions/"+lin, `{"type": 1, "allow": "1024", "deny": "0"}`)
		b.fine("POST", "/channels/"+general+"/messages", `{"content": "x"}`)
	}
}
