package endpoint

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// introspection is the answer of RFC 7662, section 2.2.
type introspection struct {
	Active       bool                 `json:"active"`
	Scope        string               `json:"scope,omitempty"`
	ClientID     string               `json:"client_id,omitempty"`
	Username     string               `json:"username,omitempty"`
	TokenType    string               `json:"token_type,omitempty"`
	ExpiresAt    int64                `json:"exp,omitempty"`
	IssuedAt     int64                `json:"iat,omitempty"`
	Subject      string               `json:"sub,omitempty"`
	Audience     accesstoken.Audience `json:"aud,omitempty"`
	Issuer       string               `json:"iss,omitempty"`
	ID           string               `json:"jti,omitempty"`
	AuthTime     int64                `json:"auth_time,omitempty"`
	ACR          string               `json:"acr,omitempty"`
	SessionID    string               `json:"sid,omitempty"`
	Confirmation map[string]string    `json:"cnf,omitempty"`
}

// Introspect is the introspection endpoint (RFC 7662). It answers fully for
// the caller's own tokens and those meant for a service that the caller stands
// for; for anything else the token is not active, so that nobody can scan.
func (e *Endpoints) Introspect() echo.HandlerFunc {
	return e.Explained("introspect", func(c echo.Context, w tenancy.Workspace, t *trace.Trace) error {
		ctx := c.Request().Context()
		asker, params, err := e.asker(c, w, t, oauth.ScopeIntrospectTokens)
		if err != nil {
			return err
		}
		token := params.Get("token")
		if token == "" {
			return oauth.ErrInvalidRequest.Because("token is missing", nil)
		}
		out, err := e.introspect(ctx, w, asker, token, t)
		if err != nil {
			return err
		}
		return answer(c, http.StatusOK, out)
	})
}

// asker is who asks about tokens, or ends them: a client that proved itself, or
// the bearer of an access token with the scope that widens the right.
type asker struct {
	clientID string
	wide     bool // may ask about every token of the workspace
	client   *domain.Client
}

// asker authenticates the caller by its registered method, or by a bearer
// token. A public client cannot ask about tokens: it cannot prove who it is.
func (e *Endpoints) asker(c echo.Context, w tenancy.Workspace, t *trace.Trace, widening string) (asker, oauth.Params, error) {
	if auth := c.Request().Header.Values(echo.HeaderAuthorization); len(auth) == 1 && isBearer(auth[0]) {
		params, err := server.ReadParams(c)
		if err != nil {
			return asker{}, nil, err
		}
		claims, err := e.presented(c, w, t, auth[0][len("Bearer "):], "RFC 7662, section 2.1")
		if err != nil {
			return asker{}, nil, err
		}
		own := slices.Contains(claims.Audience, w.Issuer()) && claims.UserID() == ""
		if !t.Check("bearer token is a client's own, for this issuer", own, trace.Check{Expected: "a client's own token whose audience is the issuer", Actual: strings.Join(claims.Audience, " "), RFC: "RFC 9068, section 4", Fix: "Get the token by client_credentials, without a resource."}) {
			return asker{}, nil, bearerError(w, oauth.ErrInvalidToken.Because("the bearer token is not meant for this endpoint", nil))
		}
		if !t.Check("bearer token carries the scope", claims.Scopes().Has(widening), trace.Check{Expected: widening, Actual: claims.Scope}) {
			return asker{}, nil, bearerError(w, oauth.ErrInsufficientScope.Because("the bearer token lacks "+widening, nil))
		}
		return asker{clientID: claims.ClientID, wide: true}, params, nil
	}
	client, params, err := e.Client(c, w, t)
	if err != nil {
		return asker{}, nil, err
	}
	record := client.Record()
	return asker{clientID: record.ClientID, wide: !record.Public() && record.Scope.Has(widening), client: record}, params, nil
}

func (e *Endpoints) introspect(ctx context.Context, w tenancy.Workspace, who asker, token string, t *trace.Trace) (introspection, error) {
	if who.client != nil && who.client.Public() {
		t.Fail("caller is confidential", trace.Check{Expected: "a confidential client", Actual: "a public client", RFC: "RFC 7662, section 2.1"})
		return introspection{}, oauth.ErrInvalidClient.Because("a public client may not introspect", nil)
	}
	claims, err := e.Verifier.Verify(ctx, w, token)
	if err == nil {
		return e.describe(ctx, w, who, claims, t)
	}
	if !errors.Is(err, oauth.ErrInvalidToken) {
		return introspection{}, err
	}
	if refresh, genuine := e.Root.ParseRefresh(w, token); genuine {
		g, err := e.Store.Workspace(w).Grant(ctx, refresh.GrantID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return introspection{}, oauth.ErrTemporarilyUnavailable.Because("the grant could not be read", err)
		}
		return describeRefresh(w, who, g, refresh.Generation, e.Now(), t), nil
	}
	t.Fail("token is active", trace.Check{Expected: "a live token of this workspace", Actual: oauth.AsError(err).Reason()})
	return introspection{}, nil
}

func (e *Endpoints) describe(ctx context.Context, w tenancy.Workspace, who asker, claims accesstoken.Claims, t *trace.Trace) (introspection, error) {
	may := who.wide || claims.ClientID == who.clientID
	if !may {
		catalog, err := e.Caches.Catalogs.Catalog(ctx, w)
		if err != nil {
			return introspection{}, oauth.ErrTemporarilyUnavailable.Because("the services could not be loaded", err)
		}
		for _, audience := range claims.Audience {
			may = may || slices.Contains(catalog.ByAudience[audience].ClientIDs, who.clientID)
		}
	}
	if !t.Check("caller may ask about the token", may, trace.Check{Expected: "its own token, or one for a service it stands for", Wrong: "another's", RFC: "RFC 7662, section 4", Fix: "Add the client to the service's client_ids, or give it the scope introspect_tokens."}) {
		return introspection{}, nil
	}
	return introspection{
		Active: true, Scope: claims.Scope, ClientID: claims.ClientID, TokenType: "Bearer", ExpiresAt: claims.ExpiresAt, IssuedAt: claims.IssuedAt,
		Subject: claims.Subject, Audience: claims.Audience, Issuer: claims.Issuer, ID: claims.ID, AuthTime: claims.AuthTime, ACR: claims.ACR,
		SessionID: claims.SessionID, Confirmation: claims.Confirmation,
	}, nil
}

// describeRefresh answers for a refresh token, to the client that holds it or
// to a caller with the wide right; a service has no business with one.
func describeRefresh(w tenancy.Workspace, who asker, g domain.Grant, generation int64, now time.Time, t *trace.Trace) introspection {
	live := g.Live(now) && g.Generation == generation && (who.wide || g.ClientID == who.clientID)
	if !t.Check("refresh token is active", live, trace.Check{Expected: "the caller's own, current and live", Wrong: "not so"}) {
		return introspection{}
	}
	return introspection{
		Active: true, Scope: g.Scope.String(), ClientID: g.ClientID, TokenType: "refresh_token", Subject: g.UserID, Issuer: w.Issuer(),
		ExpiresAt: earlier(g.ExpiresAt, g.MaxEndsAt).Unix(), IssuedAt: g.CreatedAt.Unix(), SessionID: sid(g),
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func isBearer(header string) bool {
	return len(header) > len("Bearer ") && strings.EqualFold(header[:len("Bearer ")], "Bearer ")
}
