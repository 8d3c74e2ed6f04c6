package app

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"riskroom/core/engine"
)

// runMetrics counts what the engine does.
type runMetrics struct {
	late  prometheus.Histogram
	ended *prometheus.CounterVec
}

var _ engine.Observer = (*runMetrics)(nil)

func newRunMetrics(r prometheus.Registerer) (*runMetrics, error) {
	m := &runMetrics{
		late: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "riskroom_run_lateness_seconds",
			Help: "How long after its due time a run began.",
			// From on time to an hour: what is later was down, or held back.
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "riskroom_runs_ended_total",
			Help: "Runs that ended, by state: finished, skipped, cancelled, parked.",
		}, []string{"state"}),
	}
	for _, c := range []prometheus.Collector{m.late, m.ended} {
		if err := r.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Fired implements engine.Observer.
func (m *runMetrics) Fired(lateness time.Duration) { m.late.Observe(lateness.Seconds()) }

// Ended implements engine.Observer.
func (m *runMetrics) Ended(state engine.RunState) { m.ended.WithLabelValues(string(state)).Inc() }
