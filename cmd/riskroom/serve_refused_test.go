package main

import (
	"strings"
	"testing"
	"time"

	"riskroom/adapters/stage"
	"riskroom/core/store/storetest"
)

// TestServeRefused checks that serve says what to fix if it can't start, and never
// prints a secret.
func TestServeRefused(t *testing.T) {
	t.Parallel()
	const password = "hunter2hunter2"
	for name, c := range map[string]struct {
		change func(config string) string
		env    map[string]string
		code   int
		says   []string
	}{
		"strict without a replica": {
			change: func(s string) string { return strings.Replace(s, "redis:", "durability: strict\n#redis:", 1) },
			code:   exitFailed, says: []string{"a private Redis has none", "redis: {", "durability: standard"},
		},
		"redis absent": {
			env:  map[string]string{"REDIS_URL": "redis://app:" + password + "@127.0.0.1:1/0"},
			code: exitFailed, says: []string{"redis at redis://127.0.0.1:1/0 does not answer", "Check that it is running"},
		},
		"secrets unset": {
			env:  map[string]string{"TOKEN": "", "SECRET": ""},
			code: exitFailed, says: []string{"TOKEN is not set", "SECRET is not set", "2 errors; nothing was started"},
		},
		"wrong config": {
			change: func(s string) string { return strings.Replace(s, "[lin]", "[lim]", 1) },
			code:   exitFailed, says: []string{`did you mean "lin"?`, "nothing was started"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := serveConfig
			if c.change != nil {
				src = c.change(src)
			}
			env := map[string]string{
				"TOKEN": "xoxb-1-2", "SECRET": "0123456789abcdef", "API": "http://127.0.0.1:1/api/",
				"PREFIX": "refused", "REDIS_URL": "redis://127.0.0.1:1/0",
			}
			for k, v := range c.env {
				env[k] = v
			}
			refusedServe(t, src, env, c.code, c.says, password, env["SECRET"])
		})
	}
	t.Run("no config", func(t *testing.T) {
		t.Parallel()
		r := program(t.Context(), nil, "", "serve")
		if r.code != exitMisused || !strings.Contains(r.stderr, "--config FILE") {
			t.Errorf("exit %d: %s", r.code, r.stderr)
		}
	})
}

// TestServeRefusedByWorkspace uses a wrong bot token.
func TestServeRefusedByWorkspace(t *testing.T) {
	t.Parallel()
	redis := storetest.Start(t)
	_, env := standIn(t)
	env["REDIS_URL"], env["PREFIX"] = redis.URL, storetest.Prefix()
	const token = "xoxb-99-wrong"
	env["TOKEN"] = token
	refusedServe(t, serveConfig, env, exitFailed,
		[]string{"riskroom: Slack rejects the bot token of acme (invalid_auth)", "OAuth & Permissions"}, token, env["SECRET"])
}

// TestServeRefusesRedis checks that serve says what to fix if a Redis is unsuitable.
func TestServeRefusesRedis(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		redis func(testing.TB) *storetest.Process
		says  []string
	}{
		"that drops keys": {
			redis: func(t testing.TB) *storetest.Process {
				return storetest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
			},
			says: []string{"maxmemory-policy allkeys-lru", "set maxmemory-policy noeviction", "nothing was started"},
		},
		"that is a replica": {
			redis: func(t testing.TB) *storetest.Process { return storetest.Start(t, "--replicaof", "127.0.0.1", "1") },
			says:  []string{"is a replica", "use the master"},
		},
		"that allows only one key": {
			redis: func(t testing.TB) *storetest.Process {
				p := storetest.Start(t, "--user", "app", "on", ">hunter2", "+@all", "~*:meta")
				return &storetest.Process{URL: strings.Replace(p.URL, "unix://", "unix://app:hunter2@", 1)}
			},
			says: []string{"refuses the user", "NOPERM", "every key"},
		},
		"with an untrusted certificate": {
			redis: storetest.StartTLS,
			says:  []string{"has a certificate that this machine does not trust", "SSL_CERT_FILE"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, env := standIn(t)
			env["REDIS_URL"], env["PREFIX"] = c.redis(t).URL, storetest.Prefix()
			refusedServe(t, serveConfig, env, exitFailed, c.says, env["SECRET"])
		})
	}
}

// TestServeEndsWithItsEngine checks that serve ends if the engine can't start, even
// while the self-test waits for the platform.
func TestServeEndsWithItsEngine(t *testing.T) {
	t.Parallel()
	slack, env := standIn(t)
	// The user may use the key that the check at start tries, but not those of flows.
	p := storetest.Start(t, "--user", "app", "on", ">hunter2", "+@all", "~{*", "~*:meta", "~*:lead:*", "~*:group:*", `~*:flow:\?`, "&*")
	env["REDIS_URL"], env["PREFIX"] = strings.Replace(p.URL, "unix://", "unix://app:hunter2@", 1), storetest.Prefix()
	over := make(chan struct{})
	slack.Log().Hook(func(c stage.Call) {
		if c.Method == "users.lookupByEmail" {
			<-over
		}
	})
	ended := make(chan result, 1)
	file := writeConfig(t, "call_timeout: 60s\n"+serveConfig)
	go func() {
		ended <- program(t.Context(), env, "", "serve", "-c", file, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
	}()
	defer close(over)
	select {
	case r := <-ended:
		if r.code != exitFailed || !strings.Contains(r.stderr, "the engine cannot start") {
			t.Errorf("exit %d\n%s", r.code, r.stderr)
		}
	case <-time.After(patience):
		t.Error("serve waits for the platform")
	}
}

func refusedServe(t *testing.T, src string, env map[string]string, code int, says []string, secrets ...string) {
	t.Helper()
	r := program(t.Context(), env, "", "serve", "-c", writeConfig(t, src), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
	if r.code != code {
		t.Errorf("exit %d, want %d", r.code, code)
	}
	for _, s := range says {
		if !strings.Contains(r.stderr, s) {
			t.Errorf("stderr does not say %q:\n%s", s, r.stderr)
		}
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(r.stdout+r.stderr, secret) {
			t.Errorf("a secret is printed:\n%s", r.stderr)
		}
	}
}
