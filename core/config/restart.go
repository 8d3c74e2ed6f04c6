package config

import (
	"reflect"
	"slices"
)

// NeedsRestart returns the keys that differ between two files and that a running program
// can't change: whatever its connections and its data depend on. It doesn't return values,
// which may be secret.
func NeedsRestart(old, now *Config) []string {
	var keys []string
	differ := func(key string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			keys = append(keys, key)
		}
	}
	differ("redis", old.Redis, now.Redis)
	differ("instance", old.Instance, now.Instance)
	differ("data_dir", old.DataDir, now.DataDir)
	differ("call_timeout", old.CallTimeout, now.CallTimeout)
	differ("settle", old.Settle, now.Settle)
	differ("durability", old.Durability, now.Durability)
	for _, w := range now.Workspaces {
		path := "workspaces." + w.Name
		i := slices.IndexFunc(old.Workspaces, func(o WorkspaceSettings) bool { return o.Name == w.Name })
		if i < 0 {
			keys = append(keys, path)
			continue
		}
		was := old.Workspaces[i]
		differ(path+".platform", was.Platform, w.Platform)
		differ(path+"."+apiURLKey, was.APIURL, w.APIURL)
		differ(path+".rates", was.Rates, w.Rates)
		for key := range was.Values {
			if _, ok := w.Values[key]; !ok {
				keys = append(keys, path+"."+key)
			}
		}
		for key, value := range w.Values {
			differ(path+"."+key, was.Values[key], value)
		}
	}
	for _, w := range old.Workspaces {
		if !slices.ContainsFunc(now.Workspaces, func(n WorkspaceSettings) bool { return n.Name == w.Name }) {
			keys = append(keys, "workspaces."+w.Name)
		}
	}
	slices.Sort(keys)
	return keys
}
