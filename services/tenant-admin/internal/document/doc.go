// Package document reads the JSON of the admin API strictly (RFC 8259, and the
// interoperable subset of RFC 7493), applies merge patches (RFC 7396) and
// checks what results against the schemas of the specification.
//
// Bytes come in from anyone; what leaves is a bounded tree of plain values that
// a schema has approved, or a list of findings. Its neighbours are package
// problem, whose findings it makes, and package endpoint, which asks it.
package document
