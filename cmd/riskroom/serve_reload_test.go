package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core/store/storetest"
)

// asProgram is the variable that makes the test's executable the program.
const asProgram = "RISKROOM_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// reloaded is serve in a process of its own.
type reloaded struct {
	*testing.T
	slack *emulator.Workspace
	log   *logLines
	cmd   *exec.Cmd
	admin string // URL
	path  string // of the config file
}

// startProcess starts serve in a process with a config file.
func startProcess(t *testing.T, path string, more ...string) *reloaded {
	t.Helper()
	slack, env := standIn(t)
	env["PREFIX"], env["REDIS_URL"], env[asProgram] = storetest.Prefix(), storetest.Start(t).URL, "yes"
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"serve", "-c", path, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json"}, more...)
	r := &reloaded{T: t, slack: slack, log: newLogLines(), cmd: exec.Command(self, args...), path: path}
	r.cmd.Env, r.cmd.Stderr = os.Environ(), r.log
	for name, value := range env {
		r.cmd.Env = append(r.cmd.Env, name+"="+value)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		_ = r.cmd.Wait()
	})
	line := r.log.wait(t, "serving")
	r.admin = urlOf(line["admin"])
	way := urlOf(line["listen"]) + "/slack/acme/"
	slack.Connect(way+"commands", way+"interactions", way+"events")
	return r
}

// file files a risk, and waits until lin gets a message that begins with want.
func (r *reloaded) file(title, want string) {
	r.Helper()
	reply, err := r.slack.SlashCommand(r.Context(), "U0MEI", "", "/risk", "new "+title+" module:Payments")
	if err != nil || reply.Message == nil {
		r.Fatalf("reply %+v: %v", reply, err)
	}
	r.told(want)
}

// told waits until lin has got a message with a text.
func (r *reloaded) told(want string) {
	r.Helper()
	eventually(r.T, "lin is told "+want, func() bool {
		for _, m := range r.slack.DMs("U0LIN") {
			if strings.Contains(m.Plain, want) {
				return true
			}
		}
		return false
	})
}

// replace replaces the file as editors do.
func (r *reloaded) replace(config string) {
	r.Helper()
	next := r.path + "~"
	if err := os.WriteFile(next, []byte(config), 0o600); err != nil {
		r.Fatal(err)
	}
	if err := os.Rename(next, r.path); err != nil {
		r.Fatal(err)
	}
}

// reports waits until a message is the log's nth of it.
func (r *reloaded) reports(msg string, n int) {
	r.Helper()
	eventually(r.T, msg, func() bool { return strings.Count(r.log.all(), `"msg":"`+msg) >= n })
}

// withAdministrator is serveConfig with an administrator and the text of its message.
func withAdministrator(text string) string {
	config := strings.Replace(serveConfig, "people:", "permissions: { administrators: [lin] }\npeople:", 1)
	return strings.Replace(config, "New risk", text, 1)
}

const (
	inForce = "the changed config file is in force"
	stays   = "the config file before stays in force"
)

// TestServeReloads changes the file under a running program.
func TestServeReloads(t *testing.T) {
	t.Parallel()
	r := startProcess(t, writeConfig(t, withAdministrator("First")))
	hup := func(config string) {
		t.Helper()
		r.replace(config)
		if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	r.file("One", "First R-1")

	hup(withAdministrator("Second"))
	r.reports(inForce, 1)
	r.file("Two", "Second R-2")
	r.told("The changed config file is in force.\nTimers moved: 0, added: 0, dropped: 0.")

	hup(withAdministrator("Third") + "    nonsense: 1\n")
	r.reports(stays, 1)
	r.told("The changed config file has errors (1), so the one before stays in force:\n" + r.path + ":")
	r.file("Three", "Second R-3")

	hup("call_timeout: 9s\n" + withAdministrator("Fourth"))
	r.reports("the changed config file needs a restart", 1)
	r.told("because these changes need a restart: call_timeout.")
	r.file("Four", "Second R-4")

	hup(withAdministrator("Second") + "# a comment\n")
	r.reports("the config file was read again: nothing in it has changed that matters", 1)
	hup(withAdministrator("Fifth"))
	r.reports(inForce, 2)
	r.file("Five", "Fifth R-5")

	if code, page := get(t, r.admin+"/readyz"); code != http.StatusOK || !strings.Contains(page, "config file: ok\n") {
		t.Errorf("it is not ready: %d\n%s", code, page)
	}
	_, metrics := get(t, r.admin+"/metrics")
	for _, want := range []string{`{outcome="applied"} 2`, `{outcome="invalid"} 1`, `{outcome="restart"} 1`, `{outcome="unchanged"} 1`} {
		if !strings.Contains(metrics, "riskroom_config_reloads_total"+want) {
			t.Errorf("no metric %s", want)
		}
	}
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if state, err := r.cmd.Process.Wait(); err != nil || state.ExitCode() != exitFine {
		t.Errorf("it ended with %v: %v", state, err)
	}
}

// TestServeWatches has serve find out by itself that the file has changed.
func TestServeWatches(t *testing.T) {
	t.Parallel()
	r := startProcess(t, writeConfig(t, withAdministrator("First")), "--watch")
	r.file("One", "First R-1")
	r.replace(withAdministrator("Second"))
	r.reports(inForce, 1)
	r.file("Two", "Second R-2")
}

// TestWatch checks when a change of a file is reported.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	// As Kubernetes mounts a ConfigMap: the folder of the file is a symbolic link.
	ok(os.Mkdir(path("v1"), 0o700))
	ok(os.Mkdir(path("v2"), 0o700))
	write("v1/riskroom.yaml", "one")
	write("v2/riskroom.yaml", "two")
	ok(os.Symlink("v1", path("..data")))
	ok(os.Symlink("..data/riskroom.yaml", path("riskroom.yaml")))
	write("days.ics", "days")

	c := &source{name: path("riskroom.yaml"), named: []string{path("riskroom.yaml"), path("days.ics")}}
	c.loaded, _ = c.look()
	ctx, cancel := context.WithCancel(t.Context())
	asked, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		c.watch(ctx, 20*time.Millisecond, func() {
			select {
			case asked <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	reported := func(what string) {
		t.Helper()
		select {
		case <-asked:
			c.mu.Lock()
			c.loaded = "" // loading it again sets this
			c.mu.Unlock()
		case <-time.After(patience):
			t.Fatalf("nobody noticed %s", what)
		}
	}
	ok(os.Symlink("v2", path("..data_tmp")))
	ok(os.Rename(path("..data_tmp"), path("..data")))
	reported("another folder")
	write("new", "three")
	ok(os.Rename(path("new"), path("riskroom.yaml")))
	reported("another file of that name")
	write("riskroom.yaml", "four")
	reported("a file that was written to")
	write("days.ics", "more days")
	reported("a change of a file that it names")
	ok(os.Remove(path("riskroom.yaml")))
	write("riskroom.yaml", "five")
	reported("a file that was away")
	cancel()
	<-ended
}
