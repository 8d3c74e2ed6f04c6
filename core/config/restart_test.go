package config_test

import (
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/config"
)

func TestNeedsRestart(t *testing.T) {
	t.Parallel()
	given := func(change func(*config.Config)) *config.Config {
		c := &config.Config{
			Redis: config.Redis{URL: "redis://a"}, CallTimeout: time.Second,
			Workspaces: []config.WorkspaceSettings{
				{Name: "acme", Platform: "forum", Values: map[string]string{"bot_token": "old", "signing_secret": "s"}},
				{Name: "guild", Platform: "board", Values: map[string]string{"bot_token": "b"}},
			},
		}
		if change != nil {
			change(c)
		}
		return c
	}
	for _, c := range []struct {
		change func(*config.Config)
		want   []string
	}{
		{nil, nil},
		{func(c *config.Config) { c.Organisation = core.Organisation{Command: "/x"} }, nil},
		{func(c *config.Config) { slices.Reverse(c.Workspaces) }, nil},
		{func(c *config.Config) { c.Redis.Password = "p" }, []string{"redis"}},
		{func(c *config.Config) { c.Instance, c.CallTimeout, c.DataDir = "i", 0, "d" }, []string{"call_timeout", "data_dir", "instance"}},
		{func(c *config.Config) { c.Workspaces[0].Values["bot_token"] = "new" }, []string{"workspaces.acme.bot_token"}},
		{func(c *config.Config) { delete(c.Workspaces[0].Values, "signing_secret") }, []string{"workspaces.acme.signing_secret"}},
		{func(c *config.Config) { c.Workspaces[1].Rates.Unlimited = true }, []string{"workspaces.guild.rates"}},
		{func(c *config.Config) { c.Workspaces = c.Workspaces[:1] }, []string{"workspaces.guild"}},
		{func(c *config.Config) { c.Workspaces[1].Name = "other" }, []string{"workspaces.guild", "workspaces.other"}},
	} {
		if got := config.NeedsRestart(given(nil), given(c.change)); !slices.Equal(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
