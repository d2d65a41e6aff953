package tenantadmin

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// The limits of the back channel's connections.
const (
	channelDialTimeout   = 2 * time.Second
	channelAnswerTimeout = 10 * time.Second
	channelIdleTimeout   = 30 * time.Second
	channelIdlePerHost   = 32
)

// backChannel reaches the gateway from within. It is no way to anywhere else:
// every request goes to the one origin that the operator has named.
type backChannel struct {
	internal  *url.URL // nil: where the request says, which is the public URL
	transport http.RoundTripper
}

// newBackChannel returns the way to the public URL by the internal one.
func newBackChannel(internalURL string) (http.RoundTripper, error) {
	c := &backChannel{transport: &http.Transport{
		Proxy: nil, DialContext: (&net.Dialer{Timeout: channelDialTimeout}).DialContext, MaxIdleConnsPerHost: channelIdlePerHost, IdleConnTimeout: channelIdleTimeout, ResponseHeaderTimeout: channelAnswerTimeout,
		TLSHandshakeTimeout: 3 * time.Second, ForceAttemptHTTP2: true,
	}}
	if internalURL == "" {
		return c, nil
	}
	var err error
	if c.internal, err = url.Parse(internalURL); err != nil {
		return nil, fmt.Errorf("internal_url: %w", err)
	}
	return c, nil
}

// WithCertificate is the way to the addresses at which clients present
// certificates, with this one. They are the operator's, like the internal URL, and
// are reached where they say.
func (c *backChannel) WithCertificate(certificate *tls.Certificate) http.RoundTripper {
	return &http.Transport{
		Proxy: nil, DialContext: (&net.Dialer{Timeout: channelDialTimeout}).DialContext, ResponseHeaderTimeout: channelAnswerTimeout,
		TLSHandshakeTimeout: 3 * time.Second, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return certificate, nil
		}},
	}
}

// RoundTrip sends the request, which keeps the public Host.
func (c *backChannel) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.internal != nil {
		out := r.Clone(r.Context())
		out.Host = r.URL.Host
		out.URL.Scheme, out.URL.Host = c.internal.Scheme, c.internal.Host
		r = out
	}
	return c.transport.RoundTrip(r)
}
