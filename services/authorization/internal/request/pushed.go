package request

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// requestURI begins the request_uri of every pushed request (RFC 9126, section
// 2.2). A handle follows: a bearer value of which only the hash is kept.
const requestURI = "urn:ietf:params:oauth:request_uri:"

// NewRequestURI returns a fresh request_uri and the hash of its handle.
func NewRequestURI() (uri string, hash []byte) {
	handle := keys.NewBearer()
	return requestURI + handle, keys.HashBearer(handle)
}

// PushedHash is the hash of the handle in the parameters' request_uri. pushed is
// false where there is none of a pushed request, or something else beside it
// that claims to be the request (RFC 9101, section 5).
func PushedHash(params oauth.Params) (hash []byte, pushed bool) {
	handle, found := strings.CutPrefix(params.Get("request_uri"), requestURI)
	if !found || params.Has("request") {
		return nil, false
	}
	return keys.HashBearer(handle), true
}

// Pushed is the form in which the request is kept until it is opened: the
// parameters that it was judged by, and no others. It is judged again then, so
// that nothing rests on what was true when it came, and no credential that came
// with it is kept.
func (r *Request) Pushed() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // it is never HTML, and must not grow
	err := e.Encode(r.params)
	return out.Bytes(), err
}

// OpenPushed reads what Pushed wrote.
func OpenPushed(raw []byte) (oauth.Params, error) {
	var params oauth.Params
	err := json.Unmarshal(raw, &params)
	return params, err
}
