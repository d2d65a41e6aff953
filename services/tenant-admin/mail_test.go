package tenantadmin_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail/mailtest"
)

var linkInMail = regexp.MustCompile(`http://localhost:8080/console/verify\?tid=acme#token=([A-Za-z0-9_-]+)`)

// The service as it is built from a configuration: the link in the mail is the
// only way to a tenant that works.
func TestRegistrationWaitsForTheLinkInTheMail(t *testing.T) {
	server := mailtest.Listen(t, mailtest.Config{})
	cfg := boot.Defaults()
	cfg.PublicURL, cfg.Data, cfg.Env = publicURL, t.TempDir(), boot.Development
	cfg.Password.MemoryKiB, cfg.Password.Iterations = 8, 1
	cfg.Registration.Mode = boot.RegistrationVerifyEmail
	cfg.Mail = boot.Mail{URL: "smtp://" + server.Addr().String(), From: "Signet <signet@localhost>"}
	p, err := boot.Start(t.Context(), boot.Standalone, cfg, boot.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	h, err := tenantadmin.BuildOver(http.DefaultTransport)(t.Context(), p)
	require.NoError(t, err)
	post := func(path string, body any) *httptest.ResponseRecorder {
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		r := httptest.NewRequest(http.MethodPost, publicURL+path, strings.NewReader(string(raw)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}

	w := post(base, map[string]any{"tid": "acme", "display_name": "Evil https://evil.example", "owner": map[string]any{"email": "olivia@acme.example", "name": "Win a prize", "password": "correct horse battery"}})
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	require.Contains(t, w.Body.String(), `"email_verified":false`)
	require.Len(t, server.Messages(), 1)
	_, encoded, _ := strings.Cut(server.Messages()[0], "\n\n")
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(encoded)))
	require.NoError(t, err)
	require.NotContains(t, string(text), "evil.example", "a registration carries nobody's words to somebody else")
	require.NotContains(t, string(text), "prize")
	found := linkInMail.FindStringSubmatch(string(text))
	require.NotNil(t, found, string(text))
	require.NotContains(t, w.Body.String(), found[1])

	require.Equal(t, http.StatusBadRequest, post(base+"/acme/verify", map[string]any{"token": "guess"}).Code)
	w = post(base+"/acme/verify", map[string]any{"token": found[1]})
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Contains(t, w.Body.String(), `"email_verified":true`)
}
