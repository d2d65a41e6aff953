// Package api holds the product's specifications: admin.yaml, from which the
// admin API's wire forms (package admin) and the console's client are made and
// against which every request is checked, and oauth.yaml, which documents the
// protocol endpoints that standards define.
package api

import _ "embed"

//go:embed admin.yaml
var adminYAML []byte

//go:embed oauth.yaml
var oauthYAML []byte

// Admin is the OpenAPI 3.1 document of the admin API. The caller must not
// change it.
func Admin() []byte { return adminYAML }

// OAuth is the OpenAPI 3.1 document of the protocol endpoints. The caller must
// not change it.
func OAuth() []byte { return oauthYAML }
