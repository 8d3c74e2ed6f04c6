package api

import (
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

func TestMeaningOfCodes(t *testing.T) {
	t.Parallel()
	type row struct {
		method string
		kind   core.Kind
		effect core.Effect
		codes  []string
	}
	for _, r := range []row{
		{"", core.Unauthorized, core.None, []string{
			"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type",
			"org_login_required", "ekm_access_denied", "two_factor_setup_required", "enterprise_is_restricted", "accesslimited",
		}},
		{"", core.Denied, core.None, []string{"missing_scope", "no_permission", "access_denied"}},
		{"", core.Invalid, core.None, []string{"invalid_arguments", "invalid_arg_name", "invalid_charset", "invalid_post_type"}},
		{"", core.Unsupported, core.None, []string{"method_deprecated", "unknown_method"}},
		{"", core.RateLimited, core.None, []string{"ratelimited", "rate_limited"}},
		{"", core.Unavailable, core.None, []string{"service_unavailable", "team_added_to_org"}},
		{"", core.Unavailable, core.Maybe, []string{"fatal_error", "internal_error", "request_timeout"}},
		{"", core.Unknown, core.None, []string{"something_new"}},
		{"", core.Unknown, core.Maybe, []string{""}},

		{"conversations.create", core.Conflict, core.None, []string{"name_taken"}},
		{"conversations.create", core.Denied, core.None, []string{"restricted_action", "cannot_create_channel", "canvas_disabled_user_team"}},
		{"conversations.create", core.Invalid, core.None, []string{
			"invalid_name", "invalid_name_required", "invalid_name_punctuation", "invalid_name_maxlength", "invalid_name_specials",
			"no_channel", "missing_argument",
		}},
		{"conversations.invite", core.Unavailable, core.None, []string{"external_channel_migrating"}},
		{"conversations.invite", core.NotFound, core.None, []string{"channel_not_found", "not_in_channel", "user_not_found"}},
		{"conversations.invite", core.Conflict, core.None, []string{"is_archived"}},
		{"conversations.invite", core.Denied, core.None, []string{
			"cant_invite", "user_is_restricted", "ura_max_channels", "org_user_not_in_team", "invitee_cant_see_channel",
			"no_external_invite_permission", "app_cannot_join_channel",
		}},
		{"conversations.kick", core.Denied, core.None, []string{"cant_kick_self", "cant_kick_from_general", "restricted_action"}},
		{"conversations.kick", core.Unsupported, core.None, []string{"not_supported"}},
		{"conversations.rename", core.Denied, core.None, []string{"not_authorized", "restricted_action"}},
		{"conversations.setTopic", core.Invalid, core.None, []string{"too_long"}},
		{"conversations.open", core.Unreachable, core.None, []string{"user_not_found", "user_disabled", "user_not_visible"}},
		{"conversations.open", core.Invalid, core.None, []string{"too_many_users", "invalid_user_combination"}},
		{"chat.postMessage", core.RateLimited, core.None, []string{"rate_limited", "message_limit_exceeded"}},
		{"chat.postMessage", core.Invalid, core.None, []string{
			"msg_too_long", "msg_blocks_too_long", "no_text", "invalid_blocks", "invalid_blocks_format", "invalid_metadata_format",
			"invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app", "too_many_attachments",
			"cannot_reply_to_message",
		}},
		{"chat.postMessage", core.Denied, core.None, []string{"restricted_action", "restricted_action_read_only_channel"}},
		{"chat.postMessage", core.Unreachable, core.None, []string{"messages_tab_disabled"}},
		{"chat.update", core.NotFound, core.None, []string{"message_not_found", "thread_not_found", "is_inactive"}},
		{"chat.update", core.Denied, core.None, []string{"cant_update_message", "edit_window_closed"}},
		{"chat.update", core.Invalid, core.None, []string{"block_mismatch"}},
		{"chat.update", core.Unavailable, core.None, []string{"streaming_state_conflict"}},
		{"chat.update", core.Unavailable, core.Maybe, []string{"update_failed"}},
		{"pins.add", core.Denied, core.None, []string{"too_many_pins", "not_pinnable"}},
		{"bookmarks.add", core.RateLimited, core.None, []string{"too_many_requests"}},
		{"bookmarks.add", core.Denied, core.None, []string{"too_many_bookmarks", "too_many_tabs", "permission_denied"}},
		{"bookmarks.add", core.Invalid, core.None, []string{"invalid_link"}},
		{"bookmarks.add", core.Unsupported, core.None, []string{"not_implemented"}},
		{"usergroups.list", core.Unsupported, core.None, []string{"paid_teams_only", "plan_upgrade_required"}},
		{"users.lookupByEmail", core.NotFound, core.None, []string{"users_not_found"}},
	} {
		for _, code := range r.codes {
			err := refused(r.method, code, "", 0)
			if core.KindOf(err) != r.kind || core.EffectOf(err) != r.effect {
				t.Errorf("%s %q is %s/%s, want %s/%s", r.method, code, core.KindOf(err), core.EffectOf(err), r.kind, r.effect)
			}
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code       string
		said, want time.Duration
	}{
		{"ratelimited", 0, 30 * time.Second},
		{"ratelimited", 3 * time.Second, 3 * time.Second},
		{"message_limit_exceeded", 0, waitQuota},
		{"message_limit_exceeded", time.Minute, time.Minute},
		{"service_unavailable", 0, 5 * time.Second},
		{"cant_invite", 0, 0},
	} {
		if got := refused("x", c.code, "", c.said).RetryAfter; got != c.want {
			t.Errorf("%s asks to wait %v, want %v", c.code, got, c.want)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	bucket := func(t *testing.T, r rest.Rates, method string) core.Bucket {
		t.Helper()
		return client(t, Config{Rates: r}).Cost(method)[0]
	}
	for method, n := range map[string]int{
		"conversations.create": 20, "conversations.setTopic": 20, "pins.add": 20, "bookmarks.add": 20,
		"conversations.invite": 50, "conversations.info": 50, "chat.update": 50, "conversations.history": 50,
		"conversations.open": 50, "users.conversations": 50, "users.info": 100, "views.open": 100, "views.update": 100,
	} {
		want := core.Bucket{Workspace: "acme", Name: method, N: n, Window: time.Minute}
		if got := bucket(t, rest.Rates{}, method); got != want {
			t.Errorf("%s costs %v, want %v", method, got, want)
		}
	}
	own := rest.Rates{Methods: map[string]rest.Rate{"pins.add": {N: 3, Window: time.Second}}}
	if got := bucket(t, own, "pins.add"); got.N != 3 || got.Window != time.Second {
		t.Errorf("an own rate is not taken: %v", got)
	}
	own.Unlimited = true
	if got := bucket(t, own, "pins.add"); got.N != 0 {
		t.Errorf("unlimited has a limit: %v", got)
	}
}

func TestPostingCostsChannelAndWorkspace(t *testing.T) {
	t.Parallel()
	got := client(t, Config{}).PostCost("C1")
	want := []core.Bucket{
		{Workspace: "acme", Name: "chat.postMessage", N: 300, Window: time.Minute},
		{Workspace: "acme", Name: "chat.postMessage", Scope: "C1", N: 1, Window: time.Second},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("posting costs %v, want %v", got, want)
	}
}
