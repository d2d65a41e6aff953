package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// Metrics counts what a process does. No metric carries a tenant, a client or
// a user: the number of series is fixed by the code, not by who calls. The nil
// *Metrics counts nothing.
type Metrics struct {
	registry *prometheus.Registry
	provider *sdkmetric.MeterProvider
	meter    metric.Meter
	requests metric.Float64Histogram

	mu     sync.RWMutex
	series map[requestSeries][]metric.RecordOption
}

type requestSeries struct {
	service, method, route string
	status                 int
}

// maxSeries bounds the prepared label sets, should a route be unbounded by
// mistake; what comes beyond is counted under the route "other".
const maxSeries = 4096

var requestBuckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// NewMetrics returns metrics that Handler exposes in the Prometheus format.
func NewMetrics(version string) (*Metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics exporter: %w", err)
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))
	m := &Metrics{registry: registry, provider: provider, meter: provider.Meter("signet"), series: map[requestSeries][]metric.RecordOption{}}
	m.requests, err = m.meter.Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP server requests."), metric.WithExplicitBucketBoundaries(requestBuckets...))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "signet_build_info", Help: "The running version; always 1.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	registry.MustRegister(build)
	return m, nil
}

// Close stops the metrics.
func (m *Metrics) Close(ctx context.Context) error {
	if m == nil {
		return nil
	}
	return m.provider.Shutdown(ctx)
}

// Provider is for libraries that bring metrics of their own.
func (m *Metrics) Provider() metric.MeterProvider { return m.provider }

// Diagnostics serves /metrics and, under /debug/pprof/, the profiler. It
// belongs on a listener of its own that the outside cannot reach.
func (m *Metrics) Diagnostics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// request records one request. The route is the pattern that matched, so its
// values are those of the routing table.
func (m *Metrics) request(service, method, route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "_OTHER"
	}
	key := requestSeries{service, method, route, status}
	m.mu.RLock()
	options, ok := m.series[key]
	m.mu.RUnlock()
	if !ok {
		options = m.prepare(key)
	}
	m.requests.Record(context.Background(), took.Seconds(), options...)
}

func (m *Metrics) prepare(key requestSeries) []metric.RecordOption {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.series) >= maxSeries {
		key.route = "other"
	}
	if options, ok := m.series[key]; ok {
		return options
	}
	options := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(
		attribute.String("service", key.service), attribute.String("http.request.method", key.method),
		attribute.String("http.route", key.route), attribute.Int("http.response.status_code", key.status)))}
	m.series[key] = options
	return options
}

// Counter counts events by a few labels whose values are known beforehand. The
// nil *Counter counts nothing.
type Counter struct {
	name    string
	labels  []string
	counter metric.Int64Counter
	series  sync.Map // joined label values -> []metric.AddOption
	mu      sync.Mutex
	known   int
}

// Counter returns the counter of that name, which must begin with "signet_"
// and is exposed with the suffix "_total". It panics on a name that
// OpenTelemetry refuses: names are constants.
func (m *Metrics) Counter(name, description string, labels ...string) *Counter {
	if m == nil {
		return nil
	}
	c, err := m.meter.Int64Counter(strings.TrimSuffix(name, "_total"), metric.WithDescription(description))
	if err != nil {
		panic(fmt.Sprintf("metrics: counter %s: %v", name, err))
	}
	return &Counter{name: name, labels: slices.Clone(labels), counter: c}
}

// Add counts one event. The values stand in the order of the labels; none may
// come from a caller's free choice. It panics on another number of values.
func (c *Counter) Add(values ...string) { c.AddN(1, values...) }

// AddN counts n events at once.
func (c *Counter) AddN(n int64, values ...string) {
	if c == nil {
		return
	}
	if len(values) != len(c.labels) {
		panic("metrics: " + c.name + " has other labels")
	}
	key := strings.Join(values, "\x00")
	options, ok := c.series.Load(key)
	if !ok {
		options = c.prepare(key, values)
	}
	o, _ := options.([]metric.AddOption)
	c.counter.Add(context.Background(), n, o...)
}

func (c *Counter) prepare(key string, values []string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	attrs := make([]attribute.KeyValue, len(values))
	full := c.known >= maxSeries
	for i, v := range values {
		if full {
			v = "other"
		}
		attrs[i] = attribute.String(c.labels[i], v)
	}
	options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attrs...))}
	if full {
		return options
	}
	c.known++
	c.series.Store(key, options)
	return options
}

// Gauge exposes what read returns whenever metrics are collected.
func (m *Metrics) Gauge(name, description string, read func() float64) {
	if m == nil {
		return
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: description}, read))
}

// Count exposes a counter that somebody else keeps, such as a loss counter.
func (m *Metrics) Count(name, description string, read func() float64) {
	if m == nil {
		return
	}
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: description}, read))
}
