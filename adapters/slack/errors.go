package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"riskroom/core"
)

// How long to wait where Slack asks to wait and does not say how long.
const (
	waitUnsaid  = 30 * time.Second
	waitQuota   = 10 * time.Minute // message_limit_exceeded: the workspace's quota is used up
	waitOutages = 5 * time.Second
)

// lineError is a call that got no answer, or none that can be read.
type lineError struct {
	sent bool // the request may have arrived
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// statusError is an answer with an HTTP status other than 200.
type statusError struct {
	status int
	wait   time.Duration
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d", e.status) }

// refusal is an answer of ok:false, or one of several outcomes in it.
type refusal struct {
	code   string // Slack's error code; empty where it gives none
	needed string // the scopes that are missing, for missing_scope
	wait   time.Duration
}

func (e *refusal) Error() string { return cmp.Or(e.code, "refused without a reason") }

// errHollow is an answer of ok:true that lacks what it must hold.
var errHollow = errors.New("the answer holds no ID")

// classify returns err, which a call of method ended with, as *core.Error.
// Reads have no effect, whatever happens to them.
func classify(method string, err error, write bool) error {
	if err == nil {
		return nil
	}
	e := &core.Error{Op: "slack: " + method, Effect: core.None}
	switch err := err.(type) {
	case *refusal:
		e.Kind, e.Effect = meaning(method, err.code)
		e.Detail = err.code
		switch {
		case err.code == "":
			e.Detail = "empty_answer"
		case err.needed != "":
			e.Detail += ":" + err.needed
		}
		e.RetryAfter = wait(e.Kind, err.code, err.wait)
	case *statusError:
		e.Kind, e.Effect = meaningOfStatus(err.status)
		e.Detail = fmt.Sprintf("http_%d", err.status)
		e.RetryAfter = wait(e.Kind, "", err.wait)
	case *lineError:
		e.Kind, e.Err, e.Detail = core.Unavailable, err, lineDetail(err)
		if err.sent {
			e.Effect = core.Maybe
		}
	default:
		e.Kind, e.Effect, e.Err, e.Detail = core.Unknown, core.Maybe, err, "bad_answer"
	}
	if !write {
		e.Effect = core.None
	}
	return e
}

func wait(kind core.Kind, code string, said time.Duration) time.Duration {
	switch {
	case said > 0:
		return said
	case code == "message_limit_exceeded":
		return waitQuota
	case kind == core.RateLimited:
		return waitUnsaid
	case kind == core.Unavailable:
		return waitOutages
	}
	return 0
}

func lineDetail(err *lineError) string {
	timeout, isNet := errors.AsType[net.Error](err.err)
	switch {
	case !err.sent:
		return "no_connection"
	case errors.Is(err.err, context.DeadlineExceeded), isNet && timeout.Timeout():
		return "timeout"
	case errors.Is(err.err, context.Canceled):
		return "canceled"
	}
	return "connection_lost"
}

func meaningOfStatus(status int) (core.Kind, core.Effect) {
	switch {
	case status == http.StatusTooManyRequests:
		return core.RateLimited, core.None
	case status >= 500:
		return core.Unavailable, core.Maybe
	case status == http.StatusUnauthorized:
		return core.Unauthorized, core.None
	case status == http.StatusForbidden:
		return core.Denied, core.None
	case status == http.StatusRequestEntityTooLarge:
		return core.Invalid, core.None
	}
	return core.Unknown, core.Maybe
}

// meaning says what one of Slack's error codes means. The codes of a method
// stand on its page below https://docs.slack.dev/reference/methods/.
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
		"app_cannot_join_channel", "cant_kick_self", "cant_kick_from_general", "cant_update_message",
		"edit_window_closed", "not_pinnable", "too_many_pins", "too_many_bookmarks", "too_many_tabs":
		return core.Denied

	case "user_disabled", "user_not_visible", "messages_tab_disabled", "cannot_dm_bot":
		return core.Unreachable

	case "channel_not_found", "not_in_channel", "user_not_found", "users_not_found", "message_not_found", "not_found",
		"is_inactive", "no_such_subteam":
		return core.NotFound

	case "name_taken", "is_archived":
		return core.Conflict

	case "not_supported", "not_implemented", "method_deprecated", "unknown_method", "paid_teams_only",
		"plan_upgrade_required", "method_not_supported_for_channel_type", "channel_type_not_supported":
		return core.Unsupported

	case "ratelimited", "rate_limited", "too_many_requests", "message_limit_exceeded":
		return core.RateLimited

	case "service_unavailable", "team_added_to_org", "external_channel_migrating", "streaming_state_conflict":
		return core.Unavailable

	case "missing_argument", "too_long", "no_text", "no_channel", "no_user", "no_item_specified", "metadata_too_large",
		"metadata_must_be_sent_from_app", "too_many_attachments", "cannot_reply_to_message", "too_many_users",
		"block_mismatch":
		return core.Invalid
	}
	return ""
}

// lostGroup tells whether err says that the group itself cannot be reached, so
// that nothing else can be done in it either.
func lostGroup(err error) bool {
	switch core.DetailOf(err) {
	case "channel_not_found", "not_in_channel", "is_archived":
		return true
	}
	return false
}

// unless returns nil where err is a refusal with one of the codes: the call
// found done what it was to do.
func unless(err error, codes ...string) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		for _, code := range codes {
			if r.code == code {
				return nil
			}
		}
	}
	return err
}
