package relying

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// Bounds of the back channel.
const (
	maxAnswer     = 256 << 10
	assertionLife = time.Minute
	// retryPause is how long after an outage the one retry comes: longer than
	// the second for which a memory of assertions that has just begun refuses them.
	retryPause = 1200 * time.Millisecond
)

// Refusal is that the authorization server said no, or answered something that
// must not be believed.
type Refusal struct {
	Code   string // the server's error code (RFC 6749, section 5.2), or ours
	reason string
}

// Error speaks to operators.
func (r *Refusal) Error() string { return "relying: " + r.Code + ": " + r.reason }

func refuse(code, reason string) error { return &Refusal{Code: code, reason: reason} }

// Ended tells whether the refusal means that what was presented is good for
// nothing any more.
func Ended(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Code == oauth.ErrInvalidGrant.Code
}

// away is an outage, which callers answer with 503.
func away(reason string, cause error) error {
	return oauth.ErrTemporarilyUnavailable.Because(reason, cause)
}

// call posts a form to an endpoint of the workspace as its client "console".
func (p *Party) call(ctx context.Context, w tenancy.Workspace, path string, form url.Values) ([]byte, error) {
	if err := p.register(ctx, w); err != nil {
		return nil, err
	}
	for retried := false; ; retried = true {
		if err := p.prove(w, form); err != nil {
			return nil, err
		}
		a, err := p.send(ctx, http.MethodPost, w.Endpoint(path), form, nil)
		switch {
		case err != nil:
			return nil, away("the authorization server did not answer", err)
		case a.status == http.StatusOK, a.status == http.StatusCreated:
			return a.body, nil
		case a.status == http.StatusServiceUnavailable && !retried:
			if err := Pause(ctx, retryPause); err != nil {
				return nil, away("the authorization server is away", err)
			}
		case a.status >= http.StatusInternalServerError || a.status == http.StatusTooManyRequests:
			return nil, away("the authorization server is away", fmt.Errorf("status %d", a.status))
		default:
			return nil, refused(a)
		}
	}
}

// refused reads an error of RFC 6749, section 5.2.
func refused(a answer) error {
	var e struct {
		Code string `json:"error"`
	}
	_ = json.Unmarshal(a.body, &e) // a body that is none leaves the status
	return refuse(e.Code, fmt.Sprintf("status %d", a.status))
}

// prove puts a fresh client assertion into the form (RFC 7523, section 2.2).
func (p *Party) prove(w tenancy.Workspace, form url.Values) error {
	now := p.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": rules.ConsoleClientID, "sub": rules.ConsoleClientID, "aud": w.Issuer(), "jti": keys.NewBearer(),
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return fmt.Errorf("relying: %w", err)
	}
	form.Set("client_id", rules.ConsoleClientID)
	form.Set("client_assertion_type", oauth.AssertionTypeJWT)
	form.Set("client_assertion", p.Root.OwnClient(w.ID(), rules.ConsoleClientID).Sign("client-authentication+jwt", claims))
	return nil
}

// answer is one of the authorization server, read whole.
type answer struct {
	status   int
	location string
	cookies  []*http.Cookie
	body     []byte
}

// send makes one request over the back channel. Redirects are answers.
func (p *Party) send(ctx context.Context, method, address string, form url.Values, header http.Header) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.Channel.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return answer{status: res.StatusCode, location: res.Header.Get("Location"), cookies: res.Cookies(), body: body}, err
}

// Pause waits before something is tried again, or until the context ends.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
