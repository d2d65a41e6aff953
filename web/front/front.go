package front

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/signet-authz/signet/web"
	"github.com/signet-authz/signet/web/internal/asset"
)

//go:embed front.html assets
var files embed.FS

// AssetPrefix is the path under which the handler answers for the page's files.
const AssetPrefix = "/assets/front"

// policy allows the page's own stylesheet and icon, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// front is the page, rendered once.
type front struct {
	page   []byte
	assets *asset.Set
}

// New returns the handler of "/" and of AssetPrefix; all other paths are 404.
// publicURL is the address at which people reach the service, an http or https
// origin, and version is what the footer shows (empty leaves it out).
func New(publicURL, version string) (http.Handler, error) {
	origin, err := parseOrigin(publicURL)
	if err != nil {
		return nil, err
	}
	sources := make(map[string][]byte)
	for _, name := range []string{"front.css", "icon.svg"} {
		if sources[name], err = files.ReadFile("assets/" + name); err != nil {
			return nil, fmt.Errorf("front: %w", err)
		}
	}
	sources["front.css"] = append(append(bytes.Clone(web.TokensCSS()), '\n'), sources["front.css"]...)
	f := &front{assets: asset.New(AssetPrefix, sources)}

	t, err := template.New("front.html").Funcs(template.FuncMap{"asset": f.assets.URL}).ParseFS(files, "front.html")
	if err != nil {
		return nil, fmt.Errorf("front: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, struct{ Origin, Version string }{origin, version}); err != nil {
		return nil, fmt.Errorf("front: %w", err)
	}
	f.page = b.Bytes()
	return f, nil
}

// parseOrigin refuses what could not be pasted into a shell between quotes.
func parseOrigin(publicURL string) (string, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		strings.ContainsAny(u.Host, "'\"`$\\ ") {
		return "", fmt.Errorf("front: the public URL %q is not an http or https origin", publicURL)
	}
	return u.Scheme + "://" + u.Host, nil
}

// ServeHTTP answers GET and HEAD.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, AssetPrefix+"/") {
		f.assets.ServeHTTP(w, r)
		return
	}
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(f.page)))
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if r.Method == http.MethodGet {
		_, _ = w.Write(f.page) // the reader went away; nobody is left to tell
	}
}
