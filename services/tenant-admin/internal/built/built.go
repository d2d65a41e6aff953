package built

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/web/pages"
)

const (
	index            = "index.html"
	noncePlaceholder = "__CSP_NONCE__"
)

// Site is a page with its files.
type Site struct {
	prefix string   // of the files' addresses, with a slash at its end
	extra  string   // directives of the page's policy beside those of all
	index  [][]byte // cut at the places of the nonce
	assets map[string]asset
}

type asset struct {
	contentType string
	content     []byte
	gzipped     func() []byte // nil where it would not be smaller
}

// Open reads what a build left; nil where nothing was built. The files are
// served below prefix, and directives are added to the page's policy.
func Open(files fs.FS, prefix string, directives ...string) (*Site, error) {
	html, err := fs.ReadFile(files, index)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("built: %w", err)
	}
	s := &Site{prefix: prefix, index: bytes.Split(html, []byte(noncePlaceholder)), assets: map[string]asset{}}
	for _, d := range directives {
		s.extra += "; " + d
	}
	return s, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(path.Base(name), ".")
		switch {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case hidden, entry.IsDir(), name == index:
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("built: %w", err)
		}
		s.assets[name] = newAsset(name, content)
		return nil
	})
}

// types is a table of its own because the system's may differ by machine.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
	".png": "image/png", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

func newAsset(name string, content []byte) asset {
	a := asset{contentType: types[path.Ext(name)], content: content}
	switch {
	case a.contentType == "":
		a.contentType = "application/octet-stream"
	case strings.HasPrefix(a.contentType, "text/"), a.contentType == "image/svg+xml", a.contentType == "application/json":
		// Made when somebody first asks: many processes never serve it.
		a.gzipped = sync.OnceValue(func() []byte { return compress(content) })
	}
	return a
}

func compress(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // a level that there is
	_, _ = w.Write(content)                               // memory takes everything
	_ = w.Close()
	return b.Bytes()
}

// Show answers with the page. Styles that its scripts add carry the nonce too:
// they find it in the page's meta element.
func (s *Site) Show(ctx echo.Context) error {
	nonce := pages.NewNonce()
	h := ctx.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'nonce-"+nonce+"'; style-src 'self' 'nonce-"+nonce+
		"'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"+s.extra)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	return ctx.HTMLBlob(http.StatusOK, bytes.Join(s.index, []byte(nonce)))
}

// Asset answers with one of the page's files, whose address changes with it.
func (s *Site) Asset(ctx echo.Context) error {
	r := ctx.Request()
	a, found := s.assets[strings.TrimPrefix(r.URL.Path, s.prefix)]
	if !found {
		server.Outcome(ctx, "not_found", "no such file", nil)
		return ctx.String(http.StatusNotFound, "There is nothing at this address.\n")
	}
	h := ctx.Response().Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	content := a.content
	if a.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			content = a.gzipped()
		}
	}
	return ctx.Blob(http.StatusOK, a.contentType, content)
}

// acceptsGzip reads what browsers send; a weight of zero is no acceptance.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight == "" || strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != ""
		}
	}
	return false
}
