package follow

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/azflow/azflow/internal/ingest"
	"github.com/azflow/azflow/internal/source"
)

// Metrics are what a follower tells Prometheus.
type Metrics struct {
	registry *prometheus.Registry

	passes   *prometheus.CounterVec
	seconds  prometheus.Histogram
	blobs    *prometheus.CounterVec
	tuples   prometheus.Counter
	records  prometheus.Counter
	bytes    prometheus.Counter
	refused  prometheus.Counter
	requests *prometheus.CounterVec
	answers  *prometheus.CounterVec
	cost     *prometheus.CounterVec
	started  prometheus.Gauge

	mu       sync.Mutex
	complete time.Time // start of the last pass that was
}

// NewMetrics returns metrics that say nothing yet.
func NewMetrics(now func() time.Time) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		passes:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "azflow_passes_total", Help: "Passes over the sources, by result: complete, partial or failed."}, []string{"result"}),
		seconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "azflow_pass_duration_seconds", Help: "How long passes took.", Buckets: prometheus.ExponentialBuckets(0.1, 3, 9)}),
		blobs:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "azflow_blobs_total", Help: "Blobs by what a pass found: listed, unchanged, rewritten, held by another azflow, gone, failed."}, []string{"outcome"}),
		tuples:   prometheus.NewCounter(prometheus.CounterOpts{Name: "azflow_tuples_total", Help: "Flow tuples stored."}),
		records:  prometheus.NewCounter(prometheus.CounterOpts{Name: "azflow_records_total", Help: "Flow records read."}),
		bytes:    prometheus.NewCounter(prometheus.CounterOpts{Name: "azflow_log_bytes_total", Help: "Bytes of flow log read, decompressed."}),
		refused:  prometheus.NewCounter(prometheus.CounterOpts{Name: "azflow_quarantined_total", Help: "Pieces of input that went to quarantine."}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "azflow_storage_requests_total", Help: "Requests to storage accounts, by class of the price list."}, []string{"account", "operation"}),
		answers:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "azflow_storage_response_bytes_total", Help: "Bytes that storage accounts answered."}, []string{"account", "operation"}),
		cost:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "azflow_storage_cost_dollars_total", Help: "Estimated price of the requests, by the prices of the configuration."}, []string{"account"}),
		started:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "azflow_last_pass_start_timestamp_seconds", Help: "When the last pass began."}),
	}
	lag := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "azflow_lag_seconds", Help: "All that the sources held this long ago is in the lake; -1 before the first complete pass."}, func() float64 {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.complete.IsZero() {
			return -1
		}
		return now().Sub(m.complete).Seconds()
	})
	m.registry.MustRegister(m.passes, m.seconds, m.blobs, m.tuples, m.records, m.bytes, m.refused, m.requests, m.answers, m.cost, m.started, lag,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, result := range []string{"complete", "partial", "failed"} {
		m.passes.WithLabelValues(result)
	}
	return m
}

// Passed counts a pass. price returns what requests cost, in dollars.
func (m *Metrics) Passed(p Pass, price func(source.Usage) float64) {
	result := "partial"
	switch {
	case p.Err != nil:
		result = "failed"
	case p.Complete():
		result = "complete"
		m.mu.Lock()
		m.complete = p.Started
		m.mu.Unlock()
	}
	m.passes.WithLabelValues(result).Inc()
	m.seconds.Observe(p.Ended.Sub(p.Started).Seconds())
	m.started.Set(float64(p.Started.UnixMilli()) / 1e3)
	m.counts(p.Summary)
	for _, u := range p.Summary.Usage {
		m.requests.WithLabelValues(u.Account, u.Operation).Add(float64(u.Requests))
		m.answers.WithLabelValues(u.Account, u.Operation).Add(float64(u.Bytes))
		m.cost.WithLabelValues(u.Account).Add(price(u))
	}
}

func (m *Metrics) counts(s *ingest.Summary) {
	for outcome, n := range map[string]int64{
		"listed": s.Blobs, "unchanged": s.Stored, "rewritten": int64(len(s.Rewritten)), "held": s.Held, "gone": s.Gone, "failed": int64(len(s.Failed)),
	} {
		m.blobs.WithLabelValues(outcome).Add(float64(n))
	}
	m.tuples.Add(float64(s.Tuples))
	m.records.Add(float64(s.Records))
	m.bytes.Add(float64(s.LogBytes))
	m.refused.Add(float64(s.RefusedCount()))
}

// Handler answers GET /metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
