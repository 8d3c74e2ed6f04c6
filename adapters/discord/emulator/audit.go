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

// auditEntry is one entry of the audit log.
type auditEntry struct {
	id     string
	action int
	user   string
	target string
	reason string
	// changes, see https://docs.discord.com/developers/resources/audit-log#audit-log-change-object.
	changes []object
}

// note writes into the audit log who did what to what.
func (g *guild) note(action int, user, target, reason string, changes ...object) {
	e := auditEntry{id: g.newID(), action: action, user: user, target: target, reason: reason, changes: changes}
	g.audit = append(g.audit, e)
	if g.basePermissions(g.bot()).Has(ViewAuditLog) {
		body := auditObject(e)
		body["guild_id"] = g.opts.GuildID
		g.gateway.dispatch(event{kind: "GUILD_AUDIT_LOG_ENTRY_CREATE", intent: intentModeration, body: body})
	}
}

func auditObject(e auditEntry) object {
	out := object{"id": e.id, "action_type": e.action, "user_id": e.user, "target_id": e.target, "changes": append([]object{}, e.changes...)}
	if e.reason != "" {
		out["reason"] = e.reason
	}
	return out
}

// listAuditLog: https://docs.discord.com/developers/resources/audit-log#get-guild-audit-log
func listAuditLog(a *api, c *call) (any, error) {
	if err := a.ownGuild(c); err != nil {
		return nil, err
	}
	if err := a.needInGuild(ViewAuditLog); err != nil {
		return nil, err
	}
	limit, err := c.page(50, 100)
	if err != nil {
		return nil, err
	}
	action, _ := integer(c.query.Get("action_type"))
	before, _ := snowflake(c.query.Get("before"))
	after, upward := snowflake(c.query.Get("after"))
	list := slices.DeleteFunc(slices.Clone(a.audit), func(e auditEntry) bool {
		n, _ := snowflake(e.id)
		user, target := c.query.Get("user_id"), c.query.Get("target_id")
		return action != 0 && int(action) != e.action || user != "" && user != e.user || target != "" && target != e.target ||
			before != 0 && n >= before || upward && n <= after
	})
	if !upward {
		slices.Reverse(list) // newest first, unless after is given
	}
	entries, users := []object{}, []object{}
	seen := map[string]bool{}
	for _, e := range list[:min(limit, len(list))] {
		entries = append(entries, auditObject(e))
		if u := a.People.ByID(e.user); u != nil && !seen[u.ID] {
			seen[u.ID] = true
			users = append(users, userObject(u))
		}
	}
	out := object{"audit_log_entries": entries, "users": users}
	for _, none := range []string{"application_commands", "auto_moderation_rules", "guild_scheduled_events", "integrations", "threads", "webhooks"} {
		out[none] = []object{}
	}
	return out, nil
}
