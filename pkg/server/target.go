package server

import (
	"net/http"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// MaxPathBytes bounds the path of a request target.
const MaxPathBytes = 2048

// CheckTarget refuses a request whose target two programs might read
// differently. What passes has exactly one reading: an absolute path of
// non-empty segments, made of unreserved characters and "!$&'()*+,=:@", which
// may be percent-encoded once where a client must not send them bare. There is
// no encoded slash, dot or letter, no second encoding, no backslash, no matrix
// parameter, no dot segment, no segment that ends in a dot, nothing outside
// ASCII. A trailing slash passes: no route has one, and "/" is the root.
//
// The gateway and every service call it on the same bytes, so neither can route
// by another path than the other. It returns nil, 414 for a path of more than
// MaxPathBytes, 400 for a target that is not a path, and 404 for all else: the
// path names nothing.
func CheckTarget(r *http.Request) *oauth.Error {
	path, ok := rawPath(r)
	if !ok {
		return errMalformed.Because("the request target is not a path", nil)
	}
	if len(path) > MaxPathBytes {
		return errURITooLong
	}
	if reason := checkPath(path); reason != "" {
		return ErrNotFound.Because(reason, nil)
	}
	return nil
}

// rawPath cuts the path out of the target as it came over the wire (RFC 9112,
// section 3.2): origin-form, or absolute-form with an http scheme. Requests
// made in this process have no wire form; theirs is what a client would send.
func rawPath(r *http.Request) (string, bool) {
	target := r.RequestURI
	if target == "" {
		target = r.URL.EscapedPath()
	}
	if !strings.HasPrefix(target, "/") {
		scheme, rest, found := strings.Cut(target, "://")
		if !found || scheme != "http" && scheme != "https" || r.Method == http.MethodConnect {
			return "", false
		}
		slash := strings.IndexByte(rest, '/')
		if slash < 0 || strings.ContainsAny(rest[:slash], "?#@") {
			return "", false
		}
		target = rest[slash:]
	}
	path, _, _ := strings.Cut(target, "?")
	return path, true
}

// checkPath returns why the path is refused, empty where it is not.
func checkPath(path string) string {
	if path == "" || path[0] != '/' {
		return "the path does not begin with a slash"
	}
	for i := 1; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/':
			if path[i-1] == '/' {
				return "the path has an empty segment"
			}
			if path[i-1] == '.' {
				return "a path segment ends in a dot"
			}
		case c == '%':
			if i+2 >= len(path) {
				return "a percent-encoding is cut short"
			}
			hi, lo := unhex(path[i+1]), unhex(path[i+2])
			if hi < 0 || lo < 0 {
				return "a percent-encoding is malformed"
			}
			if !subDelim(byte(hi<<4 | lo)) {
				return "the path encodes a character that it must hold bare, or must not hold"
			}
			i += 2
		case !unreserved(c) && !subDelim(c):
			return "the path holds a character that no path of this service has"
		}
	}
	if path[len(path)-1] == '.' {
		return "a path segment ends in a dot"
	}
	return ""
}

// unreserved characters of RFC 3986, section 2.3.
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// subDelim tells the other characters of a pchar (RFC 3986, section 3.3), save
// for the semicolon: some parsers cut a segment there.
func subDelim(c byte) bool {
	switch c {
	case '!', '$', '&', '\'', '(', ')', '*', '+', ',', '=', ':', '@':
		return true
	}
	return false
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
