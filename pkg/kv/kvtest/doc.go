// Package kvtest is the contract that every kind of Redis must pass: the one
// within the process, a real server, a real cluster. A test runs it over
// Engines, which finds out what there is: the in-process Redis always, private
// servers where the program redis-server is installed, and the servers named
// by REDIS_URL and REDIS_CLUSTER_URL. What it writes to a named server stays
// in database 9 of it; a named cluster must be one for tests.
package kvtest
