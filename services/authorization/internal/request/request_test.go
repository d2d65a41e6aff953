package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

type directory struct{}

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.New(), TenantID: t.ID, AID: aid, State: domain.StateActive, Settings: domain.DefaultSettings(domain.ProfileDefault)}, nil
}

// clients are all kinds that a request can name.
func clients() map[string]*domain.Client {
	make := func(id string, change func(*domain.Client)) *domain.Client {
		c := &domain.Client{
			ClientID: id, TokenEndpointAuthMethod: oauth.MethodClientSecretBasic, RedirectURIs: []string{"https://app.example/cb", "https://app.example/q?a=1"},
			GrantTypes: []string{oauth.GrantAuthorizationCode}, Scope: oauth.Scope{"openid", "email"},
		}
		change(c)
		return c
	}
	return map[string]*domain.Client{
		"app": make("app", func(*domain.Client) {}),
		"cli": make("cli", func(c *domain.Client) {
			c.ApplicationType, c.TokenEndpointAuthMethod, c.RedirectURIs = domain.ApplicationNative, oauth.MethodNone, []string{"http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"}
		}),
		"query": make("query", func(c *domain.Client) { c.ResponseModes = []string{oauth.ResponseModeQuery} }),
		"off":   make("off", func(c *domain.Client) { c.Disabled = true }),
	}
}

func input(t testing.TB, raw string) (*request.Input, bool) {
	t.Helper()
	params, err := oauth.ParseForm(raw)
	duplicate := ""
	var dup *oauth.DuplicateError
	if errors.As(err, &dup) {
		duplicate = dup.Name
	} else if err != nil {
		return nil, false
	}
	w, err := tenancy.NewResolver(directory{}, "https://id.example").Workspace(context.Background(), "acme", "default")
	require.NoError(t, err)
	known := clients()
	return &request.Input{
		Workspace: w, Params: params, Duplicate: duplicate, Pusher: known["app"],
		Catalog:    &cache.Catalog{Scopes: map[string]domain.Scope{"openid": {Name: "openid"}, "email": {Name: "email", Default: true}, "profile": {Name: "profile"}}, ByAudience: map[string]domain.Service{}},
		FindClient: func(id string) (*domain.Client, error) { return known[id], nil },
		VerifyHint: func(string) (string, error) { return "usr_1", nil },
	}, true
}

const good = "response_type=code&client_id=app&redirect_uri=https://app.example/cb&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

func TestStepsRunInOrder(t *testing.T) {
	// Each request has this fault and all those after it; the first is reported.
	faults := []string{"client_id=nobody", "redirect_uri=https://evil.example/", "response_mode=bogus", "state=a&state=b", "request=x", "response_type=token", "nonce=" + strings.Repeat("n", 2000), "scope=nope", "resource=x", "code_challenge=x", "prompt=x", "max_age=x", "claims=x"}
	reasons := []string{"no such client", "not registered for the client", "response_mode", "repeated", "request objects", "not code", "nonce is too long", "scope nope", "resource", "S256 challenge", "prompt", "max_age", "claims"}
	for i := range faults {
		params, err := oauth.ParseForm(good)
		require.NoError(t, err)
		raw := strings.Join(faults[i:], "&")
		for name, values := range params {
			if !strings.HasPrefix(raw, name+"=") && !strings.Contains(raw, "&"+name+"=") {
				raw += "&" + name + "=" + values[0]
			}
		}
		in, ok := input(t, raw)
		require.True(t, ok)
		_, _, refusal := request.Judge(request.Authorize, in)
		require.NotNil(t, refusal, faults[i])
		require.Contains(t, refusal.Err.Reason(), reasons[i])
		require.Equal(t, i < 2, refusal.Cause != "", "before the redirect URI is proven nothing goes there")
	}
	in, _ := input(t, good)
	_, r, refusal := request.Judge(request.Authorize, in)
	require.Nil(t, refusal)
	require.Equal(t, "https://app.example/cb", r.RedirectURI)
}

func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		good, good + "&redirect_uri=https://evil.example/", strings.Replace(good, "app.example", "evil.example", 1), good + "&response_mode=form_post&state=x", good + "&request=a&request_uri=b",
		"response_type=code&client_id=cli&redirect_uri=http://127.0.0.1:1/cb&scope=openid", "client_id=cli&redirect_uri=http://127.0.0.1:80@evil.example/cb", "client_id=cli&redirect_uri=com.example.app:/cb&response_mode=form_post",
		good + `&claims={"id_token":{"sub":{"value":"usr_1"},"email":null},"userinfo":{"email":{"essential":true}}}`, good + "&claims={\"id_token\":{\"acr\":{\"essential\":true,\"values\":[{},[],1]}}}",
		good + "&prompt=none%20login&max_age=-1", "client_id=query&redirect_uri=https://app.example/cb&response_mode=fragment", "client_id=off&redirect_uri=https://app.example/cb", good + "&resource=https://a&resource=https://b", good + "&id_token_hint=x",
	} {
		f.Add(seed)
	}
	known := clients()
	f.Fuzz(func(t *testing.T, raw string) {
		in, ok := input(t, raw)
		if !ok {
			return
		}
		client, r, refusal := request.Judge(request.Authorize, in)
		if refusal != nil {
			if refusal.Err == nil {
				t.Fatal("a refusal without an error")
			}
			if refusal.Cause != "" {
				return // shown to the user
			}
			client, r = refusal.Client, refusal.Request
		}
		// Whatever is answered goes to a registered URI of a known client, in a
		// mode that it allows.
		if known[client.ClientID] == nil || client.Disabled || r.ClientID != client.ClientID {
			t.Fatalf("the client is not proven: %+v", client)
		}
		if !oauth.MatchRedirectURI(client.RedirectURIs, r.RedirectURI, client.Native()) {
			t.Fatalf("%q is not registered", r.RedirectURI)
		}
		if !slices.Contains(oauth.ResponseModes(), r.ResponseMode) || r.ResponseMode != oauth.ResponseModeQuery && !client.ResponseModeAllowed(r.ResponseMode) {
			t.Fatalf("the response mode %q is not allowed", r.ResponseMode)
		}
		if refusal == nil && (!oauth.ValidCodeChallenge(r.CodeChallenge) || len(r.Scope) == 0 || !r.Disclosed().Within(client.Scope)) {
			t.Fatalf("a request passed that must not: %+v", r)
		}
	})
}

func TestPushedRequestsWalkThroughTheSameSteps(t *testing.T) {
	for raw, reason := range map[string]string{
		"request_uri=urn:x": "gives them out", "client_id=cli": "another client's", "redirect_uri=https://evil.example/": "not registered", "redirect_uri=": "redirect_uri is missing",
		"response_mode=bogus": "response_mode", "request=x": "request objects", "registration=x": "registration", "response_type=token": "not code", "nonce=" + strings.Repeat("n", 2000): "nonce is too long",
		"scope=nope": "scope nope", "resource=x": "resource", "code_challenge=x": "S256 challenge", "prompt=x": "prompt", "max_age=x": "max_age", "claims=x": "claims",
	} {
		in, _ := input(t, good)
		params, err := oauth.ParseForm(raw)
		require.NoError(t, err)
		name, _, _ := strings.Cut(raw, "=")
		in.Params[name] = params[name]
		_, _, refusal := request.Judge(request.PAR, in)
		require.NotNil(t, refusal, raw)
		require.Contains(t, refusal.Err.Reason(), reason, raw)
	}
	in, _ := input(t, good)
	in.Pusher.RequirePAR = true
	_, _, refusal := request.Judge(request.PAR, in)
	require.Nil(t, refusal, "it is being pushed")
}

func TestWhereRequestsMustBePushedOnlyOpenedOnesPass(t *testing.T) {
	in, _ := input(t, good)
	app := in.Pusher
	app.RequirePAR = true
	_, _, refusal := request.Judge(request.Authorize, in)
	require.NotNil(t, refusal)
	require.Empty(t, refusal.Cause, "the client learns it")
	require.Equal(t, "the request was not pushed", refusal.Err.Reason())
	in.PAR = []byte("hash")
	_, r, refusal := request.Judge(request.Authorize, in)
	require.Nil(t, refusal)
	require.Equal(t, in.PAR, r.PAR)
}

// What is kept of a pushed request is all that it was judged by, so that judging
// it again gives the same.
func FuzzPushed(f *testing.F) {
	for _, seed := range []string{
		good, "client_id=&" + good[len("response_type=code&client_id=app"):] + "&response_type=code", good + "&state=x&nonce=n&prompt=login&max_age=1&login_hint=h&ui_locales=de&acr_values=a%20b&id_token_hint=x&response_mode=fragment",
		good + `&claims={"userinfo":{"email":null}}&client_secret=s&client_assertion=a&client_assertion_type=t&other=o`, good + "&state=%3C%3E%26%22%5C%E2%80%A8",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		in, ok := input(t, raw)
		if !ok || in.Duplicate != "" {
			return // not read at all
		}
		client, pushed, refusal := request.Judge(request.PAR, in)
		if refusal != nil {
			return
		}
		if client != in.Pusher {
			t.Fatal("another client's request passed")
		}
		kept, err := pushed.Pushed()
		if err != nil {
			t.Fatal(err)
		}
		if in.Params, err = request.OpenPushed(kept); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
			if in.Params.Has(name) {
				t.Fatalf("%s is kept", name)
			}
		}
		_, opened, refusal := request.Judge(request.Authorize, in)
		if refusal != nil {
			t.Fatalf("what was pushed cannot be opened: %v", refusal)
		}
		before, _ := json.Marshal(pushed)
		after, _ := json.Marshal(opened)
		if string(before) != string(after) {
			t.Fatalf("pushed %s, opened %s", before, after)
		}
	})
}
