package store

import (
	"fmt"
	"testing"

	"riskroom/core"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                                 "[embedded]   0 cluster=false tls=false",
		"redis://h:1":                      "[h:1]   0 cluster=false tls=false",
		"rediss://u:p@h/3":                 "[h:6379] u p 3 cluster=false tls=true",
		"unix:///run/r.sock?db=2":          "[/run/r.sock]   2 cluster=false tls=false",
		"redis-cluster://u:p@a:1?addr=b:2": "[a:1 b:2] u p 0 cluster=true tls=false",
		"rediss-cluster://a:1":             "[a:1]   0 cluster=true tls=true",
		"redis-sentinel://u:p@a:1/4?addr=b:2&master_name=m": "[a:1 b:2]   4 cluster=false tls=false sentinels of m as u p",
	} {
		o, err := parseURL(raw)
		if err != nil {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		got := fmt.Sprint(o.Addrs, " ", o.Username, " ", o.Password, " ", o.DB, " cluster=", o.IsClusterMode, " tls=", o.TLSConfig != nil)
		if o.MasterName != "" {
			got += fmt.Sprint(" sentinels of ", o.MasterName, " as ", o.SentinelUsername, " ", o.SentinelPassword)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
	for _, raw := range []string{"h:1", "postgres://h", "redis-ring://h:1", "redis-sentinel://h:1", "redis://h:port", "http-cluster://h", "redis://h/x"} {
		if _, err := parseURL(raw); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
