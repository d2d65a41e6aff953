// Package kv is the only user of Redis. It holds what lives for seconds or
// minutes and may be lost at the cost of a restart of the flow in hand:
// authorization codes, pushed authorization requests, login transactions, replay
// keys, counters, rate limits, explanations of requests, idempotent answers, the
// sessions of the console, and the channel on which processes tell each other
// what changed. What must be exact for ever rests on package store.
//
// Keys are "{workspace}:type:hash". The braces make all keys of a workspace
// one slot of a Redis Cluster; the type in the key and again in the value
// (with the workspace and the end of its life) makes it impossible to take one
// kind of one-time value for another. Bearer values appear only as SHA-256
// hashes.
//
// Replay keys stand apart: they are spread over a fixed number of slots, and
// each slot has an epoch, the moment since which its memory is complete. An
// assertion issued before that moment may have been used before a flush and
// is refused with ErrEpoch, so that losing Redis cannot open a replay window
// (RFC 7523, section 3; RFC 9449, section 11.1). What an asynchronous failover
// may lose stays lost; min-replicas-to-write narrows it.
//
// Every method is one round trip unless its documentation says otherwise, and
// takes at most Config.Timeout. A circuit breaker makes calls fail at once
// while Redis does not answer. Whatever Redis refuses is ErrUnavailable: the
// callers answer 503. Redis 6.2 or later is needed, with maxmemory-policy
// noeviction, standing alone, under Sentinel, or as a cluster; OpenInProcess
// is a Redis within the process for a single node and for tests.
//
// It imports oauth, domain and tenancy. Package kvtest is the contract that
// every kind of Redis must pass.
package kv
