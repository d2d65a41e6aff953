// Package interaction holds what ties a browser to a flow in hand: the login
// transaction in Redis, the cookies, the CSRF value, and the session behind the
// session cookie. A transaction is bound to the browser that began it, so that
// nobody can begin a login and let somebody else finish it (RFC 9700, section
// 4.7), and the proof that a login happened within a transaction is a MAC over
// both, so that no comparison of clocks decides it.
//
// It knows HTTP requests and cookies but no pages and no routes: package page
// answers.
package interaction
