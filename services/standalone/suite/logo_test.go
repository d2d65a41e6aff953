package suite_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// CN-02: a logo is fetched once, by the service, and shown from its origin.
func TestPagesShowLogosWithoutAskingAnybodyElse(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site := party.Register(t, tg).Default(), party.NewSite(t, tg)
		port, touched := listeningWithin(t)
		var logo bytes.Buffer
		require.NoError(t, png.Encode(&logo, image.NewGray(image.Rect(0, 0, 16, 16))))
		serve := func(body []byte) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(body) }
		}
		site.Handle("/app.png", serve(logo.Bytes()))
		site.Handle("/script.svg", serve([]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)))
		w.Must(t, http.MethodPatch, "", map[string]any{"branding": map[string]any{"logo_uri": site.URL + "/app.png"}})

		app := w.NewApp(t, map[string]any{"logo_uri": site.URL + "/app.png"})
		b := w.Browser(t)
		p := app.Authorize().Open(t, b)
		for _, path := range []string{"/logo", "/logo/" + app.ID} {
			require.Contains(t, p.Links(), w.Address(path)[len(tg.URL):])
			picture := b.Open(t, w.Address(path))
			require.Equal(t, http.StatusOK, picture.Status)
			require.Equal(t, logo.String(), picture.Body)
			require.Equal(t, "image/png", picture.Header.Get("Content-Type"))
			require.Equal(t, "nosniff", picture.Header.Get("X-Content-Type-Options"))
			require.Equal(t, "same-origin", picture.Header.Get("Cross-Origin-Resource-Policy"))
		}
		require.NotContains(t, p.Body, site.URL)
		for range 5 {
			require.Equal(t, http.StatusOK, b.Open(t, w.Address("/logo/"+app.ID)).Status)
		}
		require.Equal(t, 1, site.Hits("/app.png"), "workspace and client of one tenant have the same picture")

		for _, uri := range []string{site.URL + "/script.svg", site.URL + "/gone.png", fmt.Sprintf("https://127.0.0.1:%d/x.png", port), fmt.Sprintf("https://localhost:%d/x.png", port)} {
			other := w.NewApp(t, map[string]any{"logo_uri": uri})
			require.Equal(t, http.StatusNotFound, b.Open(t, w.Address("/logo/"+other.ID)).Status, uri)
		}
		require.Zero(t, touched.Load(), "connections from within")
		require.Equal(t, http.StatusNotFound, b.Open(t, w.Address("/logo/nobody")).Status)
	})
}
