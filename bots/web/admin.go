package web

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check reports whether one thing is as it should be.
type Check struct {
	Name  string
	Run   func(ctx context.Context) error // nil if it is
	State func() string                   // what to say beside "ok", nil for nothing
}

// Admin is what the administrators' server shows.
type Admin struct {
	// Health says whether the process can go on: its loops run. What a restart
	// would not mend does not belong here.
	Health []Check
	// Ready says whether the process can be of use: the store is reachable, the
	// platforms accept the credentials.
	Ready   []Check
	Metrics prometheus.Gatherer
}

// checkTimeout is how long all checks together may take.
const checkTimeout = 2 * time.Second

// NewAdmin returns the server for administrators and their monitoring: /healthz,
// /readyz and /metrics. It has no access control: it belongs on a private
// address. The caller gives it a listener.
func NewAdmin(a Admin, log *slog.Logger) *http.Server {
	e := edge(log)
	e.GET("/healthz", checked(a.Health))
	e.GET("/readyz", checked(a.Ready))
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	})))
	return server(e, log)
}

// checked runs all checks at once and answers one line for each.
func checked(checks []Check) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), checkTimeout)
		defer cancel()
		status, lines := http.StatusOK, []string{}
		for check, err := range RunChecks(ctx, checks) {
			line := check.Name + ": ok"
			switch {
			case err != nil:
				status, line = http.StatusServiceUnavailable, check.Name+": "+strings.ReplaceAll(err.Error(), "\n", " ")
			case check.State != nil:
				line += " (" + check.State() + ")"
			}
			lines = append(lines, line)
		}
		return c.String(status, strings.Join(append(lines, ""), "\n"))
	}
}

// RunChecks runs all checks at once, until ctx ends, and goes through them with
// what they found, in order.
func RunChecks(ctx context.Context, checks []Check) iter.Seq2[Check, error] {
	return func(yield func(Check, error) bool) {
		results := make([]chan error, len(checks))
		for i, check := range checks {
			results[i] = make(chan error, 1)
			go func() { results[i] <- check.Run(ctx) }()
		}
		for i, check := range checks {
			if !yield(check, outcome(ctx, results[i])) {
				return
			}
		}
	}
}

// outcome waits for a check that may not heed its context.
func outcome(ctx context.Context, result <-chan error) error {
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
