package gateway

import (
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
)

// route is one line of the routing table. A final "/*" in a pattern stands for
// the path itself and all below it.
type route struct{ pattern, upstream string }

// rootRoutes do not belong to a workspace.
var rootRoutes = []route{
	{"/", TenantAdmin},
	{"/assets/pages/*", Authorization},
	{"/assets/console/*", TenantAdmin},
	{"/assets/front/*", TenantAdmin},
	{"/assets/reference/*", TenantAdmin},
	{"/console/*", TenantAdmin},
	{"/api/v1/*", TenantAdmin},
	{"/docs/*", TenantAdmin},
}

// metadataRoutes come before the path of an issuer (RFC 8414, section 3.1).
var metadataRoutes = []route{
	{"/.well-known/oauth-authorization-server", Token},
	{"/.well-known/openid-configuration", Token},
}

// workspaceRoutes come after the path of an issuer.
var workspaceRoutes = []route{
	{"/oauth2/token", Token},
	{"/oauth2/introspect", Token},
	{"/oauth2/revoke", Token},
	{"/userinfo", Token},
	{"/.well-known/*", Token},
	{"/oauth2/authorize", Authorization},
	{"/par", Authorization},
	{"/device/*", Authorization},
	{"/backchannel/authentication", Authorization},
	{"/oidc/logout", Authorization},
	{"/login/*", Authorization},
	{"/consent/*", Authorization},
	{"/account/*", Authorization},
	{"/logo/*", Authorization},
	{"/oauth2/register/*", TenantAdmin},
}

// issuer is how the path of an issuer shows in metrics and logs.
const issuer = "/{tid}/{aid}"

// Route names the upstream of a path and the pattern that matched, both empty
// where no service has it.
func Route(path string) (upstream, pattern string) {
	for _, r := range rootRoutes {
		if r.matches(path) {
			return r.upstream, r.pattern
		}
	}
	for _, r := range metadataRoutes {
		if rest, ok := strings.CutPrefix(path, r.pattern); ok {
			if below, ok := cutIssuer(rest); ok && below == "" {
				return r.upstream, r.pattern + issuer
			}
		}
	}
	below, ok := cutIssuer(path)
	if !ok {
		return "", ""
	}
	for _, r := range workspaceRoutes {
		if r.matches(below) {
			return r.upstream, issuer + r.pattern
		}
	}
	return "", ""
}

func (r route) matches(path string) bool {
	prefix, tree := strings.CutSuffix(r.pattern, "/*")
	if !tree || !strings.HasPrefix(path, prefix) {
		return path == r.pattern
	}
	return len(path) == len(prefix) || path[len(prefix)] == '/'
}

// cutIssuer cuts /{tid}/{aid} off the path and returns what follows.
func cutIssuer(path string) (below string, ok bool) {
	if path == "" || path[0] != '/' {
		return "", false
	}
	tid, rest, found := strings.Cut(path[1:], "/")
	if !found || !domain.ValidSlug(tid) {
		return "", false
	}
	end := strings.IndexByte(rest, '/')
	if end < 0 {
		end = len(rest)
	}
	return rest[end:], domain.ValidSlug(rest[:end])
}
