package tenantadmin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// specification is the document as others read it.
var specification = sync.OnceValue(func() *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(api.Admin())
	if err != nil {
		panic(err)
	}
	return doc
})

// follows checks that an answer is one that the specification describes. Every
// answer of every test comes by here.
func follows(t testing.TB, method, path string, r reply) {
	t.Helper()
	path, ok := strings.CutPrefix(path, "/api/v1")
	if !ok || r.status == http.StatusMethodNotAllowed || method == http.MethodOptions {
		return
	}
	path, _, _ = strings.Cut(path, "?")
	op := operationAt(method, path)
	if op == nil {
		require.GreaterOrEqual(t, r.status, 400, "%s %s is not in the specification", method, path)
		return
	}
	response := op.Responses.Value(fmt.Sprint(r.status))
	if response == nil {
		require.GreaterOrEqual(t, r.status, 400, "%s %s answers %d, which the specification does not say", method, path, r.status)
		response = op.Responses.Default()
	}
	media, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	if len(response.Value.Content) == 0 {
		require.Empty(t, r.body)
		return
	}
	content := response.Value.Content[media]
	require.NotNil(t, content, "%s %s answers %s", method, path, media)
	if !strings.HasSuffix(media, "json") {
		return
	}
	for name, h := range response.Value.Headers {
		require.NotEmpty(t, r.header.Get(name), "%s %s lacks %s", method, path, name)
		_ = h
	}
	var v any
	require.NoError(t, json.Unmarshal(r.body, &v))
	require.NoError(t, content.Schema.Value.VisitJSON(v, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(), openapi3.EnableJSONSchema2020()), "%s %s: %s", method, path, r.body)
}

func operationAt(method, path string) *openapi3.Operation {
	got := strings.Split(path, "/")
	for template, item := range specification().Paths.Map() {
		want := strings.Split(template, "/")
		if len(want) != len(got) {
			continue
		}
		fits := true
		for i := range want {
			fits = fits && (want[i] == got[i] || strings.HasPrefix(want[i], "{") && !literal(path, i))
		}
		if fits {
			return item.GetOperation(method)
		}
	}
	return nil
}

// literal tells whether the segment is a fixed one of another path.
func literal(path string, i int) bool {
	return slices.Contains([]string{"accept", "rotate"}, strings.Split(path, "/")[i])
}

func TestEveryRouteHasASpecificationAndTheOtherWayRound(t *testing.T) {
	w := newWorld(t)
	served := map[string]bool{}
	for _, r := range w.echo.Routes() {
		if path, ok := strings.CutPrefix(r.Path, "/api/v1"); ok {
			served[r.Method+" "+braces(path)] = true
		}
	}
	specified := map[string]bool{}
	for path, item := range specification().Paths.Map() {
		for method := range item.Operations() {
			specified[method+" "+path] = true
		}
	}
	require.Equal(t, specified, served)
}

// braces writes :name as {name}.
func braces(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func TestOperationsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for path, item := range specification().Paths.Map() {
		for method, op := range item.Operations() {
			require.NotEmpty(t, op.OperationID, "%s %s", method, path)
			require.False(t, seen[op.OperationID], op.OperationID)
			seen[op.OperationID] = true
			require.Len(t, op.Tags, 1)
			require.NotNil(t, specification().Tags.Get(op.Tags[0]))
		}
	}
}

// The specification says the bounds and names of the domain once more, for
// those who read only it. It must not say others.
func TestSpecificationAndDomainAgree(t *testing.T) {
	seconds := func(d time.Duration) float64 { return d.Seconds() }
	bounds := []struct {
		schema, property string
		low, high        float64
	}{
		{"WorkspaceMetadata", "access_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxAccessTokenTTL)},
		{"WorkspaceMetadata", "id_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxAccessTokenTTL)},
		{"WorkspaceMetadata", "code_ttl", seconds(domain.MinTTL), seconds(domain.MaxCodeTTL)},
		{"WorkspaceMetadata", "par_ttl", seconds(domain.MinTTL), seconds(domain.MaxPARTTL)},
		{"WorkspaceMetadata", "refresh_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxRefreshTokenTTL)},
		{"WorkspaceMetadata", "refresh_token_max_ttl", seconds(domain.MinTTL), seconds(domain.MaxRefreshTokenTTL)},
		{"WorkspaceMetadata", "refresh_grace", 0, seconds(domain.MaxRefreshGrace)},
		{"WorkspaceMetadata", "session_ttl", seconds(domain.MinTTL), seconds(domain.MaxSessionTTL)},
		{"WorkspaceMetadata", "session_max_ttl", seconds(domain.MinTTL), seconds(domain.MaxSessionTTL)},
		{"ClientMetadata", "access_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxAccessTokenTTL)},
		{"ClientMetadata", "id_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxAccessTokenTTL)},
		{"ClientMetadata", "refresh_token_ttl", seconds(domain.MinTTL), seconds(domain.MaxRefreshTokenTTL)},
	}
	schemas := specification().Components.Schemas
	for _, b := range bounds {
		p := schemas[b.schema].Value.Properties[b.property].Value
		require.InDelta(t, b.low, *p.Min, 0, "%s.%s", b.schema, b.property)
		require.InDelta(t, b.high, *p.Max, 0, "%s.%s", b.schema, b.property)
	}
	enum := func(schema, property string) []string {
		s := schemas[schema].Value
		if property != "" {
			s = s.Properties[property].Value
		}
		if s.Items != nil {
			s = s.Items.Value
		}
		var out []string
		for _, v := range s.Enum {
			out = append(out, v.(string))
		}
		return out
	}
	require.Equal(t, domain.IDTokenAlgs(), enum("SigningAlg", ""))
	require.Equal(t, domain.IDTokenAlgs(), enum("KeyRotation", "alg"))
	require.Equal(t, oauth.ResponseModes(), enum("ClientMetadata", "response_modes"))
	require.Equal(t, []string{string(domain.ProfileDefault), string(domain.ProfileOIDCCore)}, enum("WorkspaceMetadata", "profile"))
	require.Equal(t, []string{string(domain.RoleOwner), string(domain.RoleAdmin), string(domain.RoleAuditor)}, enum("Role", ""))
	require.Equal(t, []string{oauth.GrantAuthorizationCode, oauth.GrantRefreshToken, oauth.GrantClientCredentials}, enum("GrantType", ""))
}

func TestSpecificationIsServedAsItIs(t *testing.T) {
	w := newWorld(t)
	r := w.do(http.MethodGet, "/api/v1/openapi.yaml", "", nil).is(http.StatusOK)
	require.Equal(t, api.Admin(), r.body)
	require.Equal(t, "application/yaml", r.header.Get("Content-Type"))
	w.do(http.MethodGet, "/api/v1/openapi.yaml", "", nil, "If-None-Match", r.header.Get("ETag")).is(http.StatusNotModified)
}

func TestSpecificationOfTheProtocolIsSound(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.OAuth())
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	for _, path := range []string{"/{tid}/{aid}/oauth2/token", "/{tid}/{aid}/oauth2/introspect", "/{tid}/{aid}/oauth2/revoke", "/{tid}/{aid}/userinfo", "/{tid}/{aid}/oauth2/authorize", "/{tid}/{aid}/oidc/logout", "/{tid}/{aid}/.well-known/openid-configuration", "/{tid}/{aid}/.well-known/jwks.json"} {
		require.NotNil(t, doc.Paths.Value(path), path)
	}
}
