// Package interaction holds what ties a browser to a flow in hand: the login
// transaction in Redis, the cookies, the CSRF value, and the session behind the
// session cookie. A transaction is bound to the browser that began it, so that
// nobody can begin a login and let somebody else finish it.
package interaction
