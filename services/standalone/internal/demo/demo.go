// Package demo fills an empty service with a tenant to try things on, and says
// what to try. It uses the service by its public API, as anybody would: there
// is no second way to make a tenant, a client or a user.
//
// Every credential is random and printed once; none can be asked for again.
package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// TID is the demo tenant's name.
const TID = "demo"

// What the demo's client is registered with.
const (
	redirectURI = "http://127.0.0.1:9999/callback"
	clientScope = "openid profile email offline_access"
)

// Demo is what was made.
type Demo struct {
	Origin                 string // the public URL
	ClientID, ClientSecret string
	UserEmail, UserWord    string
	OwnerEmail, OwnerWord  string
}

// Seed makes the tenant with an owner, and in its workspace "default" a user
// and a confidential client. call reaches the service at origin.
func Seed(ctx context.Context, origin string, call http.RoundTripper) (Demo, error) {
	s := seeder{origin: origin, call: call}
	d := Demo{Origin: origin, OwnerEmail: "olivia@localhost", OwnerWord: rand.Text(), UserEmail: "ada@localhost", UserWord: rand.Text()}
	var tenant struct {
		ServiceClient struct {
			ID       string `json:"client_id"`
			Secret   string `json:"client_secret"`
			TokenURL string `json:"token_url"`
		} `json:"service_client"`
	}
	err := s.post(ctx, "/api/v1/tenants", map[string]any{
		"tid": TID, "display_name": "Demo", "with_service_client": true,
		"owner": map[string]any{"email": d.OwnerEmail, "name": "Olivia Owner", "password": d.OwnerWord},
	}, &tenant)
	if err != nil {
		return Demo{}, err
	}
	if err := s.authenticate(ctx, tenant.ServiceClient.TokenURL, tenant.ServiceClient.ID, tenant.ServiceClient.Secret); err != nil {
		return Demo{}, err
	}
	const workspace = "/api/v1/tenants/" + TID + "/workspaces/default"
	err = s.post(ctx, workspace+"/users", map[string]any{"email": d.UserEmail, "username": "ada", "name": "Ada Lovelace", "password": d.UserWord}, nil)
	if err != nil {
		return Demo{}, err
	}
	var client struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	err = s.post(ctx, workspace+"/clients", map[string]any{
		"client_name": "Demo application", "redirect_uris": []string{redirectURI}, "scope": clientScope,
		"grant_types": []string{"authorization_code", "refresh_token", "client_credentials"}, "token_endpoint_auth_method": "client_secret_basic",
	}, &client)
	if err != nil {
		return Demo{}, err
	}
	d.ClientID, d.ClientSecret = client.ID, client.Secret
	return d, nil
}

// seeder calls the service.
type seeder struct {
	origin string
	call   http.RoundTripper
	token  string
}

func (s *seeder) authenticate(ctx context.Context, tokenURL, id, secret string) error {
	form := url.Values{"grant_type": {"client_credentials"}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, tokenURL, strings.NewReader(form))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := s.send(r, &answer); err != nil {
		return err
	}
	s.token = answer.Token
	return nil
}

func (s *seeder) post(ctx context.Context, path string, body map[string]any, answer any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.origin+path, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	return s.send(r, answer)
}

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 1 << 20

func (s *seeder) send(r *http.Request, answer any) error {
	res, err := s.call.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("demo: %s %s answered %d: %s", r.Method, r.URL.Path, res.StatusCode, raw)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("demo: %s %s: %w", r.Method, r.URL.Path, err)
	}
	return nil
}

// Introduce writes what there is and what to try.
func (d Demo) Introduce(w io.Writer) error {
	issuer := d.Origin + "/" + TID + "/default"
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	authorize := issuer + "/oauth2/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {d.ClientID}, "redirect_uri": {redirectURI}, "scope": {clientScope}, "state": {rand.Text()},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}.Encode()
	_, err := fmt.Fprintf(w, `
A demo tenant has been made. These credentials are shown this once.

  Issuer    %[1]s
  Console   %[2]s/ (tenant %[3]s)
  Owner     %[4]s   %[5]s
  User      %[6]s   %[7]s

A token for the demo client:

  curl -u '%[8]s:%[9]s' \
    -d grant_type=client_credentials %[1]s/oauth2/token

A login: open this address, sign in as the user, and take the code from the address that the
browser cannot open (nothing listens at %[10]s):

  %[11]s

Then, with that code in place of CODE, within a minute:

  curl -u '%[8]s:%[9]s' \
    -d grant_type=authorization_code -d redirect_uri=%[10]s \
    -d code_verifier=%[12]s -d code=CODE %[1]s/oauth2/token

`, issuer, d.Origin, TID, d.OwnerEmail, d.OwnerWord, d.UserEmail, d.UserWord, d.ClientID, d.ClientSecret, redirectURI, authorize, verifier)
	return err
}

// Remind writes where the tenant is, when it was made before.
func Remind(w io.Writer, origin string) error {
	_, err := fmt.Fprintf(w, "\nThe demo tenant is at %s/%s/default; its credentials were shown when it was made.\nTo begin anew, stop the program and remove its data directory.\n\n", origin, TID)
	return err
}
