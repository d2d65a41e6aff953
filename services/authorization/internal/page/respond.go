package page

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// grantCode issues the code and sends it to the client. Whoever comes here has
// a live session and all the consent that the request needs. The counters are
// those that the login behind it clears.
func (v *visit) grantCode(client *domain.Client, r *request.Request, s *store.Standing, counters ...kv.Counter) error {
	now, code := v.Now(), keys.NewBearer()
	err := v.putCode(r.PAR, keys.HashBearer(code), domain.Code{
		ClientID: client.ClientID, RedirectURI: r.RedirectURI, CodeChallenge: r.CodeChallenge,
		Scope: r.Scope, Resource: r.Resource, Nonce: r.Nonce,
		UserID: s.User.UserID, SessionID: s.Session.ID, AuthTime: s.Session.AuthTime, ACR: s.Session.ACR, AMR: s.Session.AMR,
		IDTokenClaims: r.IDTokenClaims, UserInfoClaims: r.UserInfoClaims, IssuedAt: now, ExpiresAt: now.Add(v.w.Settings().CodeTTL),
	}, counters)
	switch {
	case errors.Is(err, kv.ErrConsumed):
		return errCompleted
	case err != nil:
		return v.tell(client, r, oauth.ErrTemporarilyUnavailable.Because("the code could not be kept", err))
	}
	return v.respond(client, r, url.Values{"code": {code}})
}

// putCode keeps the code. Of all the logins that a pushed request began, in as
// many tabs as the user opened, one gets to keep its own.
func (v *visit) putCode(par, hash []byte, c domain.Code, counters []kv.Counter) error {
	codes := v.KV.Workspace(v.w)
	if par == nil {
		return codes.PutCode(v.ctx, hash, c, counters...)
	}
	return codes.PutPARCode(v.ctx, par, domain.MaxPARTTL+interaction.TransactionTTL, hash, c, counters...)
}

// tell reports an error to the client.
func (v *visit) tell(client *domain.Client, r *request.Request, e *oauth.Error) error {
	v.trace.Finish(trace.Refused, e)
	server.Outcome(v.c, e.Code, e.Reason(), errors.Unwrap(e))
	values := url.Values{"error": {e.Code}, "error_description": {e.Description}}
	if at := v.explanation(); at != "" {
		values.Set("error_uri", at)
	}
	return v.respond(client, r, values)
}

// refuse answers a refused request: to the user where no redirect URI is
// proven, else to the client.
func (v *visit) refuse(refusal *request.Refusal) error {
	if refusal.Cause == "" && refusal.Err.Redirectable {
		return v.tell(refusal.Client, refusal.Request, refusal.Err)
	}
	return faultOf(refusal)
}

// respond sends the authorization response to the redirect URI in the response
// mode, with state and iss (RFC 6749, section 4.1.2; RFC 9207). It is the only
// way out to a client, and looks once more whether it is open: the registration
// may have changed while the user was thinking.
func (v *visit) respond(client *domain.Client, r *request.Request, values url.Values) error {
	if !oauth.MatchRedirectURI(client.RedirectURIs, r.RedirectURI, client.Native()) {
		return stop(pages.CauseRedirectURI, "the redirect URI was removed meanwhile", nil)
	}
	if r.State != "" {
		values.Set("state", r.State)
	}
	values.Set("iss", v.w.Issuer())
	switch r.ResponseMode {
	case oauth.ResponseModeFormPost:
		return v.formPost(client, r, values)
	case oauth.ResponseModeFragment:
		return v.seeOther(r.RedirectURI + "#" + values.Encode())
	default:
		return v.seeOther(withQuery(r.RedirectURI, values))
	}
}

// formPost lets the browser carry the response in the body of a POST (OAuth 2.0
// Form Post Response Mode).
func (v *visit) formPost(client *domain.Client, r *request.Request, values url.Values) error {
	view := pages.FormPost{
		Page:       v.frame(r.UILocales, pages.Policy{FormAction: []string{r.RedirectURI}, Script: true}),
		ClientName: client.ClientName, RedirectURI: r.RedirectURI,
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		view.Fields = append(view.Fields, pages.Field{Name: name, Value: values.Get(name)})
	}
	return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.FormPost(out, view) })
}

// withQuery appends to the query as it stands: the registered URI is kept byte
// for byte.
func withQuery(uri string, values url.Values) string {
	switch {
	case !strings.Contains(uri, "?"):
		return uri + "?" + values.Encode()
	case strings.HasSuffix(uri, "?"), strings.HasSuffix(uri, "&"):
		return uri + values.Encode()
	default:
		return uri + "&" + values.Encode()
	}
}
