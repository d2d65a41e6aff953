package gateway

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/server"
)

// A stream passes the gateway piece by piece, beyond the bounds on one request,
// until the gateway drains.
func TestAStreamPassesTheGateway(t *testing.T) {
	const bound = 150 * time.Millisecond
	short := func(h http.Handler) *httptest.Server {
		srv := httptest.NewUnstartedServer(h)
		srv.Config.ReadTimeout, srv.Config.WriteTimeout = bound, bound
		srv.Start()
		t.Cleanup(srv.Close)
		return srv
	}
	next, ended := make(chan string), make(chan struct{})
	service := short(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		w.Header().Set("Content-Type", "text/event-stream")
		s := server.NewStream(w, nil)
		for {
			select {
			case text := <-next:
				_, _ = io.WriteString(s, text)
			case <-r.Context().Done():
				return
			}
		}
	}))
	drain := &server.Drain{}
	gateway := short(distributed(t, func(d *Deps) {
		u, err := NewUpstream(service.URL, NewTransport(), nil)
		require.NoError(t, err)
		u.Drain = drain
		d.Upstreams[TenantAdmin] = u
	}))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, gateway.URL+"/console/api/v1/stream", nil)
	require.NoError(t, err)
	go func() { next <- "data: first\n" }()
	res, err := gateway.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	require.True(t, lines.Scan())
	time.Sleep(3 * bound)
	next <- "data: second\n"
	require.True(t, lines.Scan())
	require.Equal(t, "data: second", lines.Text())

	drain.Begin()
	next <- "data: third\n"
	require.False(t, lines.Scan(), "nothing more passes")
	<-ended
}
