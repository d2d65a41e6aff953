package authorization_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

var (
	tag   = regexp.MustCompile(`<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
)

// said is what a person reads on the page, without what differs every time.
func (a *answer) said() string {
	_, main, _ := strings.Cut(withoutReference(a.Body), "</header>")
	main, _, _ = strings.Cut(main, "</main>")
	return strings.TrimSpace(space.ReplaceAllString(tag.ReplaceAllString(main, " "), " "))
}

func TestErrorPagesHaveOneTextPerCause(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf)
	p.client("off", func(c *domain.Client) { c.Disabled = true })
	p.user("alice")
	b, _, hint := p.signedIn("alice")
	ended := h.browser()
	gone := ended.open(p.authorizeURL("app"))
	gone.submit("action", "cancel")
	action, form := b.open(p.authorizeURL("app", "prompt", "consent")).form()
	forged := url.Values{"tx": form["tx"], "csrf": {"x"}, "action": {"accept"}}
	_, begun := h.browser().open(p.authorizeURL("app")).form()
	spent := p.pushed(query("app"))
	p.code(b.open(p.openURL("app", spent)))

	var report strings.Builder
	for _, c := range []struct {
		name string
		a    *answer
	}{
		{"client unknown", b.open(p.authorizeURL("nobody"))},
		{"client disabled", b.open(p.authorizeURL("off"))},
		{"redirect URI unregistered", b.open(p.authorizeURL("app", "redirect_uri", "https://evil.example/"))},
		{"redirect URI missing", b.open(p.authorizeURL("app", "redirect_uri", ""))},
		{"request unreadable", b.open(p.authorizeURL("app") + "&x=%zz")},
		{"pushed request unknown", b.open(p.openURL("app", requestURI+"x"))},
		{"pushed request used", b.open(p.openURL("app", spent))},
		{"transaction unknown", b.open(p.url("/login?tx=x"))},
		{"transaction finished", gone.submit("action", "cancel")},
		{"transaction of another browser", b.open(p.url("/login?tx=" + begun.Get("tx")))},
		{"form forged", b.post(action, forged)},
		{"form of another site", b.send(http.MethodPost, action, form.Encode(), "Sec-Fetch-Site", "cross-site")},
		{"session ended", h.browser().post(action, form)},
		{"logout redirect unregistered", b.open(p.logoutURL("id_token_hint", hint, "post_logout_redirect_uri", "https://evil.example/"))},
		{"logout hint bad", b.open(p.logoutURL("id_token_hint", "x"))},
		{"method not served", b.send(http.MethodPut, p.url("/login"), "")},
		{"page unknown", b.open(p.url("/nothing"))},
		{"workspace unknown", b.open(origin + "/acme/nothing/login")},
	} {
		require.Empty(t, c.a.Header.Get("Location"), c.name)
		fmt.Fprintf(&report, "%s: %d %s\n", c.name, c.a.StatusCode, c.a.said())
	}
	b.header.Set("Accept-Language", "de-AT,de;q=0.9,en;q=0.1")
	fmt.Fprintf(&report, "in German: %s\n", b.open(p.authorizeURL("nobody")).said())
	golden(t, "error_pages.golden", report.String())
}

// SE-17, AZ-30
func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", func(s *domain.Settings) { s.Branding.Color = "#7a1fa2" })
	p.client("app")
	p.user("alice")
	b := h.browser()
	login := b.open(p.authorizeURL("app"))
	consent := login.logIn("alice", secret)
	p.code(consent.consent("accept"))
	source := regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	for _, a := range []*answer{login, consent, b.open(p.url("/account")), b.open(p.logoutURL()), b.open(p.authorizeURL("nobody")), b.open(p.authorizeURL("app", "response_mode", "form_post"))} {
		a.pageHeaders()
		require.Contains(t, a.Header.Get("Content-Security-Policy"), "nonce-", "the brand's colour needs one")
		for _, s := range source.FindAllStringSubmatch(a.Body, -1) {
			require.True(t, strings.HasPrefix(s[1], "/"), s[1])
			if strings.HasPrefix(s[1], "/assets/") {
				asset := b.send(http.MethodGet, origin+s[1], "")
				require.Equal(t, http.StatusOK, asset.StatusCode, s[1])
				require.Contains(t, asset.Header.Get("Cache-Control"), "immutable")
			}
		}
	}
}

// F-02, F-10
func TestOutagesAreSaidAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		name, page string
		fail       func(*house)
	}{
		{"redis", "/consent?tx=x", func(h *house) { _ = h.kv.Close() }},
		{"sql", "/account", func(h *house) { _ = h.store.Close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			p, _ := h.tenant("acme")
			p.client("app")
			p.user("alice")
			b := h.browser()
			p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
			login := h.browser().open(p.authorizeURL("app"))
			consent := b.open(p.authorizeURL("app", "prompt", "consent"))
			c.fail(h)
			p.refused(b.open(p.authorizeURL("app")), "temporarily_unavailable")
			for _, a := range []*answer{login.logIn("alice", secret), consent.consent("accept"), b.open(p.url(c.page))} {
				require.Equal(t, "We are not available right now", a.errorPage(http.StatusServiceUnavailable))
				require.NotEmpty(t, a.Header.Get("Retry-After"))
				for _, detail := range []string{"redis", "sql", "closed", "kv:", "store:"} {
					require.NotContains(t, strings.ToLower(a.said()), detail)
				}
			}
		})
	}
}

// HX-01
func TestSecretsStayOutOfTheLog(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	login := b.open(p.authorizeURL("app", "state", "canary-state", "nonce", "canary-nonce", "login_hint", "canary-hint"))
	_, form := login.form()
	login.logIn("alice", "canary-password")
	consent := login.logIn("alice", secret)
	answer := consent.consent("accept").response(callback)
	log := h.log.String()
	require.Contains(t, log, "/:tid/:aid/consent")
	for _, canary := range []string{"canary", secret, form.Get("tx"), form.Get("csrf"), answer.Get("code"), b.cookie(p.url("/"), sessionName), b.cookie(p.url("/"), bindingName), challenge()} {
		require.NotContains(t, log, canary)
	}
}
