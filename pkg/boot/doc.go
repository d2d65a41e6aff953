// Package boot turns an environment into a running program: Load reads and
// validates the one Config, Start opens the stores and builds everything that
// the services share, Main is the command line around both.
//
// A program that cannot run safely does not start, and says everything that is
// wrong at once. In development what is missing is made in the data directory
// (root keys, the peer key, a SQLite file) or in memory (Redis); in production
// nothing is made up.
//
// Its neighbours are all other packages of this module, which it may import,
// and the services, whose Deps are fields of Platform.
package boot
