package selfcheck

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 256 << 10

// outagePause is how long after an outage the one retry comes: longer than the
// second for which a memory of assertions that has just begun refuses them.
const outagePause = 1200 * time.Millisecond

// Certified is a way to the authorization server by which a client certificate can
// be presented. With it go only requests to the addresses of
// mtls_endpoint_aliases.
type Certified interface {
	WithCertificate(*tls.Certificate) http.RoundTripper
}

// request is one to the authorization server.
type request struct {
	method  string
	address string
	form    url.Values // nil: no body
	body    string     // instead of the form, as it is
	header  http.Header
	channel http.RoundTripper // nil: the back channel
}

func newRequest(method, address string, form url.Values) *request {
	return &request{method: method, address: address, form: form, header: http.Header{}}
}

// answer is one of the authorization server, read whole.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	explained bool // there is an explanation of the request
}

// trace names the explanation of the request, if there is one.
func (a answer) trace() string {
	id := a.header.Get("X-Trace-Id")
	if !a.explained || len(id) > 64 {
		return ""
	}
	return id
}

// explains tells whether the request is one of those whose refusals are explained;
// of what succeeds only a sample is.
func explains(q *request, a answer) bool {
	address, _, _ := strings.Cut(q.address, "?")
	if a.status == http.StatusMethodNotAllowed {
		return false
	}
	for _, path := range []string{"/oauth2/authorize", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/par", "/userinfo"} {
		if strings.HasSuffix(address, path) {
			return a.status >= http.StatusBadRequest || strings.Contains(a.header.Get("Location"), "error=")
		}
	}
	return false
}

// code is the error code of RFC 6749, section 5.2; empty where there is none.
func (a answer) code() string {
	var e struct {
		Code string `json:"error"`
	}
	_ = json.Unmarshal(a.body, &e) // a body that is none has no code
	return e.Code
}

// read takes the body in as JSON, as far as it is.
func (a answer) read(into any) bool { return json.Unmarshal(a.body, into) == nil }

// redirects tells whether a browser would go elsewhere.
func (a answer) redirects() bool { return a.header.Get("Location") != "" }

func (a answer) cookies() []*http.Cookie {
	return (&http.Response{Header: a.header}).Cookies()
}

// word describes the answer in a few words, nothing of which can be a secret.
func (a answer) word() string {
	s := statusWord(a.status)
	if code := a.code(); code != "" {
		s += " " + clip(code)
	}
	return s
}

// statusWord is a status as people read it.
func statusWord(status int) string {
	text := http.StatusText(status)
	if text == "" {
		text = "status"
	}
	return strings.TrimSpace(itoa(status) + " " + text)
}

// clip bounds what is taken over of an answer into the report.
func clip(s string) string {
	const most = 200
	s = strings.ToValidUTF8(s, "")
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// send makes the request. Redirects are answers.
func (r *run) send(ctx context.Context, q *request) (answer, error) {
	body := q.body
	if q.form != nil {
		body = q.form.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, q.method, q.address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name, values := range q.header {
		req.Header[name] = values
	}
	if q.form != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("User-Agent", "Signet self-check")
	req.Header.Set(server.HeaderSelfCheck, r.mark)
	channel := q.channel
	if channel == nil {
		channel = r.Channel
	}
	res, err := channel.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	a := answer{status: res.StatusCode, header: res.Header, body: raw}
	a.explained = explains(q, a)
	return a, err
}

// get gets an address.
func (r *run) get(ctx context.Context, address string, header ...string) (answer, error) {
	q := newRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		q.header.Set(header[i], header[i+1])
	}
	return r.send(ctx, q)
}

// call posts a form to an endpoint of the workspace as the party, which proves
// itself by its own method. An outage is tried once more.
func (r *run) call(ctx context.Context, p *party, path string, form url.Values) (answer, error) {
	for tried := false; ; tried = true {
		q := newRequest(http.MethodPost, r.w.Endpoint(path), clone(form))
		if err := r.prove(ctx, q, p, path, proof{}); err != nil {
			return answer{}, err
		}
		a, err := r.send(ctx, q)
		if err != nil || a.status != http.StatusServiceUnavailable || tried {
			return a, err
		}
		if err := relying.Pause(ctx, outagePause); err != nil {
			return answer{}, err
		}
	}
}

func clone(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		out[name] = append([]string(nil), values...)
	}
	return out
}
