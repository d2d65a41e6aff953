// Package asset serves a few embedded files under names that carry the hash of
// their content, so that a browser may keep them for ever.
package asset

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Set is a fixed list of files below one path prefix.
type Set struct {
	urls  map[string]string // name -> URL path
	files map[string]file   // URL path -> content
}

type file struct {
	content     []byte
	contentType string
}

// New names every file prefix/stem-hash.ext. The prefix has no slash at its end.
func New(prefix string, files map[string][]byte) *Set {
	s := &Set{urls: make(map[string]string, len(files)), files: make(map[string]file, len(files))}
	for name, content := range files {
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		url := prefix + "/" + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		s.urls[name] = url
		s.files[url] = file{content: content, contentType: contentType(ext)}
	}
	return s
}

// contentType is a table of its own because the system's may differ by machine.
func contentType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "application/octet-stream"
	}
}

// URL is the path of the named file, or "" where there is no such file.
func (s *Set) URL(name string) string { return s.urls[name] }

// ServeHTTP answers GET and HEAD for exactly the hashed paths; all else is 404.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, found := s.files[r.URL.Path]
	if !found {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Length", strconv.Itoa(len(f.content)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// An SVG opened by itself is a document; it may do nothing.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	if r.Method == http.MethodGet {
		_, _ = w.Write(f.content) // the reader went away; nobody is left to tell
	}
}
