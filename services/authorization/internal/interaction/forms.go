package interaction

import (
	"net/http"
)

// CrossSite tells whether a browser says that another site caused the request.
// Every form POST is held against it, beside the CSRF value. A browser that
// does not say is judged by Origin, which is "null" where the page asked for no
// referrer, as ours do.
func CrossSite(r *http.Request, origin string) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site != "same-origin" && site != "none"
	}
	o := r.Header.Get("Origin")
	return o != "" && o != "null" && o != origin
}
