package api

import (
	"cmp"
	"strings"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// waitQuota is how long to wait after message_limit_exceeded, when the
// workspace has used up its quota.
const waitQuota = 10 * time.Minute

// refused returns the error for an answer with ok:false, or for one failure in
// a list. needed names the missing scopes, for missing_scope.
func refused(method, code, needed string, said time.Duration) *core.Error {
	e := &core.Error{Op: rest.Op(Platform, method), Detail: cmp.Or(code, "empty_answer")}
	e.Kind, e.Effect = meaning(method, code)
	if needed != "" {
		e.Detail += ":" + needed
	}
	if code == "message_limit_exceeded" {
		said = cmp.Or(said, waitQuota)
	}
	e.RetryAfter = rest.RetryWait(e.Kind, said)
	return e
}

// meaning returns what one of Slack's error codes means. A method's codes are
// on its page under https://docs.slack.dev/reference/methods/.
func meaning(method, code string) (core.Kind, core.Effect) {
	if method == "conversations.open" && code == "user_not_found" {
		return core.Unreachable, core.None
	}
	if kind := kindOfCode(code); kind != "" {
		return kind, core.None
	}
	switch {
	case strings.HasPrefix(code, "invalid_"), strings.HasPrefix(code, "msg_"):
		return core.Invalid, core.None
	case strings.HasPrefix(code, "restricted_action"):
		return core.Denied, core.None
	case code == "fatal_error", code == "internal_error", code == "update_failed", code == "request_timeout":
		// Slack: "it's possible some aspect of the operation succeeded before
		// the error was raised".
		return core.Unavailable, core.Maybe
	case code == "":
		return core.Unknown, core.Maybe
	}
	return core.Unknown, core.None
}

func kindOfCode(code string) core.Kind {
	switch code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
		"org_login_required", "ekm_access_denied", "two_factor_setup_required", "enterprise_is_restricted",
		"accesslimited":
		return core.Unauthorized

	case "missing_scope", "no_permission", "access_denied", "not_authorized", "permission_denied",
		"cannot_create_channel", "canvas_disabled_user_team", "cant_invite", "cant_invite_self", "user_is_restricted",
		"ura_max_channels", "org_user_not_in_team", "invitee_cant_see_channel", "no_external_invite_permission",
		"app_cannot_join_channel", "cant_kick_self", "cant_kick_from_general", "cant_archive_general",
		"not_an_admin", "cant_update_message",
		"edit_window_closed", "not_pinnable", "too_many_pins", "too_many_bookmarks", "too_many_tabs":
		return core.Denied

	case "user_disabled", "user_not_visible", "messages_tab_disabled", "cannot_dm_bot":
		return core.Unreachable

	case "channel_not_found", "not_in_channel", "user_not_found", "users_not_found", "message_not_found", "thread_not_found", "not_found",
		"is_inactive", "no_such_subteam", "file_not_found", "file_deleted", "files_not_found", "expired_trigger_id", "trigger_expired":
		return core.NotFound

	case "name_taken", "is_archived", "already_archived", "hash_conflict", "duplicate_external_id", "exchanged_trigger_id":
		return core.Conflict

	case "not_supported", "not_implemented", "method_deprecated", "unknown_method", "paid_teams_only",
		"plan_upgrade_required", "feature_not_enabled", "not_an_enterprise", "method_not_supported_for_channel_type", "channel_type_not_supported":
		return core.Unsupported

	case "ratelimited", "rate_limited", "too_many_requests", "message_limit_exceeded":
		return core.RateLimited

	case "service_unavailable", "team_added_to_org", "external_channel_migrating", "streaming_state_conflict":
		return core.Unavailable

	case "missing_argument", "too_long", "no_text", "no_channel", "no_user", "no_item_specified", "metadata_too_large",
		"metadata_must_be_sent_from_app", "too_many_attachments", "cannot_reply_to_message", "too_many_users",
		"block_mismatch", "view_too_large":
		return core.Invalid
	}
	return ""
}
