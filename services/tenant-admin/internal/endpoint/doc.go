// Package endpoint is the admin API over HTTP. routes.go is the whole of it on
// one screen; serve.go is what every request goes through, in numbered phases,
// before and after its handler; one file holds the handlers of one thing.
//
// The wire forms come from api/admin.yaml, against which every body is checked;
// what may be registered is package rules' to say, who may call package
// caller's, and every error ends as a row of package problem. The standards
// behind it are RFC 9457 (problems), RFC 7396 (merge patches), RFC 9110
// (conditional requests), RFC 6750 (bearer tokens) and RFC 7591 (the names of
// client metadata).
package endpoint
