package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riskroom/core/store/storetest"
)

// commandsConfig has a place for every secret.
const commandsConfig = `version: 1
redis: { REDIS }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", signing_secret_previous: "${PREVIOUS}", api_url: "http://127.0.0.1:1/api/" }
  labs: { platform: slack, bot_token: "${TOKEN}", app_token_file: "${APP_FILE}", topic_end: restrict, admin_token: "${ADMIN}", api_url: "http://127.0.0.1:1/api/" }
  guild: { platform: discord, bot_token: "${DISCORD}", guild_id: "300000000000000000", api_url: "http://127.0.0.1:1/api/v10/" }
people:
  lin: { email: lin@example.com, guild: "100000000000000001" }
modules:
  Payments: { handlers: [lin] }
flows:
  tell: { trigger: { on: filed }, if: status == "pending", steps: [ send_message: { to: [handlers], title: "New" } ] }
`

// secretsTest is a test of commandsConfig.
const secretsTest = `start: "2026-03-02 10:00"
for: 1d
risks: [{ title: Ledger is off by one, by: lin, module: Payments }]
tests:
  - name: it fails
    expect:
      - { at: "2026-03-02 10:00", message: { to: lin, flow: tell, contains: nothing } }
`

// plantSecrets returns secrets, and an environment that contains them.
func plantSecrets(t *testing.T) (planted, map[string]string) {
	t.Helper()
	secrets := planted{
		"bot token": "xoxb-planted-bot", "app token": "xapp-planted-app", "admin token": "xoxp-planted-admin", "signing secret": "planted/signing+secret",
		"previous signing secret": "planted/previous+secret", "bot token of Discord": "planted.discord.token", "password": password,
		"end of the password": "w@rd?planted", "password of the sentinels": "planted-for-sentinels",
	}
	return secrets, map[string]string{
		"TOKEN": secrets["bot token"], "SECRET": secrets["signing secret"], "PREVIOUS": secrets["previous signing secret"],
		"DISCORD": secrets["bot token of Discord"], "APP_FILE": writeConfig(t, secrets["app token"]+"\n"), "PASSWORD": password,
		"ADMIN": secrets["admin token"],
	}
}

// TestSecretsStaySecretWithoutServe checks that no command prints a secret, whatever
// is wrong with the file, the environment or the command line.
func TestSecretsStaySecretWithoutServe(t *testing.T) {
	t.Parallel()
	secrets, env := plantSecrets(t)
	good := redisWithUser(t, storetest.Start(t))
	wrong := strings.Replace(good, "app:", "app:not-", 1)
	for name, c := range map[string]struct{ redis, url, says string }{
		"fine":              {`url: "${URL}"`, good, ""},
		"refused":           {`url: "${URL}"`, wrong, "refuses the user or the password (store: open: refused: WRONGPASS"},
		"in its own field":  {`url: "${URL}", username: app, password: "${PASSWORD}"`, "redis://127.0.0.1:1/0", "does not answer"},
		"not escaped":       {`url: "${URL}"`, "redis://app:" + password + "@127.0.0.1:6379/0", "is not a valid URL"},
		"digits and then /": {`url: "${URL}"`, "redis://app:12/planted-for-sentinels@127.0.0.1:6379/0", "is not a valid URL"},
		"sentinels":         {`url: "${URL}", mode: sentinel, password: "${PASSWORD}"`, "redis://app:planted-for-sentinels@127.0.0.1:1?master_name=m", "does not answer"},
		"cluster":           {`url: "${URL}", mode: cluster, password: "${PASSWORD}"`, "redis://app:planted-for-sentinels@127.0.0.1:1", "does not answer"},
		"wrong option":      {`url: "${URL}"`, strings.Replace(good, "unix:", "redis:", 1) + "?password=" + url.QueryEscape(password), ""},
		"another scheme":    {`url: "${URL}"`, "postgres://app:planted-for-sentinels@127.0.0.1:1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(env)
			env["URL"] = c.url
			file := writeConfig(t, strings.Replace(commandsConfig, "REDIS", c.redis, 1))
			test := filepath.Join(filepath.Dir(file), "riskroom_test.yaml")
			if err := os.WriteFile(test, []byte(secretsTest), 0o600); err != nil {
				t.Fatal(err)
			}
			said := ""
			for _, args := range [][]string{
				{"check", file}, {"check", "--format", "json", file}, {"check", "--online", file}, {"manifest", "slack", "--config", file, "--workspace", "labs"},
				{"runs", "list", "-c", file}, {"runs", "show", "-c", file, "R-1/tell/v1"}, {"runs", "drop", "-c", file, "R-1/tell/v1"},
				{"plan", file}, {"why", "R-1", "-c", file}, {"export", "-c", file}, {"simulate", file, "--live"}, {"simulate", file},
				{"render", file, "tell"}, {"render", file, "tell", "--risk", "R-1"}, {"test", test}, {"schema"},
				{"demo", "--play", "--config", file, "--log-level", "debug"},
				{"serve", "-c", file, "--listen", "127.0.0.1:22:22", "--log-level", "debug"}, // the address is invalid, so that it ends
			} {
				r := program(t.Context(), env, "", args...)
				secrets.search(t, r.stdout+r.stderr)
				said += r.stdout + r.stderr
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("no command prints %q:\n%s", c.says, said)
			}
		})
	}
	t.Run("of the wrong form", func(t *testing.T) {
		t.Parallel()
		env := maps.Clone(env)
		env["URL"], env["TOKEN"], env["SECRET"] = good, "planted.discord.token", " "
		file := writeConfig(t, strings.Replace(commandsConfig, "REDIS", `url: "${URL}"`, 1))
		r := program(t.Context(), env, "", "check", file)
		if secrets.search(t, r.stdout); r.code == exitFine {
			t.Errorf("it passes:\n%s", r.stdout)
		}
	})
}

// TestSecretsStaySecretOnTheDemosPage runs the demo with an admin's own file and
// secrets.
func TestSecretsStaySecretOnTheDemosPage(t *testing.T) {
	t.Parallel()
	secrets, env := plantSecrets(t)
	env["URL"] = "redis://app:planted-for-sentinels@127.0.0.1:1"
	file := writeConfig(t, strings.Replace(commandsConfig, "REDIS", `url: "${URL}", password: "${PASSWORD}"`, 1))
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"demo", "--addr", "127.0.0.1:0", "--config", file, "--log-level", "debug"},
			environment{stdin: strings.NewReader(""), stdout: in, stderr: &stderr, lookup: lookupIn(env)})
		_ = in.Close()
		ended <- code
	}()
	said, err := bufio.NewReader(out).ReadString('\n')
	at := pageAddress.FindString(said)
	if err != nil || at == "" {
		t.Fatalf("the demo says %q: %v; exit %d\n%s", said, err, <-ended, stderr.String())
	}
	seen := said + fetch(t, http.DefaultClient, at) + fetch(t, http.DefaultClient, at+"words")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	for sc := bufio.NewReader(stream.Body); !strings.Contains(seen, "data:"); { // until the first event
		line, err := sc.ReadString('\n')
		if seen += line; err != nil {
			t.Fatalf("the page receives %q: %v", seen, err)
		}
	}
	interrupt()
	<-ended
	secrets.search(t, seen+stderr.String())
}
