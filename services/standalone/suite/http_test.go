package suite_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// GW-01
func TestOneRequestIsOneRequest(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "profile"})
		const body = "grant_type=client_credentials"
		smuggled := "GET " + w.Path() + "/.well-known/jwks.json HTTP/1.1\r\nHost: " + tg.Addr() + "\r\n\r\n"
		head := "POST " + w.Path() + "/oauth2/token HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nContent-Type: " + formType + "\r\nAuthorization: " + party.Basic(app.ID, app.Secret) + "\r\n"
		chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		for name, request := range map[string]string{
			"CL and TE":              head + fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n", len(chunked)) + chunked + smuggled,
			"CL short and TE":        head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + smuggled,
			"TE xchunked":            head + "Transfer-Encoding: xchunked\r\n\r\n" + chunked + smuggled,
			"TE chunked, identity":   head + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked + smuggled,
			"TE gzip, chunked":       head + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked + smuggled,
			"TE twice":               head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + smuggled,
			"TE twice, one other":    head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n" + chunked + smuggled,
			"TE with a tab":          head + "Transfer-Encoding:\tchunked\x0b\r\n\r\n" + chunked + smuggled,
			"TE before a space":      head + "Transfer-Encoding : chunked\r\n\r\n" + chunked + smuggled,
			"CL twice, different":    head + fmt.Sprintf("Content-Length: %d\r\nContent-Length: 3\r\n\r\n", len(body)) + body + smuggled,
			"CL negative":            head + "Content-Length: -1\r\n\r\n" + body + smuggled,
			"CL with a plus":         head + fmt.Sprintf("Content-Length: +%d\r\n\r\n", len(body)) + body + smuggled,
			"CL hexadecimal":         head + "Content-Length: 0x1d\r\n\r\n" + body + smuggled,
			"CL list":                head + fmt.Sprintf("Content-Length: %d, %d\r\n\r\n", len(body), len(body)) + body + smuggled,
			"CL overflow":            head + "Content-Length: 99999999999999999999\r\n\r\n" + body + smuggled,
			"chunk ext with bare LF": head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x;x=\ny\r\n%s\r\n0\r\n\r\n", len(body), body) + smuggled,
			"bare LF in chunk size":  head + "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\n%s\r\n0\r\n\r\n", len(body), body) + smuggled,
			"header with NUL":        head + "X: a\x00b\r\nContent-Length: 29\r\n\r\n" + body + smuggled,
			"header name with space": head + "X Y: a\r\nContent-Length: 29\r\n\r\n" + body + smuggled,
			"two hosts":              "POST " + w.Path() + "/oauth2/token HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nHost: evil.example\r\nContent-Length: 29\r\n\r\n" + body + smuggled,
			"no host":                "POST " + w.Path() + "/oauth2/token HTTP/1.1\r\nContent-Length: 29\r\n\r\n" + body + smuggled,
		} {
			got := wire.Raw(t, tg.Addr(), request, patience)
			require.LessOrEqual(t, len(got), 1, "%s: a second request was seen: %v", name, got)
			for _, status := range got {
				require.Contains(t, []int{http.StatusBadRequest, http.StatusNotImplemented, http.StatusRequestEntityTooLarge}, status, name)
			}
		}
		// An obsolete line folding means a space, or the request is refused (RFC
		// 9112, section 5.2); either way both requests are what they look like.
		folded := wire.Raw(t, tg.Addr(), head+"Transfer-Encoding:\r\n chunked\r\n\r\n"+chunked+smuggled, patience)
		require.Contains(t, [][]int{{http.StatusBadRequest}, {http.StatusOK, http.StatusOK}}, folded)

		// A well-formed chunked request is served, and so is the next one on the
		// same connection.
		got := wire.Raw(t, tg.Addr(), head+"Transfer-Encoding: chunked\r\n\r\n"+chunked+head+"Content-Length: 29\r\nConnection: close\r\n\r\n"+body, patience)
		require.Equal(t, []int{http.StatusOK, http.StatusOK}, got)
	})
}

// GW-03
func TestConnectionHeaderRemovesNothingThatMatters(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "profile"})
		for _, names := range []string{"close, Authorization", "close, Content-Type, Host, Cookie", "close, Signet-Peer", "close, Content-Length", "close, X-Forwarded-For, Signet-Peer, X-User-Id"} {
			got := wire.Raw(t, tg.Addr(), "POST "+w.Path()+"/oauth2/token HTTP/1.1\r\nHost: "+tg.Addr()+"\r\nContent-Type: "+formType+"\r\nAuthorization: "+party.Basic(app.ID, app.Secret)+
				"\r\nConnection: "+names+"\r\nContent-Length: 29\r\n\r\ngrant_type=client_credentials", patience)
			require.Equal(t, []int{http.StatusOK}, got, names)
		}
	})
}

// MT-01, MT-02, GW-05: what only the gateway may say, nobody else can.
func TestCallersCannotSpeakForTheGateway(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "profile"})
		for node := range tg.Nodes {
			for _, name := range []string{"Signet-Peer", "signet-peer", "Signet_Peer", "X-Signet-Peer"} {
				a := w.Post(t, node, "/oauth2/token", "grant_type=client_credentials", "Content-Type", formType, "Authorization", party.Basic(app.ID, app.Secret), name, "v1.1.x.MTI3LjAuMC4x.https.AAAA")
				require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, a.Status, name)
			}
		}
		for _, name := range []string{"X-Client-Cert", "X-SSL-Cert", "X-Forwarded-Client-Cert", "SSL_CLIENT_CERT", "X_Client_Cert", "X-Forwarded-Tls-Client-Cert", "Client-Cert"} {
			a := w.Post(t, 0, "/oauth2/token", form("grant_type", "client_credentials", "client_id", app.ID), "Content-Type", formType, name, "MIIB")
			refused(t, a, "invalid_client")
		}
		// An address that is only claimed neither blocks nor frees anybody.
		for i := range 60 {
			w.Post(t, 0, "/oauth2/token", "grant_type=client_credentials", "Content-Type", formType, "Authorization", party.Basic(app.ID, "wrong"), "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "X-Real-IP", "198.51.100.1")
		}
		a := w.Post(t, 0, "/oauth2/token", "grant_type=client_credentials", "Content-Type", formType, "Authorization", party.Basic(app.ID, "wrong"), "X-Forwarded-For", "192.0.2.200")
		require.Equal(t, http.StatusTooManyRequests, a.Status, "changing the header evades nothing")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	})
}

// GW-07, GW-10
func TestOddTargetsAndMethodsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		path := w.Path() + "/.well-known/jwks.json"
		for _, line := range []string{
			"CONNECT evil.example:443 HTTP/1.1", "TRACE " + path + " HTTP/1.1", "PRI * HTTP/2.0", "OPTIONS * HTTP/1.1", "GET * HTTP/1.1",
			"GET http://evil.example" + path + " HTTP/1.1", "GET " + path + "#fragment HTTP/1.1", "GET /" + path + " HTTP/1.1", "GET " + strings.TrimPrefix(path, "/") + " HTTP/1.1",
			"BREW " + path + " HTTP/1.1", "get " + path + " HTTP/1.1", "GET " + path + " HTTP/3.0", "GET " + path + " HTTP/0.9", "GET " + path,
		} {
			for _, status := range wire.Raw(t, tg.Addr(), line+"\r\nHost: "+tg.Addr()+"\r\nConnection: close\r\n\r\n", patience) {
				require.GreaterOrEqual(t, status, 400, line)
				require.Less(t, status, 600, line)
				require.NotEqual(t, http.StatusInternalServerError, status, line)
			}
		}
		got := wire.Raw(t, tg.Addr(), "GET "+path+" HTTP/1.1\r\nHost: "+tg.Addr()+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n", patience)
		require.Equal(t, []int{http.StatusBadRequest}, got)
		got = wire.Raw(t, tg.Addr(), "GET http://"+tg.Addr()+path+" HTTP/1.1\r\nHost: "+tg.Addr()+"\r\nConnection: close\r\n\r\n", patience)
		require.Equal(t, []int{http.StatusOK}, got, "absolute-form for this host means the same (RFC 9112, 3.2.2)")
	})
}

// TE-17
func TestHeadersAreBounded(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		head := "GET " + w.Path() + "/.well-known/jwks.json HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nConnection: close\r\n"
		for name, headers := range map[string]string{
			"one of 1 MiB":   "X: " + strings.Repeat("a", 1<<20) + "\r\n",
			"10,000":         strings.Repeat("X-Y: z\r\n", 10_000),
			"10,000 cookies": "Cookie: " + strings.Repeat("a=b; ", 20_000) + "\r\n",
		} {
			for _, status := range wire.Raw(t, tg.Addr(), head+headers+"\r\n", patience) {
				require.Contains(t, []int{http.StatusRequestHeaderFieldsTooLarge, http.StatusBadRequest}, status, name)
			}
		}
		require.Equal(t, http.StatusOK, w.Get(t, "/.well-known/jwks.json").Status)
	})
}

// GW-11, TE-11
func TestSlowSendersAreCutOff(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		drip := func(first string) func(net.Conn) {
			return func(c net.Conn) {
				_, err := c.Write([]byte(first))
				for range 60 {
					if err != nil {
						return
					}
					time.Sleep(300 * time.Millisecond)
					_, err = c.Write([]byte("a"))
				}
			}
		}
		t.Run("header", func(t *testing.T) {
			t.Parallel()
			_, cut := wire.Held(t, tg.Addr(), drip("GET "+w.Path()+"/.well-known/jwks.json HTTP/1.1\r\nHost: "+tg.Addr()+"\r\nX: "), 9*time.Second)
			require.True(t, cut)
		})
		t.Run("body", func(t *testing.T) {
			t.Parallel()
			_, cut := wire.Held(t, tg.Addr(), drip("POST "+w.Path()+"/oauth2/token HTTP/1.1\r\nHost: "+tg.Addr()+"\r\nContent-Type: "+formType+"\r\nContent-Length: 1000\r\n\r\n"), 14*time.Second)
			require.True(t, cut)
		})
	})
}

// GW-13, AD-17
func TestNothingInternalShowsOutside(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/debug", "/admin", "/.env", "/.git/config", "/api/v1", "/api/v1/tenants", "/api", "/swagger", "/server-status", "/actuator/health"} {
			a := wireGet(t, tg.URL+path)
			require.Contains(t, []int{http.StatusNotFound, http.StatusUnauthorized, http.StatusMethodNotAllowed}, a.Status, path)
		}
		for _, path := range []string{"/healthz", "/readyz", "/version"} {
			a := wireGet(t, tg.URL+path)
			require.Equal(t, http.StatusOK, a.Status, path)
			for _, leak := range []string{"postgres", "redis://", "password", "/tmp", "127.0.0.1"} {
				require.NotContains(t, string(a.Body), leak, path)
			}
		}
		require.Equal(t, http.StatusOK, wireGet(t, tg.URL+"/api/v1/openapi.yaml").Status)
	})
}

// GW-15
func TestAnswersWithTokensAreNeverCached(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		silent := app.Authorize("prompt", "none")
		p := silent.Open(t, b)
		require.Contains(t, p.Header.Get("Cache-Control"), "no-store", "the redirect with the code")
		require.Equal(t, "no-store", w.UserInfo(t, tokens.Access).Header.Get("Cache-Control"))
		require.Contains(t, w.Tenant.API(t, http.MethodGet, "", nil).Header.Get("Cache-Control"), "no-store")
	})
}

// HX-02
func TestRequestIDsAreEchoedOnlyWhereTheyAreHarmless(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		a := w.Get(t, "/.well-known/jwks.json", "X-Request-ID", "abc-123")
		require.Equal(t, "abc-123", a.Header.Get("X-Request-ID"))
		for _, id := range []string{"<script>", strings.Repeat("a", 500), "a b", "ä"} {
			a = w.Get(t, "/.well-known/jwks.json", "X-Request-ID", id)
			require.NotEqual(t, id, a.Header.Get("X-Request-ID"))
			require.Regexp(t, traceID, a.Header.Get("X-Trace-Id"), "the trace id is ours")
		}
	})
}
