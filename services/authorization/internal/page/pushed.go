package page

import (
	"errors"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// openPushed puts the request that the client pushed in the place of whatever
// else the browser brought (RFC 9126, section 4). Without a request_uri of ours
// it changes nothing.
func (v *visit) openPushed(in *request.Input) *request.Refusal {
	hash, pushed := request.PushedHash(in.Params)
	if !pushed {
		return nil
	}
	clientID := in.Params.Get("client_id")
	if domain.ValidClientID(clientID) {
		v.trace.Client(clientID)
	}
	params, refusal := v.findPushed(hash, clientID)
	if refusal != nil {
		v.trace.Fail("pushed request found", trace.Check{
			Expected: "a request_uri of this workspace, opened for the client that pushed it, in time and before it led to a code", Actual: refusal.Err.Reason(),
			RFC: "RFC 9126, section 4", Fix: "Push the request anew for every login. A request_uri lives for the workspace's par_ttl.",
		})
		return refusal
	}
	v.trace.Pass("pushed request found", "")
	in.Params, in.PAR = params, hash
	return nil
}

// findPushed reads a pushed request. To any other client than the one that
// pushed it, it is unknown.
func (v *visit) findPushed(hash []byte, clientID string) (oauth.Params, *request.Refusal) {
	unknown := func(reason string, err error) *request.Refusal {
		return &request.Refusal{Cause: request.UnknownRequestURI, Err: oauth.ErrInvalidRequest.Because(reason, err)}
	}
	raw, err := v.KV.Workspace(v.w).PAR(v.ctx, hash)
	switch {
	case errors.Is(err, kv.ErrConsumed):
		return nil, &request.Refusal{Cause: request.SpentRequestURI, Err: oauth.ErrInvalidRequest.Because("a code was issued for the pushed request before", nil)}
	case errors.Is(err, kv.ErrNotFound):
		return nil, unknown("request_uri is unknown or expired", nil)
	case err != nil:
		return nil, &request.Refusal{Cause: request.TemporarilyBlocked, Err: oauth.ErrTemporarilyUnavailable.Because("the pushed request could not be read", err)}
	}
	params, err := request.OpenPushed(raw)
	switch {
	case err != nil:
		return nil, unknown("the pushed request cannot be read", err)
	case params.Get("client_id") != clientID:
		return nil, unknown("another client pushed the request", nil)
	}
	return params, nil
}
