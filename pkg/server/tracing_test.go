package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/stretchr/testify/require"
)

func TestAStrangersTraceIsLinkedNeverJoined(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("test")
	seal := NewSeal(sealKey, newClock().now)
	stranger := strings.Repeat("a", 32)
	parent := "00-" + stranger + "-" + strings.Repeat("b", 16) + "-01"
	f := newFixture(func(c *Config) { c.Tracer, c.Seal = tracer, seal })

	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.Header.Set("Traceparent", parent)
	f.do(r)
	r = sealed(seal, http.MethodGet, "/panic", samplePeer())
	r.Header.Set("Traceparent", parent)
	f.do(r)

	ended := spans.Ended()
	require.Len(t, ended, 2)
	require.Equal(t, "GET /page", ended[0].Name())
	require.NotEqual(t, stranger, ended[0].SpanContext().TraceID().String())
	require.Len(t, ended[0].Links(), 1)
	require.Equal(t, stranger, ended[0].Links()[0].SpanContext.TraceID().String())
	require.Equal(t, "GET /panic", ended[1].Name())
	require.Equal(t, stranger, ended[1].SpanContext().TraceID().String(), "under the seal it is the gateway's own")
	require.Empty(t, ended[1].Links())
}

func TestTheEdgeReplacesAStrangersTrace(t *testing.T) {
	stranger := strings.Repeat("a", 32)
	for _, traced := range []bool{false, true} {
		var passed string
		f := newFixture(func(c *Config) {
			c.Edge = true
			if traced {
				c.Tracer = sdktrace.NewTracerProvider().Tracer("test")
			}
		})
		f.GET("/pass", func(c echo.Context) error {
			passed = c.Request().Header.Get("Traceparent")
			return c.NoContent(http.StatusNoContent)
		})
		r := httptest.NewRequest(http.MethodGet, "/pass", nil)
		r.Header.Set("Traceparent", "00-"+stranger+"-"+strings.Repeat("b", 16)+"-01")
		f.do(r)
		require.NotContains(t, passed, stranger)
		require.Equal(t, traced, passed != "")
	}
}
