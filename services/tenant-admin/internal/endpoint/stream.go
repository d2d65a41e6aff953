package endpoint

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// The pace of a stream.
const (
	streamEvery = time.Second
	streamBeat  = 5  // turns between two proofs that the caller may still look
	streamPage  = 50 // explanations that one turn can tell
	streamRetry = 2 * time.Second
)

// summary is an explanation as streams tell it: of its checks, the one for which
// the request was refused.
type summary struct {
	TraceID  string    `json:"trace_id"`
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint"`
	ClientID string    `json:"client_id,omitempty"`
	Outcome  string    `json:"outcome"`
	Error    string    `json:"error,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Check    string    `json:"check,omitempty"`
}

// MountStream adds the stream of a workspace's explanations, as server-sent
// events. It is the console's alone and no part of the specification.
func (a *API) MountStream(e *echo.Echo, prefix string, around ...echo.MiddlewareFunc) {
	e.GET(prefix+echoPath(traces)+"/stream", func(c echo.Context) error {
		if err := a.stream(c); err != nil {
			return Fail(c, err)
		}
		return nil
	}, around...)
}

// stream tells of explanations as they are recorded, until the reader leaves,
// the caller may not look any more, or the program ends: readers come back by
// themselves, with a fresh token.
func (a *API) stream(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := a.follow(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	s := server.NewStream(c.Response(), a.Drain)
	if say(s, "retry: %d\n\n", streamRetry.Milliseconds()) != nil {
		return nil // nobody reads it
	}
	tick := time.NewTicker(streamEvery)
	defer tick.Stop()
	for turn := 1; ; turn++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if turn%streamBeat == 0 {
			if _, err := a.mayFollow(c); err != nil || say(s, ": \n\n") != nil {
				return nil // the answer has begun: all that is left is to end it
			}
		}
		if a.Drain.Begun() || f.tell(ctx, s) != nil {
			return nil
		}
	}
}

// following is what one reader wants to be told of.
type following struct {
	traces   kv.Workspace
	clientID string
	seen     map[string]bool
}

// mayFollow proves the caller, as phases does for every route.
func (a *API) mayFollow(c echo.Context) (*call, error) {
	r := route{http.MethodGet, traces + "/stream", caller.Read, nil}
	k := &call{ctx: c.Request().Context(), echo: c}
	if err := a.identify(r, k); err != nil {
		return nil, err
	}
	if err := a.locate(r, k); err != nil {
		return nil, err
	}
	return k, authorize(r, k)
}

// follow begins to follow. What is there by now has been seen, save what came
// after the last event that a returning reader had.
func (a *API) follow(c echo.Context) (*following, error) {
	k, err := a.mayFollow(c)
	if err != nil {
		return nil, err
	}
	query, err := oauth.ParseForm(c.Request().URL.RawQuery)
	clientID := query.Get("client_id")
	if err != nil || clientID != "" && !domain.ValidClientID(clientID) || len(query) > 1 || len(query) == 1 && !query.Has("client_id") {
		return nil, problem.Invalid.With(problem.Finding{Parameter: "client_id", Detail: "The query may name one client and nothing else."})
	}
	f := &following{traces: a.KV.Workspace(k.workspace), clientID: clientID, seen: map[string]bool{}}
	records, err := f.newest(k.ctx)
	if err != nil {
		return nil, err
	}
	last := c.Request().Header.Get("Last-Event-ID")
	if i := slices.IndexFunc(records, func(r trace.Record) bool { return r.TraceID == last }); i >= 0 {
		records = records[i:]
	}
	for _, r := range records {
		f.seen[r.TraceID] = true
	}
	return f, nil
}

// newest reads the latest explanations, newest first.
func (f *following) newest(ctx context.Context) ([]trace.Record, error) {
	bodies, _, err := f.traces.Traces(ctx, streamPage, "")
	if err != nil {
		return nil, err
	}
	var out []trace.Record
	for _, b := range bodies {
		if r, err := trace.Parse(b); err == nil && trace.ValidID(r.TraceID) {
			out = append(out, r)
		}
	}
	return out, nil
}

// tell sends what has been recorded since the last turn, in its order.
func (f *following) tell(ctx context.Context, s io.Writer) error {
	records, err := f.newest(ctx)
	if err != nil {
		return nil // an outage: the next turn asks again
	}
	now := map[string]bool{}
	for _, r := range slices.Backward(records) {
		now[r.TraceID] = true
		if f.seen[r.TraceID] || f.clientID != "" && r.ClientID != f.clientID {
			continue
		}
		raw, err := json.Marshal(summary{r.TraceID, r.At, r.Endpoint, r.ClientID, r.Outcome, r.Error, r.Reason, firstFailed(&r)})
		if err != nil {
			return err
		}
		if err := say(s, "event: trace\nid: %s\ndata: %s\n\n", r.TraceID, raw); err != nil {
			return err
		}
	}
	f.seen = now
	return nil
}

// say writes one event whole.
func say(s io.Writer, format string, args ...any) error {
	_, err := io.WriteString(s, fmt.Sprintf(format, args...))
	return err
}
