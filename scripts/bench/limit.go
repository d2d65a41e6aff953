package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// limitVariable makes this program the limit handler, at the address it holds;
// limitKey is the client's public key there.
const (
	limitVariable = "BENCH_LIMIT_LISTEN"
	limitKey      = "BENCH_LIMIT_KEY"
)

// limits measures what no token endpoint on this HTTP stack can beat: read a
// form, check a MAC, sign one ES256 token by hand, answer JSON; and the same with
// the signature of a client's assertion verified in place of the MAC. It runs as
// a process of its own, as the measured programs do.
func limits(ctx context.Context, o options) (bare, verifying row, err error) {
	progress("limit handler")
	self, err := os.Executable()
	if err != nil {
		return row{}, row{}, err
	}
	address, err := freeAddress()
	if err != nil {
		return row{}, row{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return row{}, row{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return row{}, row{}, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), limitVariable+"="+address, limitKey+"="+encode(public))
	if err := cmd.Start(); err != nil {
		return row{}, row{}, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if err := waitFor(ctx, "http://"+address+"/healthz"); err != nil {
		return row{}, row{}, err
	}
	client := newClient(o.workers)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"bench"}, "client_secret": {"secret"}}.Encode()
	l := load{workers: o.workers, duration: o.duration, do: func(ctx context.Context, _ int) error {
		return client.post(ctx, "http://"+address+"/token", form, "", wantToken)
	}}
	if bare, err = repeat(ctx, o, "limit handler", l); err != nil {
		return row{}, row{}, err
	}
	s := newSigner(account{id: "bench"}, "http://"+address, "ES256", signES256(key))
	l.before = s.ahead
	l.do = func(ctx context.Context, _ int) error {
		form, err := s.next()
		if err != nil {
			return err
		}
		return client.post(ctx, "http://"+address+"/token", form, "", wantToken)
	}
	verifying, err = repeat(ctx, o, "limit handler, ES256 verified", l)
	return bare, verifying, err
}

func serveLimit(address string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	public, err := limitPublicKey()
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
		assertion := c.FormValue("client_assertion")
		if assertion == "" && !hmac.Equal(mac(pepper, c.FormValue("client_secret")), want) || assertion != "" && !verified(public, assertion) {
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

func limitPublicKey() (*ecdsa.PublicKey, error) {
	der, err := base64.RawURLEncoding.DecodeString(os.Getenv(limitKey))
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("not an EC key")
	}
	return public, nil
}

// verified is the least that a client assertion needs: its signature, and its
// claims read and compared.
func verified(key *ecdsa.PublicKey, assertion string) bool {
	dot := strings.LastIndexByte(assertion, '.')
	first := strings.IndexByte(assertion, '.')
	if first < 0 || dot == first {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(assertion[dot+1:])
	payload, err2 := base64.RawURLEncoding.DecodeString(assertion[first+1 : dot])
	if err != nil || err2 != nil || len(sig) != 64 {
		return false
	}
	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
		Expires int64  `json:"exp"`
	}
	sum := sha256.Sum256([]byte(assertion[:dot]))
	return json.Unmarshal(payload, &claims) == nil && claims.Issuer == "bench" && claims.Subject == "bench" && time.Now().Unix() < claims.Expires &&
		ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
}
