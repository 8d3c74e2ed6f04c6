// Package e2e_test runs riskroom as users do: serve as a separate process, emulators of
// the platforms, and a redis-server. It kills, stops and disconnects them. In the end,
// people must see what they would have seen otherwise.
//
// process_test.go starts and kills serve (the test binary, executed again).
// proxy_test.go is a proxy between serve and Redis. slack_test.go and discord_test.go
// contain what differs between platforms. bench_test.go combines these, and
// story_test.go plays a story on them, from a command to the platforms' final state.
// kill_test.go contains the main test. life_test.go plays all that people do with a risk;
// people_test.go acts for them in a platform's client.
package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
)

// The environment variables of a process that runs serve.
const (
	modeVariable   = "RISKROOM_E2E_MODE"
	configVariable = "RISKROOM_E2E_CONFIG"
	aheadVariable  = "RISKROOM_E2E_AHEAD" // how far its clock is ahead; "" if it isn't
)

// mode is how a process serves.
type mode string

const (
	asBuilt   mode = "as_built"
	plainOnce mode = "plain_once" // every call is made without Once's checks
)

func TestMain(m *testing.M) {
	if how := os.Getenv(modeVariable); how != "" {
		os.Exit(serve(mode(how)))
	}
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		// Most tests mostly wait.
		if err := p.Value.Set(strconv.Itoa(runtime.GOMAXPROCS(0) + 1)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// serve does what `riskroom serve` does after parsing its command line. It also ends
// when its standard input does, so that it never outlives the test.
func serve(how mode) int {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serveConfig(ctx, os.Getenv(configVariable), how); err != nil {
		fmt.Fprintf(os.Stderr, "riskroom: %v\n", err)
		return 1
	}
	return 0
}

func serveConfig(ctx context.Context, name string, how mode) error {
	load := func() (*config.Config, config.Problems, error) {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		cfg, problems := config.Load(name, src, config.Options{
			Format: config.NewFormat(platforms.Settings()), Env: os.LookupEnv, ReadFile: os.ReadFile,
		})
		return cfg, problems, nil
	}
	asked := make(chan struct{}, 1)
	hups := make(chan os.Signal, 1)
	signal.Notify(hups, syscall.SIGHUP)
	go func() {
		for range hups {
			asked <- struct{}{}
		}
	}()
	cfg, problems, err := load()
	if err != nil {
		return err
	}
	if cfg == nil {
		return fmt.Errorf("the config file has problems:\n%s", problems)
	}
	s := app.Serving{
		Config: cfg, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Version: "e2e",
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)), Lease: 4 * time.Second,
		Reload: &app.Reloading{Load: load, Asked: asked},
	}
	if how == plainOnce {
		s.Wrap = func(p core.Platform) core.Platform { return plain{p} }
	}
	if ahead, err := time.ParseDuration(os.Getenv(aheadVariable)); err == nil {
		s.Clock = core.ClockFunc(func() time.Time { return time.Now().Add(ahead) })
	}
	return app.Serve(ctx, s)
}
