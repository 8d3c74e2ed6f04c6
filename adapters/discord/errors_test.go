package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

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
		{"", 404, core.NotFound, core.None, []int{10003, 10007, 10008, 10009, 10011, 10013}},
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
			err := classify(r.method, &refusal{status: r.status, code: code}, true)
			if core.KindOf(err) != r.kind || core.EffectOf(err) != r.effect {
				t.Errorf("%s %d is %s/%s, want %s/%s", r.method, code, core.KindOf(err), core.EffectOf(err), r.kind, r.effect)
			}
			if err := classify(r.method, &refusal{status: r.status, code: code}, false); core.EffectOf(err) != core.None {
				t.Errorf("%s %d: reading has an effect", r.method, code)
			}
		}
	}
}

func TestMeaningOfTransportErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		kind   core.Kind
		effect core.Effect
		detail string
	}{
		{&lineError{err: errors.New("refused")}, core.Unavailable, core.None, "no_connection"},
		{&lineError{sent: true, err: errors.New("EOF")}, core.Unavailable, core.Maybe, "connection_lost"},
		{&lineError{sent: true, err: fmt.Errorf("read: %w", context.DeadlineExceeded)}, core.Unavailable, core.Maybe, "timeout"},
		{&lineError{sent: true, err: context.Canceled}, core.Unavailable, core.Maybe, "canceled"},
		{&tooMany{}, core.RateLimited, core.None, "http_429"},
		{&statusError{status: 500}, core.Unavailable, core.Maybe, "http_500"},
		{&statusError{status: 502}, core.Unavailable, core.Maybe, "http_502"},
		{&statusError{status: 401}, core.Unauthorized, core.None, "http_401"},
		{&statusError{status: 403}, core.Denied, core.None, "http_403"},
		{&statusError{status: 413}, core.Invalid, core.None, "http_413"},
		{&statusError{status: 400}, core.Unknown, core.None, "http_400"},
		{&statusError{status: 302}, core.Unknown, core.Maybe, "http_302"},
		{&held{kind: core.Unavailable, detail: "too_many_refusals", wait: time.Minute}, core.Unavailable, core.None, "too_many_refusals"},
		{errHollow, core.Unknown, core.Maybe, "bad_answer"},
		{&refusal{status: 400, code: 50035, at: "name:BASE_TYPE_REQUIRED"}, core.Invalid, core.None, "50035:name:BASE_TYPE_REQUIRED"},
	} {
		err := classify("create_message", c.err, true)
		if core.KindOf(err) != c.kind || core.EffectOf(err) != c.effect || core.DetailOf(err) != c.detail {
			t.Errorf("%v is %s/%s %q, want %s/%s %q", c.err,
				core.KindOf(err), core.EffectOf(err), core.DetailOf(err), c.kind, c.effect, c.detail)
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want time.Duration
	}{
		{&tooMany{wait: 7 * time.Second}, 7 * time.Second},
		{&tooMany{}, waitUnsaid},
		{&refusal{status: 403, code: 40003}, waitUnsaid},
		{&refusal{status: 403, code: 20016, wait: 3 * time.Second}, 3 * time.Second},
		{&refusal{status: 503, code: 130000}, waitOutages},
		{&statusError{status: 503, wait: time.Minute}, time.Minute},
		{&held{kind: core.RateLimited, wait: time.Second}, time.Second},
		{&refusal{status: 403, code: 50013}, 0},
	} {
		if got := core.RetryAfterOf(classify("x", c.err, true)); got != c.want {
			t.Errorf("%v asks to wait %v, want %v", c.err, got, c.want)
		}
	}
}

// TestAlreadyDone holds the codes that count as success.
func TestAlreadyDone(t *testing.T) {
	t.Parallel()
	err := error(&refusal{code: 10009})
	if got := unless(err, 10003, 10009); got != nil {
		t.Errorf("%v is not done", got)
	}
	if got := unless(err, 10003); got != err {
		t.Errorf("%v counts as done", err)
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
			t.Errorf("%s is told as %q, want %q", tree, got, want)
		}
	}
	if got := firstProblem(json.RawMessage(`{"` + strings.Repeat("长", 500) + `":{"_errors":[{"code":"X"}]}}`)); len(got) > maxProblem {
		t.Errorf("%d bytes are told", len(got))
	}
}

func TestJudging(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer *http.Response
		body   string
		want   error
	}{
		"429 with all":   {answer(429, "Retry-After", "8", "X-RateLimit-Reset-After", "9"), `{"retry_after":7.5,"global":false}`, &tooMany{wait: 7500 * time.Millisecond}},
		"429, header":    {answer(429, "Retry-After", "8"), `{"message":"x"}`, &tooMany{wait: 8 * time.Second}},
		"429, reset":     {answer(429, "X-RateLimit-Reset-After", "9.5"), `{"message":"x"}`, &tooMany{wait: 9500 * time.Millisecond}},
		"429 of all":     {answer(429), `{"retry_after":2,"global":true}`, &tooMany{wait: 2 * time.Second, all: true}},
		"429 of a proxy": {answer(429), `<html>`, &tooMany{all: true}},
		"429, nonsense":  {answer(429, "Retry-After", "soon"), `{"retry_after":-3}`, &tooMany{}},
		"502 of a proxy": {answer(502), `<html>`, &statusError{status: 502}},
		"no code":        {answer(401), `{"message":"401: Unauthorized","code":0}`, &statusError{status: 401}},
		"a code":         {answer(403), `{"message":"Missing Access","code":50001}`, &refusal{status: 403, code: 50001}},
		"a form": {answer(400), `{"code":50035,"errors":{"name":{"_errors":[{"code":"X"}]}}}`,
			&refusal{status: 400, code: 50035, at: "name:X"}},
		"good": {answer(204), ``, nil},
	} {
		got := judge(c.answer, []byte(c.body))
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) || fmt.Sprintf("%T", got) != fmt.Sprintf("%T", c.want) {
			t.Errorf("%s is %+v", name, got)
		}
		if a, ok := got.(*tooMany); ok && *a != *c.want.(*tooMany) {
			t.Errorf("%s is %+v, want %+v", name, a, c.want)
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	bucket := func(t *testing.T, r Rates, method string) core.Bucket {
		t.Helper()
		a, err := New(Config{Workspace: "guild", BotToken: "x", GuildID: "80351110224678912", Rates: r})
		if err != nil {
			t.Fatal(err)
		}
		return a.cost("C1", method)[0]
	}
	for method, want := range map[string]core.Bucket{
		"create_message": {Scope: "C1", N: 5, Window: 5 * time.Second}, "update_channel": {Scope: "C1", N: 10, Window: 15 * time.Second},
		NamePerChannel: {Scope: "C1", N: 2, Window: 10 * time.Minute}, "get_guild_member": {N: 5, Window: time.Second},
		"create_dm": {N: 10, Window: 10 * time.Second}, "get_my_user": {}, "get_channel": {Scope: "C1"},
		Global: {N: 50, Window: time.Second},
	} {
		want.Workspace, want.Name = "guild", method
		if got := bucket(t, Rates{}, method); got != want {
			t.Errorf("%s costs %v, want %v", method, got, want)
		}
	}
	own := Rates{Methods: map[string]Rate{"create_pin": {N: 3, Window: time.Minute}}}
	if got := bucket(t, own, "create_pin"); got.N != 3 || got.Window != time.Minute {
		t.Errorf("an own rate is not taken: %v", got)
	}
	all := core.Bucket{Workspace: "guild", Name: Global, N: 50, Window: time.Second, All: true}
	for calls, methods := range map[int][]string{1: {"create_pin"}, 2: {"get_channel", "update_channel", NamePerChannel}} {
		got := own.Cost("guild", "C1", methods...)
		if n := len(got) - len(methods); n != calls || !slices.Equal(got[len(methods):], slices.Repeat([]core.Bucket{all}, calls)) {
			t.Errorf("%q cost %v, want %d of all calls", methods, got, calls)
		}
	}
	own.Unlimited = true
	if got := bucket(t, own, "create_pin"); got.N != 0 {
		t.Errorf("unlimited has a limit: %v", got)
	}
}

func TestAuditReason(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"riskroom abc": "riskroom%20abc", "line\nbreak": "line%0Abreak", "账": "%E8%B4%A6", "100%": "100%25",
		strings.Repeat("账", 200): strings.Repeat("%E8%B4%A6", 56),
	} {
		if got := auditReason(s); got != want {
			t.Errorf("%q is sent as %q, want %q", s, got, want)
		}
	}
}
