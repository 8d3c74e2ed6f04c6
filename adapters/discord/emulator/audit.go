package emulator

import (
	"fmt"
	"maps"
	"slices"

	"riskroom/adapters/stage"
)

// Actions of the audit log, see
// https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object-audit-log-events.
const (
	auditChannelCreate   = 10
	auditChannelUpdate   = 11
	auditChannelDelete   = 12
	auditOverwriteCreate = 13
	auditOverwriteUpdate = 14
	auditOverwriteDelete = 15
	auditMemberKick      = 20
	auditMessageDelete   = 72
	auditMessagePin      = 74
	auditMessageUnpin    = 75
)

// AuditEntry is an entry of the audit log.
type AuditEntry struct {
	ID     string
	Action int    // see https://docs.discord.com/developers/resources/audit-log
	User   string // who did it, a user's ID
	Target string // the ID of what it was done to
	Reason string // as decoded
	// Changes, see https://docs.discord.com/developers/resources/audit-log#audit-log-change-object.
	Changes []map[string]any
	// Options, see https://docs.discord.com/developers/resources/audit-log#audit-log-entry-object-optional-audit-entry-info.
	Options map[string]any
}

// note adds an entry to the audit log.
func (g *guild) note(action int, user, target, reason string, changes ...object) {
	g.record(AuditEntry{Action: action, User: user, Target: target, Reason: reason, Changes: changes})
}

// noteMessage adds an entry about a message.
func (g *guild) noteMessage(action int, user, reason string, m *message) {
	options := object{"channel_id": m.Channel.ID, "message_id": m.ID}
	if action == auditMessageDelete {
		options = object{"channel_id": m.Channel.ID, "count": "1"}
	}
	g.record(AuditEntry{Action: action, User: user, Target: m.Author, Reason: reason, Options: options})
}

// noteOverwrite adds an entry about an overwrite that was created, changed or deleted:
// was or is holds nothing then.
func (g *guild) noteOverwrite(user, reason string, ch *channel, was, is object) {
	action, o := auditOverwriteUpdate, is
	switch {
	case was == nil:
		action = auditOverwriteCreate
	case is == nil:
		action, o = auditOverwriteDelete, was
	}
	var changes []object
	for _, key := range []string{"id", "type", "allow", "deny"} {
		if was[key] != is[key] {
			change := object{"key": key, "old_value": was[key], "new_value": is[key]}
			maps.DeleteFunc(change, isNull)
			changes = append(changes, change)
		}
	}
	options := object{"id": o["id"], "type": fmt.Sprint(o["type"])}
	if id := stage.Str(o["id"]); id == g.opts.GuildID {
		options["role_name"] = everyone
	} else if r := g.roles[id]; r != nil {
		options["role_name"] = r.Name
	}
	g.record(AuditEntry{Action: action, User: user, Target: ch.ID, Reason: reason, Changes: changes, Options: options})
}

func (g *guild) record(e AuditEntry) {
	e.ID = g.newID()
	g.audit = append(g.audit, e)
	if g.basePermissions(g.bot()).Has(ViewAuditLog) {
		body := auditObject(e)
		body["guild_id"] = g.opts.GuildID
		g.gateway.dispatch(event{kind: "GUILD_AUDIT_LOG_ENTRY_CREATE", intent: intentModeration, body: body})
	}
}

func auditObject(e AuditEntry) object {
	out := object{"id": e.ID, "action_type": e.Action, "user_id": e.User, "target_id": e.Target, "changes": append([]object{}, e.Changes...)}
	if e.Reason != "" {
		out["reason"] = e.Reason
	}
	if e.Options != nil {
		out["options"] = e.Options
	}
	return out
}

// listAuditLog: https://docs.discord.com/developers/resources/audit-log#get-guild-audit-log
// It lists entries after the given one, oldest first; the stand-in needs after.
func listAuditLog(a *api, c *call) (any, error) {
	if err := a.needInGuild(ViewAuditLog); err != nil {
		return nil, err
	}
	limit, err := c.page(50, 100)
	if err != nil {
		return nil, err
	}
	after, err := c.after()
	if err != nil {
		return nil, err
	}
	action, _ := integer(c.query.Get("action_type"))
	user := c.query.Get("user_id")
	list := slices.DeleteFunc(slices.Clone(a.audit), func(e AuditEntry) bool {
		return action != 0 && int(action) != e.Action || user != "" && user != e.User || compareIDs(e.ID, after) <= 0
	})
	entries, users, seen := []object{}, []object{}, map[string]bool{}
	for _, e := range list[:min(limit, len(list))] {
		entries = append(entries, auditObject(e))
		if !seen[e.User] {
			seen[e.User] = true
			users = append(users, userObject(a.People.ByID(e.User)))
		}
	}
	out := object{"audit_log_entries": entries, "users": users}
	for _, none := range []string{"application_commands", "auto_moderation_rules", "guild_scheduled_events", "integrations", "threads", "webhooks"} {
		out[none] = []object{}
	}
	return out, nil
}
