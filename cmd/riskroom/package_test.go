package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riskroom/core/store/storetest"

	"github.com/goccy/go-yaml"
)

// root is the root of the repository.
const root = "../.."

// sampled returns the shipped files to try: with the race detector, which says no more about
// the next file, every fourth.
func sampled(files []string) []string {
	if !storetest.Raced {
		return files
	}
	var some []string
	for i := 0; i < len(files); i += 4 {
		some = append(some, files[i])
	}
	return some
}

// instruction is one of a Dockerfile, its lines joined.
type instruction struct{ name, args string }

// instructions reads the Dockerfile. See https://docs.docker.com/reference/dockerfile/.
func instructions(t *testing.T) []instruction {
	t.Helper()
	var list []instruction
	whole := ""
	for line := range strings.Lines(readFile(t, filepath.Join(root, "Dockerfile"))) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		part, continued := strings.CutSuffix(line, `\`)
		if whole += part; continued {
			continue
		}
		name, args, _ := strings.Cut(whole, " ")
		list, whole = append(list, instruction{name, strings.TrimSpace(args)}), ""
	}
	if whole != "" {
		t.Errorf("the last instruction has no end: %q", whole)
	}
	return list
}

// execForm reads the arguments of an instruction that no shell may read, as the
// image has none.
func execForm(t *testing.T, i instruction) []string {
	t.Helper()
	var args []string
	if err := json.Unmarshal([]byte(i.args), &args); err != nil || len(args) == 0 {
		t.Errorf("%s %s is not a JSON list: %v", i.name, i.args, err)
	}
	return args
}

// TestDockerfile checks that the instructions are valid, that their sources exist, and
// that the image has a pinned base and runs riskroom as an unprivileged user.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	known := []string{"FROM", "WORKDIR", "COPY", "RUN", "ARG", "USER", "EXPOSE", "ENTRYPOINT", "CMD"}
	golang := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, filepath.Join(root, "go.mod")))[1]
	var stages, copied []string
	last := map[string]instruction{} // of the last stage
	for _, i := range instructions(t) {
		if !slices.Contains(known, i.name) {
			t.Errorf("%s is not an instruction that we use", i.name)
		}
		switch words := strings.Fields(i.args); i.name {
		case "FROM":
			_, tag, tagged := strings.Cut(words[0], ":")
			if !tagged || tag == "latest" {
				t.Errorf("FROM %s: which version?", words[0])
			}
			if strings.HasPrefix(words[0], "golang:") && !strings.HasPrefix(tag, golang) {
				t.Errorf("FROM %s: go.mod asks for Go %s", words[0], golang)
			}
			if stages, last = append(stages, ""), map[string]instruction{}; len(words) == 3 && words[1] == "AS" {
				stages[len(stages)-1] = words[2]
			}
		case "COPY":
			from, flagged := strings.CutPrefix(words[0], "--from=")
			if flagged {
				copied = append(copied, words[2])
				if !slices.Contains(stages[:len(stages)-1], from) {
					t.Errorf("COPY %s: there is no such stage", i.args)
				}
				break
			}
			for _, source := range words[:len(words)-1] {
				wantInContext(t, source)
			}
		}
		last[i.name] = i
	}
	if user := last["USER"].args; !regexp.MustCompile(`^[1-9]\d*(:[1-9]\d*)?$`).MatchString(user) {
		t.Errorf("USER %q is not a number, which is how Kubernetes sees that it is not root", user)
	}
	if entry := execForm(t, last["ENTRYPOINT"]); !slices.Contains(copied, entry[0]) {
		t.Errorf("ENTRYPOINT %s is not copied into the image", entry[0])
	}
	execForm(t, last["CMD"])
	serve := newServe(environment{lookup: lookupIn(nil)})
	for _, flag := range []string{"listen", "admin-listen"} {
		address := serve.Flag(flag).DefValue
		if port := address[strings.LastIndex(address, ":")+1:]; !slices.Contains(strings.Fields(last["EXPOSE"].args), port) {
			t.Errorf("EXPOSE %s lacks the port of --%s", last["EXPOSE"].args, flag)
		}
	}
	if !strings.Contains(readFile(t, filepath.Join(root, "Dockerfile")), "redis.url") {
		t.Error("the image has no redis-server, and nothing says that the file has to name one")
	}
}

// wantInContext wants a path in the tree, and not left out by .dockerignore.
func wantInContext(t *testing.T, source string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, source)); err != nil {
		t.Errorf("COPY: %v", err)
	}
	for pattern := range strings.Lines(readFile(t, filepath.Join(root, ".dockerignore"))) {
		pattern = strings.TrimSpace(pattern)
		if left, _ := filepath.Match(pattern, source); left && !strings.HasPrefix(pattern, "#") {
			t.Errorf("COPY %s: .dockerignore leaves it out", source)
		}
	}
}

// TestCompose: Redis keeps what it acknowledges, and both restart. Whether the
// file is one is for .ci/run, which asks Compose's own reader.
func TestCompose(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Image   string
			Command []string
			Volumes []string
			Restart string
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(readFile(t, root+"/docs/operations/compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	redis, ours := file.Services["redis"], file.Services["riskroom"]
	for _, want := range []string{"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"} {
		if !strings.Contains(strings.Join(redis.Command, " "), want) {
			t.Errorf("redis lacks %s", want)
		}
	}
	if len(redis.Volumes) != 1 || redis.Restart == "" || ours.Restart == "" || len(ours.Command) == 0 {
		t.Fatalf("%+v", file)
	}
	if _, named := file.Volumes["redis"]; !named {
		t.Error("the data of redis has no volume")
	}
	if r := program(t.Context(), nil, "", append(ours.Command, "--help")...); ours.Command[0] != "serve" || r.code != exitFine {
		t.Errorf("the command %q: exit %d\n%s", ours.Command, r.code, r.stderr)
	}
}

// TestUnit has systemd check the unit, and wants what stops riskroom to leave it
// the time that it needs.
func TestUnit(t *testing.T) {
	t.Parallel()
	text := readFile(t, root+"/docs/operations/riskroom.service")
	for _, want := range []string{
		"ExecStart=/usr/local/bin/riskroom serve --config ", "KillMode=mixed", "TimeoutStopSec=25s", "NoNewPrivileges=yes",
		"ProtectSystem=strict", "DynamicUser=yes", "StateDirectory=riskroom",
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("the unit lacks %s", want)
		}
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not on PATH: whether systemd takes the unit is not checked")
	}
	// It wants the program to be there.
	unit := filepath.Join(t.TempDir(), "riskroom.service")
	if err := os.WriteFile(unit, []byte(strings.Replace(text, "/usr/local/bin/riskroom", os.Args[0], 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// Its measure goes from 0, which nothing can harm, to 10; we are at 1.6.
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: more than 2.0 is exposed: %v\n%s", err, out)
	}
}
