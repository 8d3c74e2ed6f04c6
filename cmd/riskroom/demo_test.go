package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// event is a line of demo --format json. Every field is a string.
type event struct{ At, Who, Action, Where, Text string }

func playJSON(t *testing.T, args ...string) []event {
	t.Helper()
	r := program(t.Context(), nil, "", append([]string{"demo", "--format", "json"}, args...)...)
	if r.code != exitFine || r.stderr != "" {
		t.Fatalf("exit %d\n%s", r.code, r.stderr)
	}
	var events []event
	for l := range strings.Lines(r.stdout) {
		var fields map[string]string
		if err := json.Unmarshal([]byte(l), &fields); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		if len(fields) != 5 {
			t.Errorf("a line has %d fields: %s", len(fields), l)
		}
		for name, value := range fields {
			if value == "" || strings.Contains(value, "!demo.") {
				t.Errorf("%s is %q: %s", name, value, l)
			}
		}
		events = append(events, event{fields["at"], fields["who"], fields["action"], fields["where"], fields["text"]})
	}
	return events
}

// tally counts events as "action where".
func tally(events []event) map[string]int {
	n := map[string]int{}
	for _, e := range events {
		n[e.Action+" "+e.Where]++
	}
	return n
}

func wantTally(t *testing.T, events []event, want map[string]int) {
	t.Helper()
	got := tally(events)
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s: %d times, want %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if want[k] == 0 {
			t.Errorf("%s: %d times, want none", k, n)
		}
	}
}

func textOf(t *testing.T, events []event, action, where string) string {
	t.Helper()
	i := slices.IndexFunc(events, func(e event) bool { return e.Action == action && e.Where == where })
	if i < 0 {
		t.Fatalf("no %s %s among %v", action, where, events)
	}
	return events[i].Text
}

// TestDemoJSON checks that the story is the same on each platform, except that a
// group shows its risk in a badge or in the topic.
func TestDemoJSON(t *testing.T) {
	t.Parallel()
	for platform, bound := range map[string]string{"slack": `badge "Payments · R-1"`, "discord": `topic "• Payments · R-1`} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			events := playJSON(t, "--platform", platform)
			wantStory(t, events)
			if s := textOf(t, events, "create_group", storyGroup); !strings.Contains(s, bound) {
				t.Errorf("the group does not show its risk as %s: %s", bound, s)
			}
		})
	}
}

const storyGroup = "#ledger-is-off-by-one-r-1"

// storyTopic begins the name of the topic group, which ends in letters of an op.
const storyTopic = "#learned-from-ledger-is-off-by-one-"

func wantStory(t *testing.T, events []event) {
	t.Helper()
	// Two flows run when the risk is resolved, so their order varies.
	var talk []string
	events = slices.DeleteFunc(events, func(e event) bool {
		if !strings.HasPrefix(e.Where, storyTopic) {
			return false
		}
		talk = append(talk, e.Who+" "+e.Action)
		return true
	})
	if want := []string{
		"riskroom create_group", "riskroom set_group", "lin write", "riskroom send_group_message", "mei refused",
	}; !slices.Equal(talk, want) {
		t.Errorf("in the topic group %q, want %q", talk, want)
	}
	wantTally(t, events, map[string]int{
		"file #general": 1, "edit #general": 1, "send_message @lin": 2, "send_message @ana": 2, "send_message @wei": 1,
		"create_group " + storyGroup: 1, "move " + storyGroup: 2, "assign " + storyGroup: 1, "note " + storyGroup: 1,
		"change_status " + storyGroup: 1, "send_group_message " + storyGroup: 5, // a card, notes and what was resolved
	})
	members := textOf(t, events, "create_group", storyGroup)
	for _, who := range []string{"@mei", "@lin", "@ana", "@wei"} {
		if !strings.Contains(members, who) {
			t.Errorf("%s is not in the group: %s", who, members)
		}
	}
	var offsets []string
	var first time.Time
	for _, e := range events {
		at, err := time.Parse(time.RFC3339, e.At)
		if err != nil {
			t.Fatal(err)
		}
		if first.IsZero() {
			first = at
		}
		// The clock runs while the story plays.
		offsets = append(offsets, fmt.Sprintf("%s %s", at.Sub(first).Round(time.Hour), e.Action))
	}
	want := []string{
		"0s file", "0s send_message", "0s send_message", "0s edit", "12h0m0s send_message", "12h0m0s send_message",
		"23h0m0s create_group", "23h0m0s send_group_message",
		"24h0m0s move", "24h0m0s send_group_message", "24h0m0s assign", "24h0m0s note", "24h0m0s send_group_message",
		"26h0m0s move", "26h0m0s send_group_message", "50h0m0s send_message", "52h0m0s change_status", "52h0m0s send_group_message",
	}
	if !slices.Equal(offsets, want) {
		t.Errorf("what happens when:\n%s\nwant:\n%s", strings.Join(offsets, "\n"), strings.Join(want, "\n"))
	}
}

// TestDemoText checks the story in both languages and on both platforms.
func TestDemoText(t *testing.T) {
	t.Parallel()
	for play, says := range map[string][]string{
		"en slack": {
			"(Slack, emulated)", "mei types in #general: /risk new\n", "Handlers     lin, ana   ← by choosing the module (Ledger: tom)",
			"/risk edit R-1 discovered:yesterday 22:00\n", "open-a-group-after-two is due on", "changes:\n       Discovered  ",
			"riskroom to @ana, @lin:", "R-1 has waited a day: Ledger is off by one", "1 day after \"Discovered\"",
			"riskroom creates the channel #ledger-is-off-by-one-r-1", "members @ana, @lin, @wei, @mei; badge \"Payments · R-1\"",
			"│ [ Start ] [ Pass to Fix ] [ Shelve ] [ Details ]             │\n       │ [ Edit ] [ Take ] [ Add note ] ",
			"wei types in #ledger-is-off-by-one-r-1: /risk pass lin", "now handled by: lin", "Notes  lin, ", "has been at its node for 1 day",
			"wei types in #ledger-is-off-by-one-r-1: /risk resolve The", "R-1: Pending → Resolved", "       [ Reopen ] [ Details ]\n",
			"took it (before: lin, ana)", "Everything stays in memory",
		},
		"zh-CN slack": {
			"mei 在 #general 输入：/risk 填报\n", "林晓、安娜   ← 选择模块后自动带出（账务：唐明）", "/risk 编辑 R-1 发现日期:昨天 22:00\n",
			"riskroom 发给 @安娜、@林晓", "R-1 已等待一天", "成员 @安娜、@林晓、@魏然、@mei", "[ 开始处理 ] [ 流转至修复 ] [ 搁置 ] [ 详情 ]",
			"/risk 流转 林晓", "/risk 领取\n", "在当前节点已停留 1 天", "R-1：待处理 → 已处理", "[ 重新打开 ] [ 详情 ]", "领取了该风险", "所有数据都在内存中",
		},
		"en discord": {
			"(Discord, emulated)", "mei types in #general: /risk new\n", "Module       Payments", "[ Continue ] [ File ]",
			"riskroom to @ana, @lin:", "│ Status       Pending", "│ Handlers     @lin, @ana",
			"members @lin, @ana, @wei, @mei; topic \"• Payments · R-1", "│ [ Start ] [ Pass to Fix ] [ Shelve ] [ Details ]",
			"/risk edit key:R-1 discovered:yesterday 22:00\n", "/risk take\n", "/risk resolve note:The", "only lin sees:",
			"R-1: Pending → Resolved", "       [ Reopen ] [ Details ]\n", "took it (before: lin, ana)",
		},
		"zh-CN discord": {
			"模拟的 Discord 工作区", "/risk new\n", "[ 继续 ] [ 提交 ]", "│ 状态        待处理", "riskroom 发给 @安娜、@林晓",
			"成员 @林晓、@安娜、@魏然、@mei", "[ 开始处理 ] [ 流转至修复 ] [ 搁置 ] [ 详情 ]", "R-1：待处理 → 已处理", "[ 重新打开 ] [ 详情 ]",
		},
	} {
		t.Run(play, func(t *testing.T) {
			t.Parallel()
			lang, platform, _ := strings.Cut(play, " ")
			env := map[string]string{"LC_ALL": strings.ReplaceAll(lang, "-", "_") + ".UTF-8"}
			r := program(t.Context(), env, "", "demo", "--play", "--platform", platform)
			if r.code != exitFine || r.stderr != "" {
				t.Fatalf("exit %d\n%s", r.code, r.stderr)
			}
			for _, s := range says {
				if !strings.Contains(r.stdout, s) {
					t.Errorf("the story does not say %q", s)
				}
			}
			if strings.ContainsAny(r.stdout, "\x1b!") {
				t.Error("the story contains escapes or a missing text")
			}
			if t.Failed() {
				t.Log(r.stdout)
			}
		})
	}
}

// TestDemoPlatforms plays a file with workspaces on both platforms. Risks are filed
// on --platform.
func TestDemoPlatforms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		slack, discord string // what follows a place in that workspace: nothing where risks are filed
		args           []string
	}{
		{"left out", "", " (guild)", []string{"--config", "testdata/both.yaml"}},
		{"slack", "", " (guild)", []string{"--config", "testdata/both.yaml", "--platform", "slack"}},
		{"discord", " (acme)", "", []string{"--config", "testdata/both.yaml", "--platform", "discord"}},
		{"the only one", "", "", []string{"--config", "testdata/guild.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const group = "#a-risk-in-payments-r-1"
			want := map[string]int{
				"file #general": 1, "send_message @lin": 1, "send_message @mei": 1,
				"send_message @oncall-1" + c.discord: 1, "send_message @oncall-2" + c.discord: 1, "send_message @wei" + c.slack: 1,
				"create_group " + group: 1, "send_group_message " + group: 1, "change_status " + group: 1,
			}
			if c.discord != "" { // the two people in a guild's role can't be added to a group on Slack, nor mentioned there: both is recorded, and wei is notified once
				want["skip R-1"], want["send_message @wei"] = 2, 2
			}
			wantTally(t, playJSON(t, c.args...), want)
		})
	}
}

// TestDemoConfig plays what an admin might write: in Chinese, with own fields, in
// another zone, and without secrets.
func TestDemoConfig(t *testing.T) {
	t.Parallel()
	const first, second = "核心账务-核心账务模块的一条风险-fx-1", "外部渠道-外部渠道模块的一条风险-fx-2"
	events := playJSON(t, "--config", "testdata/admin.yaml")
	wantTally(t, events, map[string]int{
		"file #general":            2,
		"send_message @王芳":         1,
		"send_message @值班-1":       1,
		"send_message @值班-2":       1,
		"send_message @赵雷":         2, // as the handler of one risk and as the lead of the other
		"send_message @钱进":         1,
		"create_group #" + first:   1,
		"create_group #" + second:  1,
		"set_group #" + first:      1,
		"set_group #" + second:     1,
		"change_status #" + first:  1,
		"change_status #" + second: 1,
		"skip FX-1":                1,
		"skip FX-2":                1,

		"send_group_message #c0admin":   2,
		"send_group_message #" + first:  1,
		"send_group_message #" + second: 1,
	})
	if s := textOf(t, events, "create_group", "#"+first); !strings.Contains(s, "成员 @王芳、@值班-1、@值班-2、@风控-1、@赵雷") || strings.Contains(s, "影响") {
		t.Errorf("the group: %s", s)
	}
	if s := textOf(t, events, "set_group", "#"+first); !strings.Contains(s, "影响：单个客户") {
		t.Errorf("the change of the group: %s", s)
	}
	if s := textOf(t, events, "skip", "FX-1"); !strings.Contains(s, "处理中提醒") || !strings.Contains(s, "待处理") {
		t.Errorf("the reason of the skip: %s", s)
	}
	if who := events[0].Who; who != "风控-1" {
		t.Errorf("filed by %s, who must not file", who)
	}
	if !strings.HasSuffix(events[0].At, "-05:00") && !strings.HasSuffix(events[0].At, "-04:00") {
		t.Errorf("the hour is not that of the file's zone: %s", events[0].At)
	}
}

// TestDemoWorkspaces checks that a place has its name at that time, with the
// workspace in brackets unless risks are filed there.
func TestDemoWorkspaces(t *testing.T) {
	t.Parallel()
	events := playJSON(t, "--config", "testdata/workspaces.yaml")
	wantTally(t, events, map[string]int{
		"file #general":             2,
		"send_message @lin":         1,
		"send_message @wei":         3, // one reports that nobody could be invited
		"send_message @u0elsewhere": 1,

		"send_message @the-first-of-two-groups-1 (labs)":  1,
		"send_message @the-first-of-two-groups-2 (labs)":  1,
		"send_message @the-second-of-two-groups-1 (labs)": 1,
		"send_message @the-second-of-two-groups-2 (labs)": 1,

		"create_group #about-a-risk-in-payments-r-1 (labs)":       1,
		"create_group #about-a-risk-in-nobody-s-r-2 (labs)":       1,
		"send_group_message #about-a-risk-in-payments-r-1 (labs)": 1,
		"send_group_message #about-a-risk-in-nobody-s-r-2 (labs)": 1,
		"set_group #renamed-r-1 (labs)":                           1,
		"set_group #renamed-r-2 (labs)":                           1,
		"change_status #general":                                  2,
		"skip R-2":                                                1,
	})
	if s := textOf(t, events, "create_group", "#about-a-risk-in-nobody-s-r-2 (labs)"); !strings.HasPrefix(s, "no members; badge") {
		t.Errorf("a group without members: %s", s)
	}
	r := program(t.Context(), nil, "", "demo", "--play", "--config", "testdata/workspaces.yaml")
	for l := range strings.Lines(r.stdout) {
		if len([]rune(strings.TrimSpace(l))) > 78 {
			t.Errorf("a line of %d characters: %s", len([]rune(l)), l)
		}
	}
	if !strings.Contains(r.stdout, "riskroom pins a message in #about-a-risk-in-payments-r-1 (labs)") {
		t.Errorf("the story lacks the badge in the group with its first name:\n%s", r.stdout)
	}
}

// TestDemoProcess checks that risks are passed on to the last node and resolved there.
func TestDemoProcess(t *testing.T) {
	t.Parallel()
	for file, says := range map[string][]string{
		"../../configs/process.yaml":  {"R-2 has waited a day at Triage", "-r-1: /risk pass\n", "Pass to Review", "2 of 3: Fix", "wei resolved R-2"},
		"testdata/process-guild.yaml": {"R-1 has waited a day at Triage", "/risk pass", "2 of 2: Review", "Resolved since"},
	} {
		r := program(t.Context(), nil, "", "demo", "--play", "--config", file)
		for _, s := range says {
			if r.code != exitFine || !strings.Contains(r.stdout, s) {
				t.Errorf("%s: exit %d, does not say %q\n%s%s", file, r.code, s, r.stdout, r.stderr)
				break
			}
		}
	}
}

// TestDemoNamesBothPlatforms checks the first line if a file has both platforms.
func TestDemoNamesBothPlatforms(t *testing.T) {
	t.Parallel()
	for lang, says := range map[string]string{"en": "(Discord and Slack, emulated)\n", "zh-CN": "（模拟的 Discord 和 Slack 工作区）\n"} {
		r := program(t.Context(), nil, "", "demo", "--play", "--platform", "discord", "--lang", lang, "--config", "testdata/both.yaml")
		if r.code != exitFine || !strings.Contains(r.stdout, says) {
			t.Errorf("exit %d, does not say %q\n%s%s", r.code, says, r.stdout, r.stderr)
		}
	}
}

func TestDemoRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"demo", "--config", "testdata/bad.yaml"}, exitFailed, "5 errors; nothing was played"},
		{[]string{"demo", "--lang", "fr"}, exitMisused, `"fr" is not one of en, zh-CN`},
		{[]string{"demo", "--format", "yaml"}, exitMisused, `"yaml" is not one of text, json`},
		{[]string{"demo", "--platform", "teams"}, exitMisused, `"teams" is not one of slack, discord`},
		{[]string{"demo", "--platform", "discord", "--config", "testdata/good.yaml"}, exitMisused, "testdata/good.yaml has no such workspace, only acme (slack); leave --platform out"},
		{[]string{"demo", "--platform", "slack", "--config", "testdata/guild.yaml", "--play"}, exitMisused, "has no such workspace, only guild (discord)"},
		{[]string{"demo", "--config", "testdata/absent.yaml"}, exitMisused, "no such file"},
	} {
		r := program(t.Context(), nil, "", c.args...)
		if r.code != c.code || !strings.Contains(r.stderr, c.says) || r.stdout != "" {
			t.Errorf("%v: exit %d\n%s%s", c.args, r.code, r.stdout, r.stderr)
		}
	}
}
