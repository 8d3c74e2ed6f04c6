package web

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts the requests from platforms.
type Metrics struct {
	requests *prometheus.CounterVec
}

// NewMetrics returns Metrics that are registered with r.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{requests: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "riskroom_inbound_requests_total",
		Help: "Requests from platforms, by workspace, kind and outcome: ok, bad_signature, stale, replay, too_large, wrong_team and so on.",
	}, []string{"workspace", "kind", "outcome"})}
	if err := r.Register(m.requests); err != nil {
		return nil, err
	}
	return m, nil
}

// Observer returns a function that counts a workspace's requests.
func (m *Metrics) Observer(workspace string) func(kind, outcome string) {
	return func(kind, outcome string) { m.requests.WithLabelValues(workspace, kind, outcome).Inc() }
}
