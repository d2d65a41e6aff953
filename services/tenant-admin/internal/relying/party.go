package relying

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// maxErrorCode bounds what is taken over of an error that came by the browser.
const maxErrorCode = 64

// Party is the relying party. All its fields are required.
type Party struct {
	Resolver   *tenancy.Resolver
	Store      *store.Store
	Root       *keys.Root
	Caches     *cache.Set
	Invalidate func(context.Context, cache.Invalidation)
	// Channel carries requests for the public URL to the authorization server.
	Channel http.RoundTripper
	Now     func() time.Time
}

// Flow is what the answer to one authorization request is checked against.
type Flow struct {
	TID      string `json:"tid"`
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // RFC 7636, section 4.1
}

// Tokens are what the console holds for one person at one tenant.
type Tokens struct {
	Access     string    `json:"access_token"`
	AccessEnds time.Time `json:"access_token_ends"`
	Refresh    string    `json:"refresh_token"`
	ID         Identity  `json:"id"`
}

// NewFlow draws what a new authorization request needs.
func NewFlow(w tenancy.Workspace) Flow {
	return Flow{TID: w.TID(), State: keys.NewBearer(), Nonce: keys.NewBearer(), Verifier: keys.NewBearer()}
}

// Authorization pushes the authorization request (RFC 9126) and returns the path
// to which it sends the browser, below the public URL. So nothing of the request
// passes through the browser, and nobody else can make one of the console's.
func (p *Party) Authorization(ctx context.Context, w tenancy.Workspace, f Flow, loginHint string) (string, error) {
	challenge := sha256.Sum256([]byte(f.Verifier))
	request := url.Values{
		"response_type": {oauth.ResponseTypeCode}, "redirect_uri": {p.callback()},
		"scope": {rules.ConsoleClient("", nil).Scope.String()}, "state": {f.State}, "nonce": {f.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {oauth.ChallengeMethodS256},
	}
	if loginHint != "" {
		request.Set("login_hint", loginHint)
	}
	raw, err := p.call(ctx, w, "/par", request)
	if err != nil {
		return "", err
	}
	var pushed struct {
		URI string `json:"request_uri"`
	}
	if err := json.Unmarshal(raw, &pushed); err != nil || pushed.URI == "" {
		return "", refuse("par_response", "the pushed request was not given a name")
	}
	return w.CookiePath() + "/oauth2/authorize?" + url.Values{"client_id": {rules.ConsoleClientID}, "request_uri": {pushed.URI}}.Encode(), nil
}

func (p *Party) callback() string { return p.Resolver.PublicURL() + rules.ConsoleCallbackPath }

// Code reads the answer to the flow's authorization request (RFC 6749, section
// 4.1.2; RFC 9207). The error is a *Refusal.
func (f Flow) Code(w tenancy.Workspace, answer interface{ Get(name string) string }) (string, error) {
	code, no := answer.Get("code"), answer.Get("error")
	switch {
	case answer.Get("state") != f.State:
		return "", refuse("state", "the answer is another request's")
	case answer.Get("iss") != w.Issuer():
		return "", refuse("iss", "the answer is another authorization server's")
	case no != "":
		return "", refuse(no[:min(len(no), maxErrorCode)], "the authorization server said no")
	case code == "":
		return "", refuse("code", "the answer has no code")
	}
	return code, nil
}

// Redeem exchanges the code of a flow for tokens. The error is a *Refusal, or
// an outage.
func (p *Party) Redeem(ctx context.Context, w tenancy.Workspace, f Flow, code string) (Tokens, error) {
	t, id, err := p.tokens(ctx, w, url.Values{
		"grant_type": {oauth.GrantAuthorizationCode}, "code": {code}, "redirect_uri": {p.callback()}, "code_verifier": {f.Verifier},
	})
	if err != nil {
		return Tokens{}, err
	}
	t.ID, err = p.identity(ctx, w, id, f.Nonce)
	return t, err
}

// Renew spends the refresh token of the tokens. What it returns is of the same
// person. The error is a *Refusal, or an outage.
func (p *Party) Renew(ctx context.Context, w tenancy.Workspace, old Tokens) (Tokens, error) {
	t, id, err := p.tokens(ctx, w, url.Values{"grant_type": {oauth.GrantRefreshToken}, "refresh_token": {old.Refresh}})
	if err != nil {
		return Tokens{}, err
	}
	t.ID = old.ID
	if id == "" {
		return t, nil
	}
	// OpenID Connect Core, section 12.2.
	renewed, err := p.identity(ctx, w, id, "")
	if err == nil && renewed.Subject != old.ID.Subject {
		err = refuse("id_token", "the renewed ID token is another person's")
	}
	return t, err
}

// Revoke ends the family of the refresh token (RFC 7009).
func (p *Party) Revoke(ctx context.Context, w tenancy.Workspace, refresh string) error {
	_, err := p.call(ctx, w, "/oauth2/revoke", url.Values{"token": {refresh}, "token_type_hint": {oauth.TokenTypeHintRefresh}})
	return err
}

// tokens asks the token endpoint. The ID token is not yet judged.
func (p *Party) tokens(ctx context.Context, w tenancy.Workspace, form url.Values) (t Tokens, idToken string, err error) {
	raw, err := p.call(ctx, w, "/oauth2/token", form)
	if err != nil {
		return Tokens{}, "", err
	}
	var answer struct {
		Access    string `json:"access_token"`
		Type      string `json:"token_type"`
		ExpiresIn int64  `json:"expires_in"`
		Refresh   string `json:"refresh_token"`
		ID        string `json:"id_token"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return Tokens{}, "", away("the answer of the token endpoint cannot be read", err)
	}
	if answer.Access == "" || answer.Refresh == "" || answer.Type != "Bearer" || answer.ExpiresIn <= 0 {
		return Tokens{}, "", refuse("token_response", "the answer of the token endpoint lacks something")
	}
	ends := p.Now().Add(time.Duration(answer.ExpiresIn) * time.Second)
	return Tokens{Access: answer.Access, AccessEnds: ends, Refresh: answer.Refresh}, answer.ID, nil
}
