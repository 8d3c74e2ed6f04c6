package api

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

func TestMeaningOfCodes(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		method string
		status int
		kind   core.Kind
		effect core.Effect
		codes  []int
	}{
		{"", 401, core.Unauthorized, core.None, []int{40001, 50014, 40002}},
		{"", 404, core.Unauthorized, core.None, []int{10004}},
		{"", 403, core.Denied, core.None, []int{50013, 40007, 50005, 50021, 50003, 60003, 99999}},
		{"", 400, core.Denied, core.None, []int{30003, 30005, 30013, 30033, 30060, 30061, 160006, 50074}},
		{"", 400, core.Invalid, core.None, []int{50035, 50109, 20031, 40005, 50006}},
		{"", 400, core.Unsupported, core.None, []int{50008, 50024}},
		{"", 404, core.NotFound, core.None, []int{10003, 10007, 10008, 10009, 10011, 10013, 10015, 10062}},
		{"", 401, core.NotFound, core.None, []int{50027}},
		{"", 400, core.Conflict, core.None, []int{40060}},
		{"", 403, core.NotFound, core.None, []int{50001}},
		{"", 403, core.RateLimited, core.None, []int{20016, 20028, 20029, 40003, 40062}},
		{"", 503, core.Unavailable, core.None, []int{130000}},
		{"", 403, core.Unavailable, core.None, []int{40333}},
		{"", 500, core.Unavailable, core.Maybe, []int{99999}},
		{"", 400, core.Unknown, core.None, []int{99999}},

		{"create_message", 403, core.Unreachable, core.None, []int{50007, 50278}},
		{"create_dm", 400, core.Unreachable, core.None, []int{50033, 10013, 50007}},
		{"get_guild", 403, core.Unauthorized, core.None, []int{50001}},
		{"list_guild_channels", 403, core.Unauthorized, core.None, []int{50001}},
		{"list_guild_members", 403, core.Denied, core.None, []int{50001}},
		{"list_guild_application_commands", 403, core.Denied, core.None, []int{50001}},
		{"create_guild_channel", 403, core.NotFound, core.None, []int{50001}},
	} {
		for _, code := range r.codes {
			err := refused(r.method, r.status, code, "", 0)
			if core.KindOf(err) != r.kind || core.EffectOf(err) != r.effect {
				t.Errorf("%s %d is %s/%s, want %s/%s", r.method, code, core.KindOf(err), core.EffectOf(err), r.kind, r.effect)
			}
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status, code int
		said, want   time.Duration
	}{
		{403, 40003, 0, 30 * time.Second},
		{403, 20016, 3 * time.Second, 3 * time.Second},
		{503, 130000, 0, 5 * time.Second},
		{503, 0, time.Minute, time.Minute},
		{403, 50013, 0, 0},
	} {
		if got := refused("x", c.status, c.code, "", c.said).RetryAfter; got != c.want {
			t.Errorf("%d, %d asks to wait %v, want %v", c.status, c.code, got, c.want)
		}
	}
}

// TestProblemsOfForms: the path and the code are told, what was sent is not.
func TestProblemsOfForms(t *testing.T) {
	t.Parallel()
	for tree, want := range map[string]string{
		`{"name":{"_errors":[{"code":"BASE_TYPE_REQUIRED","message":"secret"}]}}`: "name:BASE_TYPE_REQUIRED",
		`{"embeds":{"0":{"title":{"_errors":[{"code":"MAX"}]}},"1":{}}}`:          "embeds.0.title:MAX",
		`{"_errors":[{"code":"DICT_TYPE_CONVERT"}]}`:                              ":DICT_TYPE_CONVERT",
		`{"a":{},"b":{"_errors":[]},"c":{"_errors":[{"code":"X"}]}}`:              "c:X",
		`[]`: "", `{}`: "", `null`: "", ``: "", `{"a":7}`: "",
	} {
		if got := firstProblem(json.RawMessage(tree)); got != want {
			t.Errorf("%s becomes %q, want %q", tree, got, want)
		}
	}
	if got := firstProblem(json.RawMessage(`{"` + strings.Repeat("长", 500) + `":{"_errors":[{"code":"X"}]}}`)); len(got) > maxProblem {
		t.Errorf("%d bytes are told", len(got))
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	bucket := func(t *testing.T, r rest.Rates, method string) core.Bucket {
		t.Helper()
		return client(t, Config{Rates: r}).Cost("C1", method)[0]
	}
	for method, want := range map[string]core.Bucket{
		"create_message": {Scope: "C1", N: 5, Window: 5 * time.Second}, "update_channel": {Scope: "C1", N: 10, Window: 15 * time.Second},
		NamePerChannel: {Scope: "C1", N: 2, Window: 10 * time.Minute}, "get_guild_member": {N: 5, Window: time.Second},
		"create_dm": {N: 10, Window: 10 * time.Second}, "get_my_user": {}, "get_channel": {Scope: "C1"},
		Global: {N: 50, Window: time.Second},
	} {
		want.Workspace, want.Name = "guild", method
		if got := bucket(t, rest.Rates{}, method); got != want {
			t.Errorf("%s costs %v, want %v", method, got, want)
		}
	}
	own := rest.Rates{Methods: map[string]rest.Rate{"create_pin": {N: 3, Window: time.Minute}}}
	if got := bucket(t, own, "create_pin"); got.N != 3 || got.Window != time.Minute {
		t.Errorf("an own rate is not taken: %v", got)
	}
	all := core.Bucket{Workspace: "guild", Name: Global, N: 50, Window: time.Second, All: true}
	for calls, methods := range map[int][]string{1: {"create_pin"}, 2: {"get_channel", "update_channel", NamePerChannel}} {
		got := client(t, Config{Rates: own}).Cost("C1", methods...)
		if n := len(got) - len(methods); n != calls || !slices.Equal(got[len(methods):], slices.Repeat([]core.Bucket{all}, calls)) {
			t.Errorf("%q cost %v, want %d of all calls", methods, got, calls)
		}
	}
	own.Unlimited = true
	if got := bucket(t, own, "create_pin"); got.N != 0 {
		t.Errorf("unlimited has a limit: %v", got)
	}
}
