package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestSimulateWithoutNetwork simulates in a network namespace of its own, where there is nothing
// but loopback: every other dialer fails, in the redis-server too that many risks are simulated
// with. What is printed stays the same.
func TestSimulateWithoutNetwork(t *testing.T) {
	t.Parallel()
	const inside = "RISKROOM_TEST_WITHOUT_NETWORK"
	dir := os.Getenv(inside)
	alone := dir != ""
	if alone {
		startLoopback(t)
	} else {
		dir = t.TempDir()
		text := "start: \"2026-03-02 09:00\"\nfor: 1d\nrisks:\n" +
			strings.Repeat("  - { title: Ledger, by: lin, fields: { amount: 1, impact: all, experts: [ana] } }\n", 300)
		if err := os.WriteFile(filepath.Join(dir, "many.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), inside+"="+dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL) {
			t.Skipf("this machine allows no network namespace: %v", err)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, risks := range []string{"testdata/scenario.yaml", filepath.Join(dir, "many.yaml")} {
		file := filepath.Join(dir, filepath.Base(risks)+".out")
		r := program(t.Context(), nil, "", "simulate", "testdata/both.yaml", "--risks", risks)
		if r.code != exitFine {
			t.Errorf("%s: exit %d\n%s", risks, r.code, r.stderr)
		}
		if !alone {
			if d := cmp.Diff(r.stdout, readFile(t, file)); d != "" {
				t.Errorf("%s (-with a network +without):\n%s", risks, d)
			}
		} else if err := os.WriteFile(file, []byte(r.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// startLoopback starts the only device of a new network namespace.
func startLoopback(t *testing.T) {
	t.Helper()
	if c, err := net.Dial("udp", "192.0.2.1:9"); err == nil {
		_ = c.Close()
		t.Fatal("there is a route to elsewhere")
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}
