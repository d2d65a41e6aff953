package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
)

// Result is how a fetch ended, in the words of the metric.
type Result string

// The results of a fetch.
const (
	OK          Result = "ok"
	Refused     Result = "refused"     // the URL, or where it leads, is not for us to fetch
	Busy        Result = "busy"        // too many fetches were under way
	Timeout     Result = "timeout"     // no whole answer in time
	Unreachable Result = "unreachable" // no connection
	Untrusted   Result = "untrusted"   // no TLS that could be trusted
	Status      Result = "status"      // an answer other than 200
	Unreadable  Result = "unreadable"  // not HTTP as it should be, or too much of it
	Ended       Result = "ended"       // whoever wanted the document left
)

// Error says why there is no document. Its text is fit for whoever chose the
// URL; what it wraps is for the operator alone.
type Error struct {
	Result Result
	reason string
	cause  error
}

func (e *Error) Error() string { return e.reason }
func (e *Error) Unwrap() error { return e.cause }

// errHandshake marks what failed once the connection stood.
var errHandshake = errors.New("TLS handshake")

// ResultOf is the result that an error of Fetch stands for.
func ResultOf(err error) Result {
	if err == nil {
		return OK
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Result
	}
	return Unreadable
}

// failure explains what came of a request. ctx is the fetch's own, with its
// deadline.
func (c *Client) failure(ctx context.Context, err error) *Error {
	var (
		dns    *net.DNSError
		dial   *net.OpError
		verify *tls.CertificateVerificationError
	)
	switch {
	// Of a name that does not exist is said what is said of one that leads within:
	// otherwise anyone could ask here for the names of this network.
	case errors.Is(err, errNotPublic), errors.As(err, &dns) && dns.IsNotFound:
		return &Error{Refused, "the host does not resolve to a public address", err}
	case errors.Is(ctx.Err(), context.Canceled):
		return &Error{Ended, "the fetch was given up", err}
	case ctx.Err() != nil, isTimeout(err):
		return &Error{Timeout, fmt.Sprintf("there was no whole answer within %s", c.config.Timeout), err}
	case dns != nil:
		return &Error{Unreachable, "the host's name could not be resolved", err}
	case errors.As(err, &verify):
		return &Error{Untrusted, certificateFault(verify.Err), err}
	case errors.Is(err, errHandshake):
		return &Error{Untrusted, "the host does not speak TLS 1.2 or 1.3 with us", err}
	case errors.As(err, &dial):
		return &Error{Unreachable, "the host does not take the connection, or breaks it off", err}
	}
	return &Error{Unreadable, "the answer is not HTTP as it should be, or its headers are too long", err}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func certificateFault(err error) string {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return "the host's certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the host's certificate has expired or is not valid yet"
	}
	return "the host's certificate is not of an authority that is trusted here"
}
