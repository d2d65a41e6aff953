// Package admin holds the wire forms of the admin API, made from admin.yaml.
// The document is the source: change it and run go generate.
package admin

//go:generate oapi-codegen -config oapi-codegen.yaml ../admin.yaml
