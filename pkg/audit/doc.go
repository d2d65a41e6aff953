// Package audit carries what must be written down but not waited for: audit
// events of best effort, such as tokens issued to clients themselves, and the
// use of credentials. What must be exact (grants, logins, administrative
// changes) is written by package store in the transaction that it belongs to
// and does not pass through here.
//
// Both carriers are bounded and never block their callers. They write in
// batches, every second or as soon as a batch is full, keep a batch that could
// not be written for a while, count what they had to drop, and write what is
// left when they are closed.
//
// It imports domain and tenancy. Package boot gives it the writing functions of
// store.Platform.
package audit
