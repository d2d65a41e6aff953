package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/labstack/echo/v4"
)

// limitVariable makes this program the limit handler, at the address it holds.
const limitVariable = "BENCH_LIMIT_LISTEN"

// limitRow measures what no token endpoint on this HTTP stack can beat: read a
// form, check a MAC, sign one ES256 token by hand, answer JSON. It runs as a
// process of its own, as the measured programs do.
func limitRow(ctx context.Context, o options) (row, error) {
	progress("limit handler")
	self, err := os.Executable()
	if err != nil {
		return row{}, err
	}
	address, err := freeAddress()
	if err != nil {
		return row{}, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), limitVariable+"="+address)
	if err := cmd.Start(); err != nil {
		return row{}, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if err := waitFor(ctx, "http://"+address+"/healthz"); err != nil {
		return row{}, err
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"bench"}, "client_secret": {"secret"}}.Encode()
	client := newClient(o.workers)
	l := load{workers: o.workers, duration: o.duration, do: func(ctx context.Context, _ int) error {
		return client.post(ctx, "http://"+address+"/token", form, "", func(status int, body []byte) error {
			return wantToken(status, body)
		})
	}}
	return repeat(ctx, o, "limit handler", l)
}

func serveLimit(address string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	pepper := []byte("a pepper of thirty-two bytes....")
	want := mac(pepper, "secret")
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"limit","typ":"at+jwt"}`))
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/healthz", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	e.POST("/token", func(c echo.Context) error {
		if !hmac.Equal(mac(pepper, c.FormValue("client_secret")), want) {
			return c.NoContent(http.StatusUnauthorized)
		}
		now := time.Now().Unix()
		claims, err := json.Marshal(map[string]any{
			"iss": "http://localhost/acme/default", "sub": "bench", "aud": "http://localhost/acme/default", "exp": now + 3600, "iat": now,
			"jti": rand.Text(), "client_id": "bench", "scope": "read",
		})
		if err != nil {
			return err
		}
		signed := header + "." + base64.RawURLEncoding.EncodeToString(claims)
		sum := sha256.Sum256([]byte(signed))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			return err
		}
		sig := make([]byte, 64)
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		return c.JSON(http.StatusOK, map[string]any{
			"access_token": signed + "." + base64.RawURLEncoding.EncodeToString(sig), "token_type": "Bearer", "expires_in": 3600, "scope": "read",
		})
	})
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	server := &http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	_ = server.Serve(l)
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}
