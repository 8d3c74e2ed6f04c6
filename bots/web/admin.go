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

// Check is one check of /healthz or /readyz.
type Check struct {
	Name  string
	Run   func(ctx context.Context) error // returns nil if the check passes
	State func() string                   // details to add to "ok"; may be nil
}

// Admin is what the administrators' server shows.
type Admin struct {
	// Health contains checks that a restart would fix: whether the loops run.
	Health []Check
	// Ready contains checks of what the process needs: the store is reachable, the
	// platforms accept the credentials.
	Ready   []Check
	Metrics prometheus.Gatherer
}

// checkTimeout is how long all checks together may take.
const checkTimeout = 2 * time.Second

// NewAdmin returns the server for administrators and their monitoring: /healthz,
// /readyz and /metrics. It has no access control, so it must listen on a private
// address.
func NewAdmin(a Admin, log *slog.Logger) *http.Server {
	e := edge(log)
	e.GET("/healthz", checked(a.Health))
	e.GET("/readyz", checked(a.Ready))
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	})))
	return server(e, log)
}

// checked runs all checks concurrently and answers with one line for each.
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

// RunChecks runs all checks concurrently, until ctx ends, and yields each with its
// result, in order.
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

// outcome waits for a check's result or the end of ctx, which the check may ignore.
func outcome(ctx context.Context, result <-chan error) error {
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
