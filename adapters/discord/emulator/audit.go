package emulator

import "slices"

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
}

// note adds an entry to the audit log.
func (g *guild) note(action int, user, target, reason string, changes ...object) {
	e := AuditEntry{ID: g.newID(), Action: action, User: user, Target: target, Reason: reason, Changes: changes}
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
