// Package page holds everything that an end user's browser sees: the
// authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core, section
// 3.1.2), login, consent, the account page and RP-initiated logout (OpenID
// Connect RP-Initiated Logout 1.0). Pages are plain HTML and forms; each POST
// ends in a 303 or in a page, so that nothing a user typed is sent on to
// another site (RFC 9700, section 4.12).
//
// A handler runs on a visit: one request of one browser to one workspace. It
// returns whatever stopped it; Pages.handler and RenderError turn that into a
// page, so that a fault has one form wherever it happens. An authorization
// response leaves by visit.respond alone, which holds the redirect URI against
// the client's registration once more.
//
// Its neighbours are package request, which judges authorization requests,
// package interaction, which ties them to a browser, and the templates in
// web/pages.
package page
