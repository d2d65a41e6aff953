package interaction

import (
	"net/http"

	"github.com/signet-authz/signet/pkg/tenancy"
)

// Cookies reads and sets the cookies of a workspace. Both are bearer values of
// 43 characters, sent to the workspace's own path only; what they stand for is
// looked up in that workspace, so that one copied elsewhere means nothing.
type Cookies struct {
	// Secure is false only where the public URL is http on a loopback host.
	Secure bool
}

const bearerLength = 43

func (k Cookies) name(base string) string {
	if k.Secure {
		return "__Secure-" + base
	}
	return base
}

// The session cookie says who is logged in; the binding cookie ties transactions
// and forms to the browser that they were given to.
const (
	sessionCookie = "signet-session"
	bindingCookie = "signet-browser"
)

// read returns a cookie that came exactly once and has the form that we give
// it. Two of one name mean that somebody else set one of them: neither counts.
func (k Cookies) read(r *http.Request, base string) (string, bool) {
	found := r.CookiesNamed(k.name(base))
	if len(found) != 1 || len(found[0].Value) != bearerLength {
		return "", false
	}
	return found[0].Value, true
}

// set writes a cookie. It is a session cookie in the browser's sense: how long
// it means anything is decided here, not there. SameSite is Lax, as the
// authorization endpoint is reached by links from other sites.
func (k Cookies) set(answer http.ResponseWriter, w tenancy.Workspace, base, value string) {
	cookie := &http.Cookie{ //nolint:gosec // Secure is off for http on loopback hosts only
		Name: k.name(base), Value: value, Path: w.CookiePath(),
		Secure: k.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(answer, cookie)
}
