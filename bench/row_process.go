package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"riskroom/adapters/slack/emulator"
)

// program is the built program with a config file.
type program struct {
	bin, config string
	env         []string
}

// process is a running program.
type process struct {
	cmd   *exec.Cmd
	admin string
	began time.Time
}

// asReleased are the linker's flags of the release.
const asReleased = "-s -w"

// withProgram calls use with the built program, which is alone in a folder that exists until
// use returns.
func withProgram(ctx context.Context, ldflags string, use func(bin string) error) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin := filepath.Join(dir, "riskroom")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", ldflags, "-o", bin, "./cmd/riskroom")
	cmd.Dir = ".." // the module's folder; this one is beside cmd
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	return use(bin)
}

func (p program) start(ctx context.Context) (*process, error) {
	public, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	admin, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.bin, "serve", "-c", p.config, "--listen", public, "--admin-listen", admin, "--log-format", "json")
	cmd.Env = append(os.Environ(), p.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	r := &process{cmd: cmd, admin: admin, began: time.Now()}
	return r, cmd.Start()
}

// ready waits until /readyz says so, and returns how long after the start that is.
func (r *process) ready(ctx context.Context) (time.Duration, error) {
	ask := func() bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.admin+"/readyz", nil)
		if err != nil {
			return false
		}
		reply, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		return errors.Join(reply.Body.Close()) == nil && reply.StatusCode == http.StatusOK
	}
	if !until(ctx, 30*time.Second, ask) {
		return 0, errors.New("the program is not ready after 30 s")
	}
	return time.Since(r.began), nil
}

func (r *process) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	_ = r.cmd.Wait()
}

// used returns the processor time of a process.
func used(pid int) (time.Duration, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may contain spaces.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, errNoProcess
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err, err2)
}

// resident returns the memory of a process now and at most, in bytes.
func resident(pid int) (now, peak int64, err error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			now = kb << 10
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			peak = kb << 10
		}
	}
	return now, peak, nil
}

// rowProcess measures what the built program costs while it starts and idles, with an empty
// database and with many armed timers.
func rowProcess(ctx context.Context, b *bench, out *section) error {
	return withProgram(ctx, asReleased, func(bin string) error { return b.process(ctx, bin, out) })
}

func (b *bench) process(ctx context.Context, bin string, out *section) error {
	side, slackURL, err := emulated(1000)
	if err != nil {
		return err
	}
	defer func() { _ = side.Close() }()
	p := program{bin: bin, config: filepath.Join(filepath.Dir(bin), "bench.yaml"), env: []string{"TOKEN=" + side.BotToken(), "SECRET=" + side.SigningSecret()}}
	at := func(srv *server) error {
		return os.WriteFile(p.config, []byte(place{redis: srv.url(), slack: slackURL}.file()), 0o600)
	}
	srv, err := b.server(ctx, "everysec")
	if err != nil {
		return err
	}
	err = errors.Join(at(srv), b.startEmpty(ctx, p, out))
	srv.stop()
	if err != nil {
		return err
	}
	if srv, err = b.filled(ctx, b.scale.armed); err != nil {
		return err
	}
	if err := errors.Join(at(srv), srv.set(ctx, "appendfsync", b.fsync("everysec"))); err != nil {
		return err
	}
	for _, measure := range []func(context.Context, program, *server, *emulator.Workspace, *section) error{b.startFilled, b.restart, b.idle} {
		if err := measure(ctx, p, srv, side, out); err != nil {
			return err
		}
	}
	return nil
}

// startEmpty measures starts with an empty database.
func (b *bench) startEmpty(ctx context.Context, p program, out *section) error {
	var took []float64
	for range b.scale.starts {
		r, err := p.start(ctx)
		if err != nil {
			return err
		}
		d, err := r.ready(ctx)
		r.stop()
		if err != nil {
			return err
		}
		took = append(took, millis(d))
	}
	out.add(result{what: "start to ready, empty database", ours: figure(median(took)) + " ms", required: "100 ms"})
	return nil
}

// startFilled measures a start with many armed timers and a file that the database knows.
func (b *bench) startFilled(ctx context.Context, p program, srv *server, _ *emulator.Workspace, out *section) error {
	r, err := p.start(ctx)
	if err != nil {
		return err
	}
	if _, err = r.ready(ctx); err == nil {
		err = srv.quiet(ctx)
	}
	r.stop()
	if err != nil {
		return err
	}
	before, err := used(srv.cmd.Process.Pid)
	if err != nil {
		return err
	}
	if r, err = p.start(ctx); err != nil {
		return err
	}
	defer r.stop()
	ready, err := r.ready(ctx)
	if err != nil {
		return err
	}
	if err := wait(ctx, b.scale.idle/2); err != nil {
		return err
	}
	after, err := used(srv.cmd.Process.Pid)
	if err != nil {
		return err
	}
	own, err := used(r.cmd.Process.Pid)
	if err != nil {
		return err
	}
	now, peak, err := resident(r.cmd.Process.Pid)
	armed := fmt.Sprintf("%s timers armed", thousands(int64(2*b.scale.armed)))
	out.add(result{what: "start to ready, " + armed, ours: inMillis(ready), required: "100 ms"})
	out.add(result{what: fmt.Sprintf("processor time of Redis and of the program in the first %v of a start, unchanged file, %s", b.scale.idle/2, armed),
		ours: inSeconds(after-before) + " and " + inSeconds(own), required: "none for adoption"})
	out.add(result{what: "memory of the program, " + armed, ours: inMegabytes(now) + ", peak " + inMegabytes(peak), required: "43 MB"})
	return err
}

// restart measures how soon the program acts on what became due while it was down.
func (b *bench) restart(ctx context.Context, p program, srv *server, side *emulator.Workspace, out *section) error {
	w, err := openWorld(ctx, srv, 1, 0)
	if err != nil {
		return err
	}
	defer w.close()
	var took []float64
	for n := range b.scale.starts {
		due := time.Now().Add(-time.Second)
		if _, err := w.fill(ctx, load{callers: 1, calls: 1}, func(int) (time.Time, string) {
			return due.Add(-24 * time.Hour), "Restart " + strconv.Itoa(n)
		}); err != nil {
			return err
		}
		before := side.Log().Count("chat.postMessage")
		r, err := p.start(ctx)
		if err != nil {
			return err
		}
		acted := until(ctx, 30*time.Second, func() bool { return side.Log().Count("chat.postMessage") > before })
		took = append(took, millis(time.Since(r.began)))
		r.stop()
		if !acted {
			return errors.New("nothing was sent within 30 s of the start")
		}
	}
	out.add(result{what: fmt.Sprintf("restart to first call, %s timers armed", thousands(int64(2*b.scale.armed))), ours: figure(median(took)) + " ms", required: "150 ms"})
	return nil
}

// idle measures three replicas that have nothing to do.
func (b *bench) idle(ctx context.Context, p program, srv *server, _ *emulator.Workspace, out *section) error {
	pids := []int{srv.cmd.Process.Pid}
	for range 3 {
		r, err := p.start(ctx)
		if err != nil {
			return err
		}
		defer r.stop()
		if _, err := r.ready(ctx); err != nil {
			return err
		}
		pids = append(pids, r.cmd.Process.Pid)
	}
	if err := srv.quiet(ctx); err != nil {
		return err
	}
	all := func() (redis, replicas time.Duration, err error) {
		for i, pid := range pids {
			d, e := used(pid)
			if err = errors.Join(err, e); i == 0 {
				redis = d
			} else {
				replicas += d
			}
		}
		return redis, replicas, err
	}
	redis, replicas, err := all()
	if err != nil {
		return err
	}
	commands, err := srv.commands(ctx)
	if err != nil {
		return err
	}
	if err := wait(ctx, b.scale.idle); err != nil {
		return err
	}
	redis2, replicas2, err := all()
	if err != nil {
		return err
	}
	commands2, err := srv.commands(ctx)
	share := func(d time.Duration) string { return percent(d.Seconds() / b.scale.idle.Seconds()) }
	out.add(result{what: "processor time of three idle replicas, and of Redis, of one core", ours: share(replicas2-replicas) + " and " + share(redis2-redis), required: "1 % of three"})
	out.add(result{what: "commands of three idle replicas", ours: perSecond(float64(commands2-commands) / b.scale.idle.Seconds())})
	return err
}
