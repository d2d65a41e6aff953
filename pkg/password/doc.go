// Package password keeps and checks the passwords of people: argon2id (RFC
// 9106) in PHC strings, and verification of the bcrypt, scrypt (RFC 7914) and
// PBKDF2 (RFC 8018) hashes that imported users bring along.
//
// Hashing is dear on purpose, so that it runs in a bounded number of slots
// behind a bounded queue: a flood of logins is answered ErrBusy and leaves the
// processor to tokens. What a hash may ask for is bounded as well, or one
// imported row could exhaust the process. Generated client secrets are not
// passwords; package keys has them.
package password
