package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadinessNamesWhatFails(t *testing.T) {
	var databaseErr, redisErr error
	calls := 0
	f := newFixture(func(c *Config) {
		c.Ready = []Probe{
			{Name: "database", Grace: time.Minute, Check: func(context.Context) error { calls++; return databaseErr }},
			{Name: "redis", Grace: -1, Check: func(context.Context) error { return redisErr }},
		}
	})
	ready := func() (int, string) {
		w := f.do(httptest.NewRequest(http.MethodGet, "/readyz", nil))
		return w.Code, w.Body.String()
	}
	databaseErr, redisErr = errors.New("password=c4n4ry"), errors.New("away")
	code, body := ready()
	require.Equal(t, 503, code, "what has never answered has no grace")
	require.JSONEq(t, `{"status":"not_ready","components":{"database":"failing","redis":"failing"}}`, body)

	databaseErr, redisErr = nil, nil
	f.clock.advance(time.Second)
	code, _ = ready()
	require.Equal(t, 200, code)
	_, _ = ready()
	require.Equal(t, 2, calls, "probes run once a second at most")

	databaseErr, redisErr = errors.New("away"), errors.New("away")
	f.clock.advance(59 * time.Second)
	code, body = ready()
	require.Equal(t, 200, code, "within its grace")
	require.JSONEq(t, `{"status":"ready","components":{"database":"failing","redis":"failing"}}`, body)
	f.clock.advance(time.Second)
	code, _ = ready()
	require.Equal(t, 503, code)

	databaseErr = nil
	f.clock.advance(time.Hour)
	code, _ = ready()
	require.Equal(t, 200, code, "redis may fail for ever")
}

func TestADrainingProgramIsNotReadyButServes(t *testing.T) {
	d := &Drain{}
	f := newFixture(func(c *Config) { c.Drain = d })
	d.Begin()
	require.Equal(t, 503, f.do(httptest.NewRequest(http.MethodGet, "/readyz", nil)).Code)
	require.Equal(t, 200, f.do(httptest.NewRequest(http.MethodGet, "/healthz", nil)).Code)
	w := f.do(httptest.NewRequest(http.MethodGet, "/page", nil))
	require.Equal(t, 200, w.Code)
	require.Equal(t, "close", w.Header().Get("Connection"))
}

func TestTheVersionIsTold(t *testing.T) {
	f := newFixture(nil)
	require.Contains(t, f.do(httptest.NewRequest(http.MethodGet, "/version", nil)).Body.String(), `"version":"1.2.3"`)
}
