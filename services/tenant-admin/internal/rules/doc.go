// Package rules decides what may be registered: it turns wire forms that their
// schemas have approved into domain values and lists what is wrong with them.
//
// A rule sees the whole of what would result, so that making and changing a
// thing are judged alike (RFC 7591, section 2; RFC 7592, section 2.2; RFC 9700,
// sections 2.1 and 4.1). It asks no store: what a rule must know of the
// workspace comes with the question.
package rules
