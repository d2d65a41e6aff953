package suite_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// The whole of client authentication: every method at every endpoint under
// every condition. The methods are those that the product serves and the
// endpoints those of its metadata, so that a new one of either fails here until
// its cells are written. CA-18, PJ-26, and the heart of CA, PJ and MT.
func TestEveryMethodAtEveryEndpointUnderEveryCondition(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n, abroad := party.Register(t, tg), party.Register(t, tg)
		served := n.Default().Get(t, "/.well-known/oauth-authorization-server").JSON()
		require.ElementsMatch(t, clientauth.Methods(), list(served["token_endpoint_auth_methods_supported"]))
		require.ElementsMatch(t, clientauth.Methods(), slices.Collect(maps.Keys(ways())), "every method has its cells")
		require.ElementsMatch(t, endpointsOfClients(served), slices.Collect(maps.Keys(doors())), "every endpoint has its cells")
		for _, method := range clientauth.Methods() {
			t.Run(method, func(t *testing.T) {
				t.Parallel()
				f := newField(t, n, abroad, method)
				for name, try := range conditions(t, ways()[method]) {
					for at, d := range doors() {
						t.Run(name+" at "+at, func(t *testing.T) {
							t.Parallel()
							c := &cell{field: f, at: at, door: d, ip: ownAddress()}
							for i, s := range try(t, f) {
								c.fire(t, i, s)
							}
						})
					}
				}
			})
		}
	})
}

// endpointsOfClients are the members of the metadata that name endpoints at
// which clients authenticate: all but those of browsers and of bearers.
func endpointsOfClients(metadata map[string]any) []string {
	var found []string
	for name := range metadata {
		if strings.HasSuffix(name, "_endpoint") && !slices.Contains([]string{"authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"}, name) {
			found = append(found, name)
		}
	}
	return found
}

// way is how one method is put to the test: a client, and a trial for every
// condition. None may be missing; where a method knows no such thing, the trial
// says what then happens instead.
type way struct {
	// client registers one, trusted, with the metadata given.
	client func(t testing.TB, g *ground, metadata map[string]any) *party.App

	Right, WrongCredential, AnotherClients, AnotherWorkspaces, AnotherTenants, MethodDisabled, TwoMethods, Expired, Replayed trial
}

// trial is what is sent under one condition, and what must come of it.
type trial func(t testing.TB, f *field) []shot

// shot is one request.
type shot struct {
	with party.Credentials
	want outcome
	// about is the client whose code or token the request is about; the field's
	// own unless told.
	about *party.App
	// at has what must come of it at an endpoint where that differs.
	at map[string]outcome
}

// outcome is what an endpoint must do: let the client in, or refuse with a code
// and name the check that failed in the explanation.
type outcome struct{ code, check string }

var letIn = outcome{}

func refusal(check string) outcome { return outcome{"invalid_client", check} }

// conditions are the trials of a way by their names.
func conditions(t testing.TB, w way) map[string]trial {
	t.Helper()
	require.NotNil(t, w.client)
	found := map[string]trial{}
	for field, value := range reflect.ValueOf(w).Fields() {
		if !field.IsExported() {
			continue
		}
		try, ok := value.Interface().(trial)
		require.True(t, ok && try != nil, "no cells for the condition %s", field.Name)
		found[field.Name] = try
	}
	return found
}

// cell is one method under one condition at one endpoint.
type cell struct {
	*field
	at   string
	door door
	ip   string
}

// fire sends one request and asserts everything about the answer.
func (c *cell) fire(t *testing.T, i int, s shot) {
	t.Helper()
	if s.about == nil {
		s.about = c.own
	}
	want := s.want
	if other, differs := s.at[c.at]; differs {
		want = other
	}
	g := c.ground(s.about)
	form, settle := c.door.request(t, g, s.about)
	a := s.with.Send(t, s.about.Workspace, c.ip, c.door.path, form)
	if want == letIn {
		require.Less(t, a.Status, 300, "shot %d: %s", i, a)
		c.door.opened(t, a)
	} else {
		refused(t, a, want.code)
		require.NotContains(t, a.JSON(), "active")
		require.NotContains(t, a.JSON(), "request_uri")
		explains(t, s.about.Workspace, a, want.check)
	}
	require.Contains(t, a.Header.Get("Cache-Control"), "no-store")
	tried := strings.HasPrefix(s.with.Authorization, "Basic ") && a.Status == http.StatusUnauthorized
	if tried {
		require.True(t, strings.HasPrefix(a.Header.Get("WWW-Authenticate"), `Basic realm="`+s.about.Workspace.Issuer()+`"`), a.Header.Get("WWW-Authenticate"))
	} else {
		require.Empty(t, a.Header.Get("WWW-Authenticate"))
	}
	settle(t, want == letIn)
}

// explains expects that the request's explanation names the check that failed.
func explains(t testing.TB, w *party.Workspace, a wire.Answer, check string) {
	t.Helper()
	require.Equal(t, w.Tenant.Target.URL+"/console/"+w.Tenant.TID+"/workspaces/"+w.AID+"/explain/"+a.Header.Get("X-Trace-Id"), a.Text("error_uri"))
	var trace wire.Answer
	// They are written one by one in the background; nothing is promised of when.
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		trace = w.API(t, http.MethodGet, "/traces/"+a.Header.Get("X-Trace-Id"), nil)
		if trace.Status != http.StatusOK {
			continue
		}
		require.Contains(t, failedChecks(trace), check, "the explanation: %s", trace)
		return
	}
	t.Fatalf("no explanation of %s but %s", a, trace)
}

// failedChecks are the names of the checks that failed.
func failedChecks(trace wire.Answer) []string {
	var failed []string
	checks, _ := trace.JSON()["checks"].([]any)
	for _, c := range checks {
		if c, ok := c.(map[string]any); ok && c["result"] == "fail" {
			failed = append(failed, fmt.Sprint(c["name"]))
		}
	}
	return failed
}

var addresses atomic.Uint32

// ownAddress is a loopback address that no other request comes from: the guard
// against guessing counts per client and source.
func ownAddress() string {
	n := addresses.Add(1)
	return fmt.Sprintf("127.%d.%d.%d", 32+n/(254*254), 1+n/254%254, 1+n%254)
}
