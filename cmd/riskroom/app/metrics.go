package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"riskroom/bots/web"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// metrics counts what this process does. state has what all processes share.
type metrics struct {
	late    prometheus.Histogram
	ended   *prometheus.CounterVec
	called  *prometheus.CounterVec
	waits   *prometheus.HistogramVec
	reloads *prometheus.CounterVec
	inbound *web.Metrics
}

var _ engine.Observer = (*metrics)(nil)

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		late: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "riskroom_run_lateness_seconds",
			Help: "How long after its due time a run began.",
			// Up to an hour: anything later is due to an outage.
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "riskroom_runs_ended_total",
			Help: "Runs that ended, by state: finished, skipped, cancelled, parked.",
		}, []string{"state"}),
		called: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "riskroom_api_calls_total",
			Help: "Calls to a platform's API, by workspace, method and outcome: ok, rate_limited, unavailable, denied, not_found and so on.",
		}, []string{"workspace", "method", "outcome"}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "riskroom_budget_wait_seconds",
			Help: "How long a call must wait for the rate budget. Up to two seconds are waited for; longer waits defer the run.",
			// A call waits up to the end of the third bucket.
			Buckets: []float64{0.01, 0.5, 2, 10, 60, 300, 900, 3600},
		}, []string{"for"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "riskroom_config_reloads_total",
			Help: "How often the config file was read again, by outcome: applied, unchanged, invalid, restart, failed.",
		}, []string{"outcome"}),
	}
	for _, c := range []prometheus.Collector{m.late, m.ended, m.called, m.waits, m.reloads} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	var err error
	m.inbound, err = web.NewMetrics(r)
	return m, err
}

// Fired implements engine.Observer.
func (m *metrics) Fired(lateness time.Duration) { m.late.Observe(lateness.Seconds()) }

// Ended implements engine.Observer.
func (m *metrics) Ended(state engine.RunState) { m.ended.WithLabelValues(string(state)).Inc() }

// calls returns a function that counts a workspace's calls.
func (m *metrics) calls(workspace string) func(method, outcome string) {
	return func(method, outcome string) { m.called.WithLabelValues(workspace, method, outcome).Inc() }
}

// observedStore is the store. It observes the waits for the rate budget.
type observedStore struct {
	*store.Store
	waits *prometheus.HistogramVec
}

// TakeSlot implements engine.Slots.
func (m observedStore) TakeSlot(ctx context.Context, buckets []core.Bucket, person bool, within time.Duration) (time.Duration, error) {
	wait, err := m.Store.TakeSlot(ctx, buckets, person, within)
	if err == nil {
		who := "runs"
		if person {
			who = "people"
		}
		m.waits.WithLabelValues(who).Observe(wait.Seconds())
	}
	return wait, err
}

// state collects metrics from the store when they are scraped. Except for the checks,
// they are the same in every process that shares the store.
type state struct {
	store  *store.Store
	clock  core.Clock
	checks []web.Check

	workspaces []*workspace
}

var _ prometheus.Collector = (*state)(nil)

// stateTimeout is how long a scrape may wait for the store and the platforms.
const stateTimeout = 2 * time.Second

var (
	runsDesc = prometheus.NewDesc("riskroom_runs",
		"Runs that have not ended, by state: armed, running, waiting, parked. The same for all replicas.", []string{"state"}, nil)
	overdueDesc = prometheus.NewDesc("riskroom_oldest_overdue_seconds",
		"How long the oldest due timer has not been claimed; 0 if none is due. The same for all replicas.", nil, nil)
	groupsDesc = prometheus.NewDesc("riskroom_groups",
		"Groups that are bound to a risk. The same for all replicas.", nil, nil)
	capacityDesc = prometheus.NewDesc("riskroom_group_capacity",
		"How many more groups can be created, by workspace, if the platform has a limit.", []string{"workspace"}, nil)
	readyDesc = prometheus.NewDesc("riskroom_ready",
		"The checks of /readyz: 1 if the check passes.", []string{"check"}, nil)
	leaderDesc = prometheus.NewDesc("riskroom_gateway_leader",
		"Whether this process holds the connection that only one replica opens, by workspace: 1 on that replica.", []string{"workspace"}, nil)
)

// Describe implements prometheus.Collector.
func (s *state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{runsDesc, overdueDesc, groupsDesc, capacityDesc, readyDesc, leaderDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector. It leaves out what the store doesn't
// answer; riskroom_ready reports that.
func (s *state) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	if counts, first, err := s.store.Counts(ctx); err == nil {
		for _, state := range []engine.RunState{engine.Armed, engine.Running, engine.Waiting, engine.Parked} {
			gauge(runsDesc, float64(counts[state]), string(state))
		}
		overdue := 0.0
		if !first.IsZero() {
			overdue = max(0, s.clock.Now().Sub(first).Seconds())
		}
		gauge(overdueDesc, overdue)
	}
	if n, err := s.store.CountGroups(ctx); err == nil {
		gauge(groupsDesc, float64(n))
	}
	for _, w := range s.workspaces {
		if room, limited := w.capacity(); limited {
			gauge(capacityDesc, float64(room), w.Settings.Name)
		}
		if l, ok := w.bot.Socket().(platform.LedSocket); ok {
			gauge(leaderDesc, truth(l.Leads()), w.Settings.Name)
		}
	}
	for check, err := range web.RunChecks(ctx, s.checks) {
		gauge(readyDesc, truth(err == nil), check.Name)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
