// Package built serves pages as a build of package web left them: an index.html
// with places for a nonce, and files that may be kept for ever, because their
// addresses change with their content. Such pages run scripts, so each answer has
// a policy of its own, by nonce; they fetch nothing from elsewhere.
package built
