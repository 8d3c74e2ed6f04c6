// Package e2e_test runs riskroom as its users do: serve as a process of its
// own, stand-ins of the platforms that call it over HTTP or that it connects to,
// and a redis-server. The
// processes are killed, stopped and starved; what people see in the end has to
// be what they would have seen anyway.
//
// process_test.go starts and kills serve (the test binary, executed again),
// proxy_test.go stands between serve and Redis, slack_test.go and
// discord_test.go say what differs between platforms, bench_test.go puts these
// together, and story_test.go plays one story on that, from a command to what
// the platforms show in the end. kill_test.go is the heart of it.
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

// How a process that is to be serve learns of it.
const (
	modeVariable   = "RISKROOM_E2E_MODE"
	configVariable = "RISKROOM_E2E_CONFIG"
)

// A mode is how a process serves.
type mode string

const (
	asBuilt   mode = "as_built"
	plainOnce mode = "plain_once" // every call of an action is simply made
)

func TestMain(m *testing.M) {
	if how := os.Getenv(modeVariable); how != "" {
		os.Exit(serve(mode(how)))
	}
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		// One that mostly waits, TestKilled, is there all the time.
		if err := p.Value.Set(strconv.Itoa(runtime.GOMAXPROCS(0) + 1)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// serve is what `riskroom serve` does once its command line is read. It ends
// with its standard input too, so that it never outlives the test.
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
	src, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	cfg, problems := config.Load(name, src, config.Options{
		Platforms: platforms.Settings(), Env: os.LookupEnv, ReadFile: os.ReadFile,
	})
	if cfg == nil {
		return fmt.Errorf("the config file has problems:\n%s", problems)
	}
	s := app.Serving{
		Config: cfg, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Version: "e2e",
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)), Lease: 4 * time.Second,
	}
	if how == plainOnce {
		s.Wrap = func(p core.Platform) core.Platform { return plain{p} }
	}
	return app.Serve(ctx, s)
}
