package clientauth

import "strings"

// Usage is told by ids in one ledger. A secret's id stands there as it is; all
// else has a prefix.
const (
	usageMethod    = "method:"
	usageKey       = "key:"
	usageCert      = "cert:"
	usageFederated = "federated:"

	// UsageEndpointAudience is the use of an assertion whose audience is an
	// endpoint instead of the issuer, which RFC 10070 no longer allows.
	UsageEndpointAudience = "audience:endpoint"
)

// UsageMethod is the use of an authentication method.
func UsageMethod(name string) string { return usageMethod + name }

// UsageKey is the use of a key, named by its kid or its thumbprint.
func UsageKey(id string) string { return usageKey + id }

// UsageCertificate is the use of a certificate, named by its SHA-256 thumbprint
// in base64url.
func UsageCertificate(thumbprint string) string { return usageCert + thumbprint }

// UsageFederated is the use of a federated credential, by its name.
func UsageFederated(name string) string { return usageFederated + name }

// CutUsage takes an id of the ledger apart: the kind is "method", "key", "cert",
// "federated", "audience", or "secret".
func CutUsage(id string) (kind, name string) {
	if kind, name, found := strings.Cut(id, ":"); found {
		return kind, name
	}
	return "secret", id
}
