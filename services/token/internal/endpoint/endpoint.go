package endpoint

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/token/internal/grant"
	"github.com/signet-authz/signet/services/token/internal/issue"
)

// Endpoints are the endpoints of the token service and what they share.
type Endpoints struct {
	server.ClientEndpoint

	Verifier *accesstoken.Verifier
	Grants   []grant.Grant
	Issuer   *issue.Issuer
	Store    *store.Store
	Root     *keys.Root
	Caches   *cache.Set
	// Issued is told of every client_credentials issuance; it must not block.
	Issued func(domain.AuditEvent)
	// Ended spreads what a request found ended, here and to other processes.
	Ended func(ctx context.Context, facts []domain.Revocation)
	// MTLSOrigin is where clients present certificates, empty where they cannot.
	MTLSOrigin string

	metadata *cache.Cache[metadataKey, document]
}

// event is the audit event of this request on behalf of a client.
func (e *Endpoints) event(c echo.Context, w tenancy.Workspace, clientID string) domain.AuditEvent {
	return domain.AuditEvent{
		WorkspaceID: w.ID(), At: e.Now(), ActorKind: "client", ActorID: clientID,
		IP: server.PeerOf(c).IP.String(), TraceID: server.TraceID(c), Outcome: "success",
	}
}

// answer writes JSON that no cache may keep (RFC 6749, section 5.1).
func answer(c echo.Context, status int, v any) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	b, err := json.Marshal(v)
	if err != nil {
		return oauth.ErrServerError.Because("the answer could not be written", err)
	}
	return c.Blob(status, "application/json;charset=UTF-8", b)
}

// noContent answers 200 without a body.
func noContent(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	return c.NoContent(http.StatusOK)
}
