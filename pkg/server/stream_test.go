package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A listener whose bounds on one request are shorter than the stream.
func TestStreamOutlastsTheBoundsOfOneRequest(t *testing.T) {
	const bound = 150 * time.Millisecond
	next := make(chan string)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := NewStream(w, nil)
		for text := range next {
			if _, err := io.WriteString(s, text); err != nil || r.Context().Err() != nil {
				return
			}
		}
	}))
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = bound, bound
	srv.Start()
	t.Cleanup(srv.Close)
	defer close(next)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	require.NoError(t, err)
	go func() { next <- "first\n" }()
	res, err := srv.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	require.True(t, lines.Scan(), "each piece goes out at once")
	time.Sleep(3 * bound)
	next <- "second\n"
	require.True(t, lines.Scan())
	require.Equal(t, "second", lines.Text())
}

func TestStreamEndsWhenItsProgramDoes(t *testing.T) {
	drain := &Drain{}
	w := httptest.NewRecorder()
	s := NewStream(w, drain)
	_, err := io.WriteString(s, "x")
	require.NoError(t, err, "a writer without a connection is one all the same")
	require.True(t, w.Flushed)
	drain.Begin()
	_, err = io.WriteString(s, "y")
	require.ErrorIs(t, err, ErrDraining)
	require.Equal(t, "x", w.Body.String())
}

func TestStreamOfNobodySaysSo(t *testing.T) {
	s := NewStream(gone{httptest.NewRecorder()}, nil)
	_, err := io.WriteString(s, "x")
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, IsStream(http.Header{"Content-Type": {"text/event-stream"}}))
	require.False(t, IsStream(http.Header{"Content-Type": {"application/json"}}))
}

type gone struct{ http.ResponseWriter }

func (gone) Write([]byte) (int, error) { return 0, errors.Join(context.Canceled) }
