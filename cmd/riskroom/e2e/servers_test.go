package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core/store/storetest"
)

// on returns a bench whose config file has these lines for Redis.
func on(t *testing.T, p *storetest.Process, flows, lines string) *bench {
	t.Helper()
	b := newBench(t, &redisServer{Process: p, names: readScriptNames(t)}, set{flows: flows})
	src, err := os.ReadFile(b.config)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(src), "\n")
	i := slices.IndexFunc(all, func(l string) bool { return strings.HasPrefix(l, "redis: ") })
	all[i] = lines
	if err := os.WriteFile(b.config, []byte(strings.Join(all, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOnCluster plays a story with a cluster of three nodes.
func TestOnCluster(t *testing.T) {
	t.Parallel()
	s := theGroup()
	want := s.play(newBench(t, startRedis(t), set{flows: s.flows}), nil)
	p := storetest.StartCluster(t, 3, "--appendonly", "yes")
	url := strings.Replace(p.URL, "-cluster", "", 1)
	got := s.play(on(t, p, s.flows, `redis: { url: "`+url+`", mode: cluster, prefix: "${PREFIX}" }`), nil)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-one redis +three nodes)\n%s", d)
	}
}

// TestOnSentinels kills the master while serve is running. Another serve finds the new
// master and plays the story, and the first survives.
func TestOnSentinels(t *testing.T) {
	t.Parallel()
	s := theGroup()
	want := s.play(newBench(t, startRedis(t), set{flows: s.flows}), nil)
	p := storetest.StartSentinels(t)
	url := strings.Replace(p.URL, "-sentinel", "", 1)
	b := on(t, p.Process, s.flows, "durability: strict\n"+`redis: { url: "`+url+`", mode: sentinel, prefix: "${PREFIX}" }`)
	first := b.up()
	old := p.Master(t)
	p.KillMaster(t)
	for end := time.Now().Add(patience); p.Master(t) == old; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is no new master")
		}
	}
	if d := cmp.Diff(want, s.play(b, nil)); d != "" {
		t.Errorf("(-one redis +after a failover)\n%s", d)
	}
	if code, _ := first.terminate(t); code != 0 {
		t.Errorf("the serve that saw the failover stopped with %d:\n%s", code, first.log)
	}
}

// TestPrivateRedisAdopted kills serve repeatedly, but not its private Redis. The next
// serve adopts it, and everything happens once.
func TestPrivateRedisAdopted(t *testing.T) {
	t.Parallel()
	s := theGroup()
	want := s.play(newBench(t, startRedis(t), set{flows: s.flows}), nil)
	data, err := os.MkdirTemp("", "rr") // short: the path of a socket may not be long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	leash(t, filepath.Join(data, "redis", "redis.pid"))
	b := on(t, &storetest.Process{URL: "unix://" + filepath.Join(data, "redis", "redis.sock")}, s.flows, "data_dir: "+data)
	b.prefix = "riskroom"

	pid := func() any {
		kept, ok := b.now.log.await(t, "data is stored in a private redis")
		if !ok {
			t.Fatalf("serve has no private Redis:\n%s", b.now.log)
		}
		return kept["pid"]
	}
	b.up()
	first := pid()
	key := b.file()
	for _, later := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond} {
		time.Sleep(later)
		b.strike()
		b.up()
		if now := pid(); now != first {
			t.Fatalf("process %v was started in addition to %v", now, first)
		}
	}
	rec := b.ended(b.look(), key)
	if d := cmp.Diff(want.Runs, outcomes(rec)); d != "" {
		t.Errorf("runs (-undisturbed +adopted)\n%s", d)
	}
	if d := cmp.Diff(want.State, b.state(key)); d != "" {
		t.Errorf("(-undisturbed +adopted)\n%s\nserve said:\n%s", d, b.now.log)
	}
	b.down()
	if _, err := os.Stat(filepath.Join(data, "redis", "redis.sock")); !os.IsNotExist(err) {
		t.Errorf("the private redis outlives serve: %v", err)
	}
}

// leash kills the process in a PID file when the test ends or crashes.
func leash(t *testing.T, pidFile string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c", `cat >/dev/null; p=$(cat "$0" 2>/dev/null) && kill -9 "$p"; true`, pidFile)
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
}
