// Package page holds everything that an end user's browser sees: the
// authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core, section
// 3.1.2), login, consent, the account page and RP-initiated logout (OpenID
// Connect RP-Initiated Logout 1.0). Pages are plain HTML and forms; each POST
// ends in a 303, so that nothing a user typed can be replayed to another site
// (RFC 9700, section 4.12).
//
// Its neighbours are package request, which judges authorization requests,
// package interaction, which ties them to a browser, and the templates in
// web/pages.
package page
