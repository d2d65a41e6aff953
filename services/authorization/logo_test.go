package authorization_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/egress/egresstest"
	"github.com/signet-authz/signet/services/authorization"
)

// gallery is a host of pictures in the world outside.
type gallery struct {
	*egresstest.Host
	mu    sync.Mutex
	pages map[string]func(http.ResponseWriter)
	asked map[string]int
}

func newGallery(t *testing.T) *gallery {
	g := &gallery{pages: map[string]func(http.ResponseWriter){}, asked: map[string]int{}}
	g.Host = egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.asked[r.URL.Path]++
		page := g.pages[r.URL.Path]
		g.mu.Unlock()
		if page == nil {
			http.NotFound(w, r)
			return
		}
		page(w)
	}))
	return g
}

func (g *gallery) put(path string, body []byte) {
	g.handle(path, func(w http.ResponseWriter) { _, _ = w.Write(body) })
}

func (g *gallery) handle(path string, page func(http.ResponseWriter)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pages[path] = page
}

func (g *gallery) hits(path string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked[path]
}

// visiting has the service fetch from the gallery, which it trusts.
func visiting(t *testing.T, g *gallery) func(*authorization.Deps) {
	a, err := egress.ParseAllow(g.Addr)
	require.NoError(t, err)
	out, err := egress.New(egress.Config{Allow: []egress.Allow{a}, Roots: []*x509.Certificate{g.Root}, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(out.Close)
	return func(d *authorization.Deps) { d.Egress = out }
}

func dot(t *testing.T, side int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))))
	return b.Bytes()
}

func logoOf(uri string) func(*domain.Client) { return func(c *domain.Client) { c.LogoURI = uri } }

// noPicture expects the answer that there is no logo.
func noPicture(t *testing.T, a *answer) {
	t.Helper()
	require.Equal(t, http.StatusNotFound, a.StatusCode, a.Body)
	require.Empty(t, a.Body)
}

// CN-02
func TestLogosAreServedFromHereAlone(t *testing.T) {
	g := newGallery(t)
	g.put("/app.png", dot(t, 8))
	g.handle("/acme.png", func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(dot(t, 16))
	})
	h := newHouse(t, visiting(t, g))
	p, other := h.tenant("acme", func(s *domain.Settings) { s.Branding.LogoURI = g.URL("/acme.png") })
	p.client("app", logoOf(g.URL("/app.png")))
	p.client("plain")
	p.user("alice")
	b := h.browser()
	login := b.open(p.authorizeURL("app"))
	consent := login.logIn("alice", secret)
	p.code(consent.consent("accept"))
	for name, a := range map[string]*answer{"login": login, "consent": consent, "account": b.open(p.url("/account"))} {
		require.Contains(t, a.Body, `src="/acme/default/logo"`, name)
		require.Contains(t, a.Body, `src="/acme/default/logo/app"`, name)
		require.NotContains(t, a.Body, g.Addr, name)
		require.Contains(t, a.Header.Get("Content-Security-Policy"), "img-src 'self';")
	}
	require.NotContains(t, b.open(p.authorizeURL("plain")).Body, "/logo/plain")

	for path, side := range map[string]int{"/logo/app": 8, "/logo": 16} {
		a := b.send(http.MethodGet, p.url(path), "")
		require.Equal(t, http.StatusOK, a.StatusCode, path)
		require.Equal(t, string(dot(t, side)), a.Body)
		require.Equal(t, "image/png", a.Header.Get("Content-Type"), "the bytes tell, not their source")
		require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "same-origin", a.Header.Get("Cross-Origin-Resource-Policy"))
		require.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, "public, max-age=600", a.Header.Get("Cache-Control"))
		require.Empty(t, a.Header.Values("Set-Cookie"))
	}
	noPicture(t, b.send(http.MethodGet, other.url("/logo/app"), ""))
}

func TestOnlyWhatIsRegisteredIsFetched(t *testing.T) {
	g := newGallery(t)
	g.put("/app.png", dot(t, 8))
	h := newHouse(t, visiting(t, g))
	p, _ := h.tenant("acme")
	p.client("plain")
	p.client("off", logoOf(g.URL("/app.png")), func(c *domain.Client) { c.Disabled = true })
	b := h.browser()
	for _, path := range []string{"/logo", "/logo/plain", "/logo/off", "/logo/nobody", "/logo/usr_x", "/logo/plain?logo_uri=" + g.URL("/app.png"), "/logo?url=" + g.URL("/app.png")} {
		noPicture(t, b.send(http.MethodGet, p.url(path), ""))
	}
	require.Zero(t, g.Connections(t))
}

// CN-02, AD-13: whatever the registration says, nothing within is touched.
func TestLogosAreNeverFetchedFromWithin(t *testing.T) {
	g := newGallery(t)
	within := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(dot(t, 8)) }))
	h := newHouse(t, visiting(t, g))
	p, _ := h.tenant("acme")
	g.handle("/away", func(w http.ResponseWriter) {
		w.Header().Set("Location", within.URL("/app.png"))
		w.WriteHeader(http.StatusFound)
	})
	for i, uri := range []string{
		within.URL("/app.png"), "https://localhost:" + within.Port + "/x", "https://[::ffff:127.0.0.1]:" + within.Port + "/x", "http://" + within.Addr + "/x",
		"https://169.254.169.254/latest", "https://10.0.0.1/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "javascript:alert(1)", g.URL("/away"),
	} {
		id := fmt.Sprintf("app%d", i)
		p.client(id, logoOf(uri))
		noPicture(t, h.browser().send(http.MethodGet, p.url("/logo/"+id), ""))
	}
	require.Zero(t, within.Connections(t))
}

func TestWhatIsNoPictureIsNotServed(t *testing.T) {
	g := newGallery(t)
	h := newHouse(t, visiting(t, g))
	p, _ := h.tenant("acme")
	p.user("alice")
	for name, body := range map[string][]byte{
		"svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "html": []byte("<script>alert(1)</script>"), "empty": {},
		"large": append(dot(t, 8), make([]byte, egress.MaxLogoBytes)...), "wide": dot(t, 2049),
	} {
		g.put("/"+name, body)
		p.client(name, logoOf(g.URL("/"+name)))
		b := h.browser()
		require.Contains(t, b.open(p.authorizeURL(name)).Body, `src="/acme/default/logo/`+name, "it may be one, as far as anybody knows")
		noPicture(t, b.send(http.MethodGet, p.url("/logo/"+name), ""))
		require.Equal(t, 1, g.hits("/"+name))
		page := b.open(p.authorizeURL(name)).logIn("alice", secret)
		require.NotContains(t, page.Body, "<img", "once it is known, the initial stands in its place")
		require.True(t, page.isConsent())
	}
	g.put("/full", append(dot(t, 8), make([]byte, egress.MaxLogoBytes-len(dot(t, 8)))...))
	p.client("full", logoOf(g.URL("/full")))
	require.Equal(t, http.StatusOK, h.browser().send(http.MethodGet, p.url("/logo/full"), "").StatusCode)
}

func TestLogosAreFetchedSeldom(t *testing.T) {
	g := newGallery(t)
	g.put("/app.png", dot(t, 8))
	h := newHouse(t, visiting(t, g))
	p, second := h.tenant("acme")
	p.client("app", logoOf(g.URL("/app.png")))
	second.client("app", logoOf(g.URL("/app.png")))
	p.client("broken", logoOf(g.URL("/broken.png")))
	get := func(at *place, path string) *answer { return h.browser().send(http.MethodGet, at.url(path), "") }
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { get(p, "/logo/app") })
		all.Go(func() { get(p, "/logo/broken") })
	}
	all.Wait()
	require.Equal(t, http.StatusOK, get(second, "/logo/app").StatusCode)
	noPicture(t, get(p, "/logo/broken"))
	require.Equal(t, 1, g.hits("/app.png"))
	require.Equal(t, 1, g.hits("/broken.png"))

	h.clock.Advance(time.Minute)
	g.put("/broken.png", dot(t, 8))
	require.Equal(t, http.StatusOK, get(p, "/logo/broken").StatusCode, "a source that was mended is found")
	require.Equal(t, 2, g.hits("/broken.png"))

	// A picture that is due is shown while it is fetched anew, and for a day while
	// that fails.
	g.handle("/app.png", func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
	for range 3 {
		h.clock.Advance(6 * time.Hour)
		require.Equal(t, http.StatusOK, get(p, "/logo/app").StatusCode)
		require.Eventually(t, func() bool { return g.hits("/app.png") > 1 }, 10*time.Second, time.Millisecond)
	}
	h.clock.Advance(6 * time.Hour)
	noPicture(t, get(p, "/logo/app"))
}

// The pictures of one tenant hold up neither its clients' keys nor anybody else.
func TestSlowLogosOfATenantAreFetchedAFewAtATime(t *testing.T) {
	g := newGallery(t)
	release := make(chan struct{})
	var begun atomic.Int64
	for i := range 20 {
		g.handle(fmt.Sprintf("/slow%d", i), func(w http.ResponseWriter) {
			begun.Add(1)
			<-release
			_, _ = w.Write(dot(t, 8))
		})
	}
	g.put("/app.png", dot(t, 8))
	h := newHouse(t, visiting(t, g))
	p, _ := h.tenant("acme")
	q, _ := h.tenant("globex")
	q.client("app", logoOf(g.URL("/app.png")))
	answers := make(chan int)
	for i := range 20 {
		id := fmt.Sprintf("slow%d", i)
		p.client(id, logoOf(g.URL("/"+id)))
		go func() { answers <- h.browser().send(http.MethodGet, p.url("/logo/"+id), "").StatusCode }()
	}
	for range 16 {
		require.Equal(t, http.StatusNotFound, <-answers, "beyond the bound nobody waits")
	}
	require.Equal(t, http.StatusOK, h.browser().send(http.MethodGet, q.url("/logo/app"), "").StatusCode)
	close(release)
	for range 4 {
		require.Equal(t, http.StatusOK, <-answers)
	}
	require.EqualValues(t, 4, begun.Load())
	require.False(t, strings.Contains(h.log.String(), "panic"))
}
