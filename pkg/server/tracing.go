package server

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// startSpan begins the request's span. A traceparent is a parent only where
// the gateway's seal vouches for the hop; a stranger's becomes a link, so that
// nobody can write into our traces or choose what is sampled.
func (f *front) startSpan(c echo.Context, rc *request) func(error) {
	r := c.Request()
	ctx := r.Context()
	options := []oteltrace.SpanStartOption{oteltrace.WithSpanKind(oteltrace.SpanKindServer)}
	remote := propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	if sc := oteltrace.SpanContextFromContext(remote); sc.IsValid() {
		if rc.sealed {
			ctx = remote
		} else {
			options = append(options, oteltrace.WithLinks(oteltrace.Link{SpanContext: sc}))
		}
	}
	ctx, span := f.cfg.Tracer.Start(ctx, r.Method, options...)
	if f.cfg.Edge {
		delete(r.Header, "Tracestate")
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(r.Header))
	}
	c.SetRequest(r.WithContext(ctx))
	return func(err error) {
		status := c.Response().Status
		if err != nil {
			status = f.row(c, err).Status
		}
		span.SetName(r.Method + " " + c.Path())
		span.SetAttributes(attribute.String("service", f.cfg.Name), attribute.String("http.request.method", r.Method), attribute.String("http.route", c.Path()),
			attribute.Int("http.response.status_code", status), attribute.String("signet.trace_id", rc.traceID))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}
