package boot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Version is the release, set by the linker.
var Version = "dev"

// commit is the revision that the program was built from, where known.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

func newLogger(c Log, w io.Writer) *slog.Logger {
	var level slog.Level
	// Check has refused what does not parse.
	_ = level.UnmarshalText([]byte(c.Level))
	return server.NewLogger(w, c.Format, level)
}

func newHasher(c Password) *password.Hasher {
	return password.New(password.Config{
		MaxConcurrent: c.MaxConcurrent, MaxQueued: c.MaxQueued,
		// Check has bounded all three.
		Params: password.Params{MemoryKiB: uint32(c.MemoryKiB), Iterations: uint32(c.Iterations), Parallelism: uint8(c.Parallelism)},
	})
}

// telemetry starts metrics always and tracing where an endpoint is configured,
// by the variables that OpenTelemetry defines.
func (p *Platform) telemetry(ctx context.Context) error {
	var err error
	if p.Metrics, err = server.NewMetrics(Version); err != nil {
		return err
	}
	p.closers = append(p.closers, p.Metrics.Close)
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "signet-"+p.Name), attribute.String("service.version", Version)), resource.WithFromEnv())
	if err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	otel.SetTracerProvider(provider)
	p.Tracer = provider.Tracer("signet")
	p.closers = append(p.closers, provider.Shutdown)
	return nil
}

func tracerProvider() oteltrace.TracerProvider { return otel.GetTracerProvider() }
