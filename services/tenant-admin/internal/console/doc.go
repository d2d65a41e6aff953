// Package console is the back end of the console in the browser: the page and
// its files, the session of a browser that is signed in to one or several
// tenants, and the admin API on that session's behalf. Tokens never leave it:
// the browser has a cookie and a CSRF value.
//
// What it serves, all of it for the console alone and no part of the admin API:
//
//	GET  /, /console, /console/**        the page, under a policy by nonce
//	GET  /assets/console/*               its files, immutable
//	GET  /console/login                  begins a sign-in: tid, return_to, login_hint
//	GET  /console/callback               ends it (OpenID Connect Core 1.0, section 3.1.2.5)
//	POST /console/logout                 {"tid":…} or {"all":true}; answers {"logout_url":…}
//	GET  /console/api/session            who is signed in where, and the CSRF value
//	GET  /console/api/tids/{tid}         whether a tenant may be registered under the name
//	     /console/api/v1/**              the admin API, by package endpoint
//	GET  /console/api/v1/…/traces/stream explanations as they are recorded (server-sent events)
//
// A failed sign-in leads to /console/sign-in?error=CODE, with tid where it is a
// slug and trace_id for the operator. The codes are unknown_tenant,
// tenant_suspended, rate_limited, expired, other_browser, access_denied,
// not_a_member, too_many_tenants, unavailable and sign_in_failed; nothing that
// came with the request is shown.
//
// Every request to the API must come from the console's own origin, and one that
// changes something must carry the session's CSRF value in X-CSRF-Token. There is
// no CORS. An Authorization header from the browser is not read.
//
// Its neighbours are package relying, which speaks OpenID Connect, and package
// kv, which keeps the sessions.
package console
