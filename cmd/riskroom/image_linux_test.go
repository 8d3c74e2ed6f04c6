package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestImage runs the commands of the Dockerfile, with another output folder. It then
// runs the binary as the image does, without any other file: in an empty folder, with
// a minimal environment and, as root, in a chroot.
func TestImage(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the program")
	}
	out := t.TempDir()
	for _, i := range instructions(t) {
		if i.name == "RUN" {
			cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(i.args, "/out/", out+"/"))
			cmd.Dir, cmd.Env = root, append(os.Environ(), "VERSION=v1.2.3", "COMMIT=0123456789abcdef", "BUILT=2026-01-02T03:04:05Z")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("RUN %s: %v\n%s", i.args, err, said)
			}
		}
	}
	binary, err := elf.Open(filepath.Join(out, "riskroom"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = binary.Close() }()
	for _, p := range binary.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary is not static")
		}
	}
	config := strings.Replace(serveConfig, `redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }`, "timezone: Asia/Shanghai", 1)
	config = strings.Replace(config, "${API}", "https://slack.com/api/", 1)
	if err := os.WriteFile(filepath.Join(out, "riskroom.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args, says string
		code       int
	}{
		{"version", "v1.2.3", exitFine},
		{"check riskroom.yaml", "fine: 1 workspace", exitFine}, // with a time zone
		{"demo --play", "R-1", exitFine},
		{"serve --config riskroom.yaml", `redis: { url: "redis://localhost:6379/0" }`, exitFailed},
	} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(out, "riskroom"), strings.Fields(c.args)...)
		cmd.Dir, cmd.Env = out, []string{"TOKEN=xoxb-1-2", "SECRET=0123456789abcdef"}
		if os.Getuid() == 0 {
			cmd.Path, cmd.Dir, cmd.SysProcAttr = "/riskroom", "/", &syscall.SysProcAttr{Chroot: out}
		}
		said, _ := cmd.CombinedOutput() // how it ends is in ProcessState
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(string(said), c.says) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", c.args, code, c.code, c.says, said)
		}
	}
}
