// Package hygiene judges by what a client proves itself: which methods and
// credentials are in use, which are weak, about to end or left lying about, and
// what its owner does next. A migration from secrets to keys is read off the
// same facts.
//
// Everything here is a pure function of Facts. What was used comes from the
// ledger that package clientauth writes; the words it answers in are those of
// api/admin.yaml. It knows the algorithms of RFC 7518, the audiences of RFC 10070
// and the key sizes of RFC 8725, and nothing secret.
package hygiene
