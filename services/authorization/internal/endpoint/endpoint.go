package endpoint

import (
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// Endpoints are the endpoints that clients call, and what they share.
type Endpoints struct {
	server.ClientEndpoint

	KV    *kv.Store
	Facts *request.Facts
}
