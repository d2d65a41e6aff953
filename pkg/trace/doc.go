// Package trace is the explanation of one request: the checks that were made,
// in order, with what was expected and what was found, and what to do about a
// failure. An administrator finds it by the trace id that the answer carried.
//
// A Trace is filled by the request that owns it and handed to the Recorder,
// which samples successes, keeps every failure that fits its bounded queue,
// and writes the rest of the work off the request's path. What it writes is
// JSON: trace_id, at, endpoint, client_id, outcome, error, reason and
// checks[{name, result, expected, actual, rfc, fix}].
//
// The law of redaction: no secret enters a Check. Callers give lengths, kinds,
// ids and booleans. As a second fence the encoder cleans every value: it is
// bounded, control characters become spaces, the query and fragment of a URL
// go, and any run of characters that could be a bearer value is replaced by
// its length.
//
// Every request is told to the Recorder's Count as well, kept or not: by words
// that the product itself knows, without the client and without any value.
//
// It imports oauth, domain and tenancy. Its neighbours are clientauth and the
// endpoints, which fill traces, and package kv, which keeps them.
package trace
