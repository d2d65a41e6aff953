package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// client is the load generator's HTTP client: connections are reused, redirects
// are not followed, and every answer is read whole.
type client struct{ http *http.Client }

func newClient(connections int) *client { return newClientOver(connections, nil) }

func newClientOver(connections int, over *tls.Config) *client {
	return &client{http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			MaxIdleConns: 2 * connections, MaxIdleConnsPerHost: 2 * connections, DisableCompression: true, Proxy: nil,
			DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext, TLSClientConfig: over,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// newTLSClient shows a certificate. The programs make their own for development,
// which nobody vouches for.
func newTLSClient(connections int, certificate tls.Certificate) *client {
	return newClientOver(connections, &tls.Config{Certificates: []tls.Certificate{certificate}, InsecureSkipVerify: true})
}

func (c *client) send(r *http.Request, check func(status int, body []byte) error) error {
	res, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	return check(res.StatusCode, body)
}

func (c *client) post(ctx context.Context, address, form, authorization string, check func(int, []byte) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return c.send(r, check)
}

func (c *client) get(ctx context.Context, address, authorization string, check func(int, []byte) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return c.send(r, check)
}

// call speaks JSON to the admin API.
func (c *client) call(ctx context.Context, method, address, bearer string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = strings.NewReader(string(b))
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	return c.send(r, func(status int, b []byte) error {
		if status >= 300 {
			return fmt.Errorf("%s %s: %d %s", method, address, status, b)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(b, out)
	})
}

func wantToken(status int, body []byte) error {
	var t struct {
		AccessToken string `json:"access_token"`
	}
	if status != http.StatusOK || json.Unmarshal(body, &t) != nil || t.AccessToken == "" {
		return fmt.Errorf("no token: %d %s", status, body)
	}
	return nil
}

func want(status int, part string) func(int, []byte) error {
	return func(got int, body []byte) error {
		if got != status || !strings.Contains(string(body), part) {
			return fmt.Errorf("want %d with %q, got %d %.300s", status, part, got, body)
		}
		return nil
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// waitFor polls until the address answers 200.
func waitFor(ctx context.Context, address string) error {
	c := newClient(1)
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := c.get(ctx, address, "", want(http.StatusOK, ""))
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not answer: %w", address, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
