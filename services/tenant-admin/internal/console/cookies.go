package console

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
)

// The cookies. The first is the session; the second ties a sign-in to the
// browser that began it; the third remembers tenants, for the list from which a
// person chooses.
const (
	sessionCookie  = "signet-console"
	loginCookie    = "signet-console-login"
	rememberCookie = "signet-console-tenants"
)

const (
	bearerLength  = 43
	maxRemembered = 20
	rememberFor   = 400 * 24 * time.Hour // as long as browsers keep a cookie

	purposeRemember = "console-tenants"
)

// cookies reads and sets them. Over https their names begin with __Host-, so
// that no other host, not even a neighbour below the same domain, can set them.
type cookies struct {
	secure bool
	root   *keys.Root
}

func (k cookies) name(base string) string {
	if k.secure {
		return "__Host-" + base
	}
	return base
}

// read returns a cookie that came exactly once. Two of one name mean that
// somebody else set one of them: neither counts.
func (k cookies) read(r *http.Request, base string) string {
	found := r.CookiesNamed(k.name(base))
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// set gives the browser a cookie, for the length of its own session where life
// is zero, or takes it away where there is no value. SameSite is Lax, as a
// sign-in comes back by a link from the authorization server.
func (k cookies) set(answer http.ResponseWriter, base, value string, life time.Duration) {
	c := &http.Cookie{ //nolint:gosec // secure is off for http on loopback hosts only
		Name: k.name(base), Value: value, Path: "/", MaxAge: int(life / time.Second), Secure: k.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(answer, c)
}

// session is the id and the secret of the session that the browser names.
func (k cookies) session(r *http.Request) (id, secret string) {
	id, secret, found := strings.Cut(k.read(r, sessionCookie), ".")
	if !found || len(id) != bearerLength || len(secret) != bearerLength {
		return "", ""
	}
	return id, secret
}

// login is the value that ties sign-ins to the browser; empty where it has none.
func (k cookies) login(r *http.Request) string {
	if v := k.read(r, loginCookie); len(v) == bearerLength {
		return v
	}
	return ""
}

// remembered are the tenants that the browser was signed in to, the latest
// first. The list bears a MAC: a browser that made one up could ask for the name
// of any tenant.
func (k cookies) remembered(r *http.Request) []string {
	list, mac, found := cutLast(k.read(r, rememberCookie), ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(mac)
	if !found || err != nil || !k.root.VerifyMAC(raw, purposeRemember, []byte(list)) {
		return nil
	}
	tids := strings.Split(list, ".")
	if len(tids) > maxRemembered || slices.ContainsFunc(tids, func(tid string) bool { return !domain.ValidSlug(tid) }) {
		return nil
	}
	return tids
}

// remember puts the tenant in front of those remembered.
func (k cookies) remember(answer http.ResponseWriter, r *http.Request, tid string) {
	tids := slices.DeleteFunc(k.remembered(r), func(t string) bool { return t == tid })
	tids = append([]string{tid}, tids...)
	list := strings.Join(tids[:min(len(tids), maxRemembered)], ".")
	mac := k.root.MAC(purposeRemember, []byte(list))
	k.set(answer, rememberCookie, list+"."+base64.RawURLEncoding.EncodeToString(mac), rememberFor)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+len(sep):], true
}
