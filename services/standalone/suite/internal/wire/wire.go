// Package wire sends HTTP requests exactly as it is told and reads answers
// whole: no redirect is followed, no cookie kept, nothing retried. Raw goes
// below HTTP, to the bytes on a socket.
package wire

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 8 << 20

// client is shared by all requests that say nothing of their caller; it follows
// no redirect.
var client = &http.Client{Transport: transport(Caller{}), CheckRedirect: stay, Timeout: 30 * time.Second}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Caller is who sends a request, where that matters: from which local address,
// for example 127.0.0.9, and with which TLS settings, client certificates among
// them. Each request goes over a connection of its own.
type Caller struct {
	IP  string
	TLS *tls.Config
}

func transport(c Caller) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	if c.IP != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(c.IP)}
	}
	return &http.Transport{
		MaxIdleConnsPerHost: 128, IdleConnTimeout: 20 * time.Second, DisableCompression: true, DialContext: dialer.DialContext, TLSClientConfig: c.TLS,
	}
}

// Do sends a request that must be answered.
func (c Caller) Do(t testing.TB, r *http.Request) Answer {
	t.Helper()
	own := transport(c)
	own.DisableKeepAlives = true
	defer own.CloseIdleConnections()
	return do(t, &http.Client{Transport: own, CheckRedirect: stay, Timeout: client.Timeout}, r)
}

// Answer is an HTTP answer, read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Send sends the request and reads the answer.
func Send(r *http.Request) (Answer, error) { return send(client, r) }

func send(c *http.Client, r *http.Request) (Answer, error) {
	res, err := c.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

// Do is Send for requests that must be answered.
func Do(t testing.TB, r *http.Request) Answer {
	t.Helper()
	return do(t, client, r)
}

func do(t testing.TB, c *http.Client, r *http.Request) Answer {
	t.Helper()
	a, err := send(c, r)
	if err != nil {
		t.Fatalf("%s %s was not answered: %v", r.Method, r.URL.Redacted(), err)
	}
	return a
}

// Request makes a request. Headers come as pairs of name and value; "Host"
// sets the host, an empty value leaves a header out, a repeated name is sent
// twice.
func Request(t testing.TB, method, url, body string, headers ...string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	if err != nil {
		t.Fatalf("%s %s is no request: %v", method, url, err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; {
		case name == "Host":
			r.Host = value
		case value == "":
		default:
			r.Header[http.CanonicalHeaderKey(name)] = append(r.Header[http.CanonicalHeaderKey(name)], value)
		}
	}
	return r
}

// JSON decodes a JSON object, nil where the body is none.
func (a Answer) JSON() map[string]any {
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	var m map[string]any
	if d.Decode(&m) != nil {
		return nil
	}
	return m
}

// Text is a string member of the JSON body, empty where there is none.
func (a Answer) Text(name string) string {
	s, _ := a.JSON()[name].(string)
	return s
}

// Number is a number member of the JSON body, -1 where there is none.
func (a Answer) Number(name string) int64 {
	n, ok := a.JSON()[name].(json.Number)
	if !ok {
		return -1
	}
	i, err := n.Int64()
	if err != nil {
		return -1
	}
	return i
}

// Active is the member "active" of an introspection answer; other answers fail
// the test.
func (a Answer) Active(t testing.TB) bool {
	t.Helper()
	active, ok := a.JSON()["active"].(bool)
	if a.Status != http.StatusOK || !ok {
		t.Fatalf("not an introspection answer: %s", a)
	}
	return active
}

// String is for failure messages.
func (a Answer) String() string {
	body := string(a.Body)
	if len(body) > 600 {
		body = body[:600] + "…"
	}
	return http.StatusText(a.Status) + " " + strings.TrimSpace(body)
}

// Raw writes bytes to a socket and reads answers until the other side closes
// or says nothing for the patience given. It returns the status of every
// answer, in order.
func Raw(t testing.TB, addr, request string, patience time.Duration) []int {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatalf("deadline: %v", err)
	}
	// The other side may refuse and close before it has read everything.
	go func() { _, _ = io.WriteString(conn, request) }()
	method, _, _ := strings.Cut(request, " ")
	reader := bufio.NewReader(conn)
	var statuses []int
	for {
		res, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			return statuses
		}
		statuses = append(statuses, res.StatusCode)
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if err != nil || res.Close {
			return statuses
		}
	}
}

// Held opens a connection, sends what it is given, and returns after how long
// the other side ended it; it gives up after the patience.
func Held(t testing.TB, addr string, send func(net.Conn), patience time.Duration) (time.Duration, bool) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() { _ = conn.Close() }()
	began := time.Now()
	if err := conn.SetReadDeadline(began.Add(patience)); err != nil {
		t.Fatalf("deadline: %v", err)
	}
	go send(conn)
	_, err = io.Copy(io.Discard, conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return time.Since(began), false
	}
	return time.Since(began), true
}

// From sends the request from a local address.
func From(t testing.TB, ip string, r *http.Request) Answer {
	t.Helper()
	return Caller{IP: ip}.Do(t, r)
}
