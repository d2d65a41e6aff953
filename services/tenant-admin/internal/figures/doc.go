// Package figures makes of what was counted in a workspace what its overview
// shows: series over the steps of a span of time, without gaps, and totals beside
// those of the span before.
//
// A Sheet takes in counts as the store reads them, however many there are, and
// keeps only sums. The words it answers in are those of api/admin.yaml.
package figures
