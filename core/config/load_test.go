package config

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/flow"
)

// loadFine loads testdata/ok/<name>.yaml.
func loadFine(t *testing.T, name string) *Config {
	t.Helper()
	src, err := os.ReadFile("testdata/ok/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg, problems := Load(name+".yaml", src, testOptions())
	if cfg == nil {
		t.Fatalf("problems:\n%s", problems)
	}
	return cfg
}

func TestSettings(t *testing.T) {
	t.Parallel()
	cfg := loadFine(t, "every-setting")
	org := cfg.Organisation
	if org.Zone.String() != "Asia/Shanghai" || org.Language != "zh-CN" || org.DayStartsAt != 8*time.Hour+30*time.Minute ||
		org.Command != "/风险" || org.KeyPrefix != "RISK" || !org.Attachments {
		t.Errorf("organisation: %+v", org)
	}
	if cfg.Instance != "staging" || cfg.CallTimeout != 500*time.Millisecond || cfg.Settle != time.Second ||
		cfg.Durability != Strict || cfg.DataDir != "/var/riskroom" {
		t.Errorf("config: %+v", cfg)
	}
	want := Redis{URL: "rediss://redis.internal:6379?master_name=main", Username: "riskroom", Password: "xoxb-from-file", Mode: Sentinel, Prefix: "rr"}
	if cfg.Redis != want {
		t.Errorf("redis: %+v", cfg.Redis)
	}
	acme := cfg.Workspaces[0]
	if diff := cmp.Diff(map[string]string{
		"bot_token": "xoxb-from-file", "signing_secret": "0123456789abcdef0123456789abcdef", "team_id": "T1",
	}, acme.Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Rates{Methods: map[string]Rate{
		"chat.postMessage": {N: 50, Window: time.Minute}, "conversations.create": {},
	}}, acme.Rates); diff != "" {
		t.Error(diff)
	}
	if acme.APIURL != "https://forum.example.com/api/" || !cfg.Workspaces[1].Rates.Unlimited {
		t.Errorf("workspaces: %q, %+v", acme.APIURL, cfg.Workspaces[1].Rates)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	both := func(s string) map[string]string { return map[string]string{"zh-CN": s} }
	want := []core.Field{
		{
			Key: "kind", Type: core.SelectField, Label: both("种类"), Required: true, Part: core.Reported,
			Options: []core.Option{
				{Key: "a", Label: map[string]string{"en": "A", "zh-CN": "甲"}},
				{Key: "b", Label: both("B")},
			},
		},
		{
			Key: "level", Type: core.SelectField, Label: both("level"), Part: core.Handling,
			Options: []core.Option{{Key: "low", Label: both("low")}, {Key: "high", Label: both("high")}},
		},
		{Key: "found", Type: core.DateField, Label: both("found"), Part: core.Reported},
		{Key: "who", Type: core.PeopleField, Label: both("who"), Part: core.Reported},
	}
	if diff := cmp.Diff(want, loadFine(t, "every-setting").Organisation.Fields); diff != "" {
		t.Error(diff)
	}
}

func TestPeopleAndRights(t *testing.T) {
	t.Parallel()
	cfg := loadFine(t, "every-step")
	org := cfg.Organisation
	if diff := cmp.Diff(core.Permissions{
		Administrators: []core.Ref{"acme:@admins"},
		GroupSettings:  []core.Ref{"wei"},
		File:           core.Audience{Everyone: true, Refs: []core.Ref{"@guests"}},
		Read:           core.Audience{Involved: true},
	}, org.Permissions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]core.Person{
		"lin": {Name: "lin", Email: "lin@example.com", Accounts: map[string]string{}},
		"wei": {Name: "wei", Accounts: map[string]string{"acme": "U2"}},
	}, org.People); diff != "" {
		t.Error(diff)
	}
	if org.AdminChannel != (core.GroupRef{Workspace: "acme", ID: "C1"}) || org.Workspaces["acme"].Platform != "forum" {
		t.Errorf("admin channel %v, workspaces %v", org.AdminChannel, org.Workspaces)
	}
	if len(org.Modules) != 1 || org.Modules[0].Handlers[0] != "lin" {
		t.Errorf("modules: %+v", org.Modules)
	}
	if len(cfg.Flows) != 1 || len(cfg.Flows[0].Steps) != 5 {
		t.Fatalf("flows: %+v", cfg.Flows)
	}
	if got := cfg.Flows[0].Def().Steps[2].Action.(*flow.SendGroupMessageDef).Title; got != "$5 and ${HOME}" {
		t.Errorf("title %q", got)
	}
}

// TestTimeZonesOfPeople: a person's time zone is the one in the file. In a file from before the
// key, timezone may be the name of a workspace.
func TestTimeZonesOfPeople(t *testing.T) {
	t.Parallel()
	if got := loadFine(t, "quiet").Organisation.People["lin"]; got.Zone != "Europe/Berlin" || len(got.Accounts) > 0 {
		t.Errorf("lin: %+v", got)
	}
	src, err := os.ReadFile("testdata/ok/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	older := strings.NewReplacer("acme", "timezone", "email: lin@example.com", "timezone: U1").Replace(string(src))
	cfg, problems := Load("older.yaml", []byte(older), testOptions())
	if cfg == nil {
		t.Fatalf("problems:\n%s", problems)
	}
	if got := cfg.Organisation.People["lin"]; got.Zone != "" || got.Accounts["timezone"] != "U1" {
		t.Errorf("lin: %+v", got)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	cfg := loadFine(t, "minimal")
	org := cfg.Organisation
	if org.Zone != time.UTC || org.Language != "en" || org.DayStartsAt != 9*time.Hour || org.Command != "/risk" || org.KeyPrefix != "R" {
		t.Errorf("organisation: %+v", org)
	}
	if !org.Permissions.File.Everyone || !org.Permissions.Read.Everyone {
		t.Errorf("permissions: %+v", org.Permissions)
	}
	if cfg.CallTimeout != 10*time.Second || cfg.Settle != 5*time.Second || cfg.Durability != Standard ||
		cfg.Redis != (Redis{Private: true, Mode: Standalone, Prefix: "riskroom"}) || cfg.Instance != "riskroom" || cfg.DataDir != "./data" {
		t.Errorf("config: %+v", cfg)
	}
}

// TestFill fills in missing values, like the demo.
func TestFill(t *testing.T) {
	t.Parallel()
	const src = `version: 1
workspaces:
  acme: { platform: forum, bot_token: "${A}", app_token_file: /b }
redis: { url: "${C}" }
timezone: "${D}"
permissions: { administrators: "@ops" }
modules: { P: { handlers: "@ops" } }
flows: {}
`
	var blanks []string
	cfg, problems := Load("x.yaml", []byte(src), Options{
		Format: NewFormat([]core.PlatformSettings{forumLike()}),
		Unset:  UnsetIsFilled,
		Fill: func(b Blank) string {
			blanks = append(blanks, strings.Join([]string{b.Variable, b.Workspace, b.Platform, b.Setting.Key, b.Setting.Pattern}, " "))
			return map[string]string{"bot_token": "xoxb-demo", "app_token": "xapp-demo", "url": "redis://demo", "timezone": "Europe/Berlin"}[b.Setting.Key]
		},
	})
	if cfg == nil {
		t.Fatalf("problems:\n%s", problems)
	}
	if diff := cmp.Diff([]string{
		"A acme forum bot_token ^xoxb-", "C   url ", "D   timezone ", "/b acme forum app_token ^xapp-",
	}, blanks); diff != "" {
		t.Error(diff)
	}
	if v := cfg.Workspaces[0].Values; v["bot_token"] != "xoxb-demo" || v["app_token"] != "xapp-demo" || cfg.Redis.URL != "redis://demo" {
		t.Errorf("values %v, redis %q", v, cfg.Redis.URL)
	}
	if cfg.Organisation.Zone.String() != "Europe/Berlin" {
		t.Errorf("zone %v", cfg.Organisation.Zone)
	}
}

func TestProblemAsJSON(t *testing.T) {
	t.Parallel()
	_, problems := Load("x.yaml", []byte("version: 1\nworkspaces: {}\nmodules: { P: {} }\nflows: {}\n"), testOptions())
	got, err := json.Marshal(problems)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"file":"x.yaml","line":1,"column":1,"rule":"no-administrators","severity":"warning",` +
		`"message":"no admin_channel and no administrators: nobody is notified of failures","hint":"set admin_channel or permissions.administrators"},` +
		`{"file":"x.yaml","line":2,"column":1,"rule":"value","severity":"error","message":"workspaces is empty"},` +
		`{"file":"x.yaml","line":3,"column":12,"rule":"no-handlers","severity":"warning","message":"module \"P\" has no handlers"}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if len(problems.Errors()) != 1 || len(problems.Warnings()) != 2 {
		t.Errorf("%d errors, %d warnings", len(problems.Errors()), len(problems.Warnings()))
	}
}
