package config

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/flow"
)

var update = flag.Bool("update", false, "write the expected files anew")

// forumLike is a platform as an adapter describes it.
func forumLike() core.PlatformSettings {
	native := core.Ability{Support: core.Native}
	return core.PlatformSettings{
		Platform: "forum",
		Settings: []core.Setting{
			{Key: "bot_token", Secret: true, Required: true, Pattern: "^xoxb-", Form: "xoxb-…", Doc: "The bot user's token."},
			{Key: "app_token", Secret: true, Pattern: "^xapp-", Form: "xapp-…", Doc: "An app-level token: events come over a socket."},
			{Key: "signing_secret", Secret: true, Pattern: "^[0-9a-f]{32}$", Form: "32 hexadecimal digits", Doc: "Signs what comes over HTTP."},
			{Key: "team_id", Pattern: "^T[A-Z0-9]+$", Form: "T0123ABCD", Doc: "The workspace's ID."},
		},
		AnyOf: []string{"app_token", "signing_secret"},
		Capabilities: core.Capabilities{
			Platform: "forum",
			Groups: map[core.GroupType]core.Ability{
				core.Ordinary: native, core.Item: native,
				core.Topic: {Support: core.Lacking, Why: "Topic groups are not built yet."},
			},
			Set: map[core.Part]core.Ability{
				core.PartName: native, core.PartTopic: native, core.PartMember: native,
				core.PartPurpose: native, core.PartAnnouncement: native, core.PartDissolve: native,
				core.PartMute:    {Support: core.Lacking, Why: "Nobody can be muted there."},
				core.PartRemoved: {Support: core.Lacking, Why: "A bot cannot remove people there."},
			},
			Direct: native, Edit: native,
			Limits: core.Limits{GroupName: 80, Topic: 250, Purpose: 250, MessageText: 4000, GroupMembers: 1000},
		},
		Channel:     "^[CG][A-Z0-9]+$",
		ChannelForm: "C0123",
		CopyChannel: "the channel, About, ID",
		User:        "^[UW][A-Z0-9]+$",
		UserForm:    "U0123",
		CopyUser:    "the person, Copy ID",
		ByEmail:     true,
		Chinese: map[string]string{
			"Topic groups are not built yet.":                   "尚不支持话题群组。",
			"Nobody can be muted there.":                        "那里不能禁言。",
			"A bot cannot remove people there.":                 "机器人不能移除成员。",
			"the channel, About, ID":                            "频道，关于，ID",
			"the person, Copy ID":                               "该人员，复制 ID",
			"They are deleted.":                                 "它们会被删除。",
			"old groups can't go to the hall":                   "旧群组不能放进大厅",
			"32 hexadecimal digits":                             "32 位十六进制数字",
			"Members, the person, Copy ID":                      "成员，该人员，复制 ID",
			"Its channels are read-only for all or for nobody.": "频道要么对所有人只读，要么对所有人可写。",
		},
	}
}

// boardLike is a platform without e-mail addresses.
func boardLike() core.PlatformSettings {
	p := forumLike()
	p.Platform, p.ByEmail, p.CopyUser = "board", false, "Members, the person, Copy ID"
	p.OptionName, p.OwnOptions = 17, 2
	p.Capabilities.Set[core.PartMute] = core.Ability{Support: core.Native}
	p.Capabilities.Mute = core.Ability{Support: core.Lacking, Why: "Its channels are read-only for all or for nobody."}
	p.Settings = append(p.Settings, core.Setting{Key: "on_close", Choices: []string{"archive", "delete"}, Doc: "What becomes of item groups."},
		core.Setting{Key: "attic", Doc: "Where old groups go."})
	p.Clash = func(values map[string]string) (key, why string) {
		if values["attic"] == "hall" {
			return "attic", "old groups can't go to the hall"
		}
		return "", ""
	}
	usual := p.Capabilities
	p.With = func(settings map[string]string) core.Capabilities {
		c := usual
		c.Groups = maps.Clone(c.Groups)
		if settings["on_close"] == "delete" && settings["app_token"] != "" {
			c.Groups[core.Topic] = core.Ability{Support: core.Emulated, Why: "They are deleted."}
		}
		return c
	}
	return p
}

var testFormat = NewFormat([]core.PlatformSettings{forumLike(), boardLike()})

func testOptions() Options {
	env := map[string]string{
		"BOT": "xoxb-1", "APP": "xapp-1", "SIGN": "0123456789abcdef0123456789abcdef", "WRONG": "not-a-token",
		"REDIS_URL": "redis://:hidden@localhost:6379/0", "ZONE": "Asia/Shanghai", "BADZONE": "Asia/Shangri-La", "EMPTY": "",
	}
	files := map[string]string{"/run/bot": "xoxb-from-file\n", "/run/empty": "\n", "no.ics": "hello"}
	for name, event := range map[string]string{
		"holidays.ics": "DTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260504", "meeting.ics": "DTSTART:20260501T090000Z",
		"yearly.ics": "SUMMARY:Labour Day\nDTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY", "long.ics": "SUMMARY:Sabbatical\nDTSTART;VALUE=DATE:20260501\nDURATION:P400D",
	} {
		files[name] = "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + event + "\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	return Options{
		Format: testFormat,
		Env:    func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		ReadFile: func(name string) ([]byte, error) {
			if s, ok := files[name]; ok {
				return []byte(s), nil
			}
			return nil, errors.New("no such file")
		},
	}
}

// TestProblems loads every file of testdata/err and compares its problems with the .out
// file.
func TestProblems(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			o := testOptions()
			if strings.HasPrefix(filepath.Base(file), "check-") {
				o.Unset = UnsetIsWarning
			}
			cfg, problems := Load(filepath.Base(file), src, o)
			if len(problems) == 0 {
				t.Fatal("no problem was found")
			}
			if (cfg == nil) != (len(problems.Errors()) > 0) {
				t.Errorf("a config came back: %v, with %d errors", cfg != nil, len(problems.Errors()))
			}
			compare(t, strings.TrimSuffix(file, ".yaml")+".out", problems.String())
		})
	}
}

// compare compares text with a file, or writes the file with -update.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}

// TestFine loads every file of testdata/ok, which have no problems, and compares the stored
// form of their flows. Databases contain the hashes, step keys and JSON, so they must not
// change.
func TestFine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/ok/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cfg, problems := Load(filepath.Base(file), src, testOptions())
			if cfg == nil || len(problems) > 0 {
				t.Fatalf("problems:\n%s", problems)
			}
			if len(cfg.Flows) > 0 {
				compare(t, strings.TrimSuffix(file, ".yaml")+".flows", storedForm(cfg.Flows))
			}
		})
	}
}

// storedForm returns a paragraph for each flow: its hash, its step keys and its
// JSON.
func storedForm(flows []*flow.Flow) string {
	var out strings.Builder
	for _, f := range flows {
		var keys []string
		for _, s := range f.Steps {
			keys = append(keys, s.Key())
		}
		fmt.Fprintf(&out, "%s %s\nsteps: %s\n%s\n\n", f.Name, f.Hash(), strings.Join(keys, " "), f.Canonical())
	}
	return out.String()
}
