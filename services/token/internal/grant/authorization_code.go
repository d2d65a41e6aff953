package grant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
)

// authorizationCode redeems a code (RFC 6749, section 4.1.3; RFC 7636, section
// 4.6). Redis says what the code stands for; one SQL statement decides who
// redeems it, so that nothing Redis may forget lets a code be used twice.
type authorizationCode struct{ Deps }

func (authorizationCode) Name() string { return oauth.GrantAuthorizationCode }

func (g authorizationCode) Exchange(ctx context.Context, r *Request) (oauth.Authorization, error) {
	presented := r.Params.Get("code")
	if presented == "" {
		return oauth.Authorization{}, oauth.ErrInvalidRequest.Because("code is missing", nil)
	}
	hash := keys.HashBearer(presented)
	code, err := g.KV.Workspace(r.Workspace).Code(ctx, hash)
	if errors.Is(err, kv.ErrNotFound) {
		return oauth.Authorization{}, g.gone(ctx, r, hash)
	}
	if err != nil {
		return oauth.Authorization{}, oauth.ErrTemporarilyUnavailable.Because("the code store is out of reach", err)
	}
	if err := g.check(ctx, r, hash, &code); err != nil {
		return oauth.Authorization{}, err
	}
	scope, err := r.narrow(code.Scope)
	if err != nil {
		return oauth.Authorization{}, err
	}
	resource, err := r.narrowResource(code.Resource, scope)
	if err != nil {
		return oauth.Authorization{}, err
	}
	redeemed, err := g.redeem(ctx, r, hash, &code)
	if err != nil {
		return oauth.Authorization{}, err
	}
	return oauth.Authorization{
		ClientID: code.ClientID, Subject: code.UserID, UserID: code.UserID, Scope: scope, Resource: resource,
		GrantID: redeemed.Grant.ID.String(), SessionID: sessionID(code.SessionID), AuthTime: code.AuthTime, ACR: code.ACR, AMR: code.AMR,
		Nonce: code.Nonce, IDTokenClaims: code.IDTokenClaims, UserInfoClaims: code.UserInfoClaims, Claims: redeemed.User.Claims(),
		SessionBound:      !code.Scope.Has(oauth.ScopeOfflineAccess),
		IssueIDToken:      scope.Has(oauth.ScopeOpenID),
		IssueRefreshToken: mayRefresh(r.Client.Record(), code.Scope),
		IssuedAt:          r.Now,
	}, nil
}

// check holds the code against the request: client, age, redirect URI, PKCE.
// Only a failed PKCE check counts against the code; what a stranger sends must
// not burn it for its owner.
func (g authorizationCode) check(ctx context.Context, r *Request, hash []byte, code *domain.Code) error {
	t := r.Trace
	if !t.Check("code belongs to the client", code.ClientID == r.Client.ID(), trace.Check{Expected: "the client that asked for the code", Wrong: "another client", RFC: "RFC 6749, section 4.1.3"}) {
		return oauth.ErrInvalidGrant.Because("the code was issued to another client", nil)
	}
	if late := r.Now.Sub(code.ExpiresAt); !t.Check("code is fresh", late < 0, trace.Check{Expected: "redeemed within its lifetime", Actual: lateness(late), RFC: "RFC 6749, section 4.1.2", Fix: "Redeem the code at once, or raise the workspace's code_ttl."}) {
		return oauth.ErrInvalidGrant.Because("the code has expired", nil)
	}
	if err := checkRedirectURI(r, code); err != nil {
		return err
	}
	return g.checkPKCE(ctx, r, hash, code)
}

// checkRedirectURI compares redirect_uri where it is present; it may be absent
// where PKCE or a single registered URI leaves no room for doubt (OAuth 2.1).
func checkRedirectURI(r *Request, code *domain.Code) error {
	client := r.Client.Record()
	if uri := r.Params.Get("redirect_uri"); uri != "" || (code.CodeChallenge == "" && len(client.RedirectURIs) != 1) {
		if !r.Trace.Check("redirect URI is equal", uri == code.RedirectURI, trace.Check{Expected: code.RedirectURI, Actual: orMissing(uri), RFC: "RFC 6749, section 4.1.3", Fix: "Send the same redirect_uri as in the authorization request."}) {
			return oauth.ErrInvalidGrant.Because("redirect_uri differs from that of the authorization request", nil)
		}
	}
	if !r.Trace.Check("redirect URI still registered", oauth.MatchRedirectURI(client.RedirectURIs, code.RedirectURI, client.Native()), trace.Check{Expected: "a registered redirect URI", Wrong: "it was removed since"}) {
		return oauth.ErrInvalidGrant.Because("the redirect URI is no longer registered", nil)
	}
	return nil
}

func (g authorizationCode) checkPKCE(ctx context.Context, r *Request, hash []byte, code *domain.Code) error {
	verifier := r.Params.Get("code_verifier")
	if code.CodeChallenge == "" {
		// A verifier without a challenge is a downgrade: somebody took the
		// challenge out of the authorization request (RFC 9700, section 4.8.2).
		if !r.Trace.Check("no PKCE downgrade", verifier == "", trace.Check{Expected: "no code_verifier, as there was no code_challenge", Wrong: "code_verifier present", RFC: "RFC 9700, section 4.8.2"}) {
			return oauth.ErrInvalidGrant.Because("code_verifier came for a code without a challenge", nil)
		}
		return nil
	}
	if r.Trace.Check("PKCE verifier matches", oauth.VerifyCodeVerifier(code.CodeChallenge, verifier), trace.Check{Expected: "the code_verifier behind the code_challenge", Wrong: verifierWord(verifier), RFC: "RFC 7636, section 4.6", Fix: "Send the code_verifier made for this very authorization request."}) {
		return nil
	}
	if verifier != "" {
		if _, err := g.KV.Workspace(r.Workspace).CountCodeFailure(ctx, hash); err != nil {
			return oauth.ErrTemporarilyUnavailable.Because("a failed verifier could not be counted", err)
		}
	}
	return oauth.ErrInvalidGrant.Because("code_verifier does not match", nil)
}

func (g authorizationCode) redeem(ctx context.Context, r *Request, hash []byte, code *domain.Code) (store.Redeemed, error) {
	client, settings := r.Client.Record(), r.Workspace.Settings()
	id, err := uuid.NewV7()
	if err != nil {
		return store.Redeemed{}, oauth.ErrServerError.Because("no grant id could be made", err)
	}
	redeemed, err := g.Store.Workspace(r.Workspace).RedeemCode(ctx, store.Redemption{
		GrantID: id, CodeHash: hash, Code: *code, ClientID: client.ClientID, Confirmation: r.Confirmation,
		RefreshTTL: settings.EffectiveRefreshTokenTTL(client), MaxTTL: settings.RefreshTokenMaxTTL,
		SessionBound: !code.Scope.Has(oauth.ScopeOfflineAccess),
		Audit:        r.event("grant.issue", id),
	})
	switch {
	case errors.Is(err, store.ErrConsumed):
		g.Ended(ctx, redeemed.Revocations)
		r.Trace.Fail("code is used once", trace.Check{Expected: "first use", Actual: "used before; its tokens are now revoked", RFC: "RFC 6749, section 4.1.2", Fix: "Redeem a code once. If your application did, somebody else has the code."})
		return store.Redeemed{}, oauth.ErrInvalidGrant.Because("the code was used before; its grant is ended", nil)
	case errors.Is(err, store.ErrNotFound):
		r.Trace.Fail("user and session are live", trace.Check{Expected: "an enabled user with a live session", Actual: "one of them has ended"})
		return store.Redeemed{}, oauth.ErrInvalidGrant.Because("the user, client or session has ended", nil)
	case err != nil:
		return store.Redeemed{}, oauth.ErrTemporarilyUnavailable.Because("the code could not be redeemed", err)
	}
	r.Trace.Pass("code is used once", "first use")
	return redeemed, nil
}

// gone handles a code of which Redis knows nothing: never issued, expired, or
// forgotten. If this client redeemed it before, this is a replay all the same.
func (g authorizationCode) gone(ctx context.Context, r *Request, hash []byte) error {
	facts, err := g.Store.Workspace(r.Workspace).EndGrantOfCode(ctx, hash, r.Client.ID(), r.event("grant.replay", uuid.Nil))
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("a replay could not be ruled out", err)
	}
	if len(facts) > 0 {
		g.Ended(ctx, facts)
		r.Trace.Fail("code is used once", trace.Check{Expected: "first use", Actual: "used before; its tokens are now revoked", RFC: "RFC 6749, section 4.1.2"})
		return oauth.ErrInvalidGrant.Because("the code was used before; its grant is ended", nil)
	}
	r.Trace.Fail("code is known", trace.Check{Expected: "a code issued by this workspace and not expired", Actual: "unknown or expired", RFC: "RFC 6749, section 4.1.3", Fix: "Codes belong to one workspace and live for code_ttl seconds."})
	return oauth.ErrInvalidGrant.Because("the code is unknown or expired", nil)
}

func sessionID(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func lateness(d time.Duration) string {
	if d < 0 {
		return "within its lifetime"
	}
	return fmt.Sprintf("%d s late", int(d.Seconds())+1)
}

func orMissing(s string) string {
	if s == "" {
		return "missing"
	}
	return s
}

func verifierWord(verifier string) string {
	if verifier == "" {
		return "missing"
	}
	return "present, no match"
}
