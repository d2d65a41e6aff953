package keys

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
)

// Bounds of the certificates in a JWK.
const (
	maxJWKCertificates     = 10
	maxJWKCertificateBytes = 16 << 10
)

// CertificateThumbprint is the SHA-256 of a certificate's DER in base64url, the
// value of "x5t#S256" (RFC 7515, section 4.1.8; RFC 8705, section 3.1).
func CertificateThumbprint(der []byte) string {
	sum := sha256.Sum256(der)
	return b64.EncodeToString(sum[:])
}

// readCertificate reads which certificate the key has, if any (RFC 7517, sections
// 4.7 and 4.9): the first of "x5c" must be the key's own. What "x5t" says in SHA-1
// is not looked at.
func (k *clientKey) readCertificate(members map[string]json.RawMessage) error {
	var err error
	if k.thumbprint, err = text(members, "x5t#S256"); err != nil {
		return err
	}
	if k.thumbprint != "" {
		if sum, err := decodeBase64(k.thumbprint); err != nil || len(sum) != sha256.Size {
			return errors.New("x5t#S256 is not a SHA-256 in base64url")
		}
	}
	raw, present := members["x5c"]
	if !present {
		return nil
	}
	var chain []string
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &chain) != nil || len(chain) == 0 {
		return errors.New("x5c is not an array of certificates")
	}
	if len(chain) > maxJWKCertificates {
		return errors.New("x5c has too many certificates")
	}
	for i, encoded := range chain {
		der, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil || len(der) == 0 {
			return errors.New("x5c has something that is not DER in base64; take the lines of the PEM together, without those that begin and end it")
		}
		if len(der) > maxJWKCertificateBytes {
			return errors.New("x5c has a certificate that is too long")
		}
		if i == 0 {
			k.certificate = der
		}
	}
	cert, err := x509.ParseCertificate(k.certificate)
	if err != nil {
		return errors.New("the first certificate of x5c cannot be read")
	}
	if !sameKey(k.public, cert.PublicKey) {
		return errors.New("the first certificate of x5c is not one of this key")
	}
	k.expires = cert.NotAfter
	if k.thumbprint != "" && k.thumbprint != CertificateThumbprint(k.certificate) {
		return errors.New("x5t#S256 is not the thumbprint of the first certificate of x5c")
	}
	return nil
}

func sameKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// HasCertificates tells whether any of the keys names a certificate.
func (c *ClientKeys) HasCertificates() bool {
	return slices.ContainsFunc(c.keys, func(k clientKey) bool { return k.certificate != nil || k.thumbprint != "" })
}

// Certificate tells whether the certificate is one that the keys name: it is the
// same from the first byte to the last, and of the key that names it. The first
// result says which key, and by which of its members.
func (c *ClientKeys) Certificate(cert *x509.Certificate) (by string, found bool) {
	sum := CertificateThumbprint(cert.Raw)
	for _, k := range c.keys {
		switch {
		case k.certificate != nil && bytes.Equal(k.certificate, cert.Raw):
			return "x5c of the key " + k.id, true
		case k.thumbprint != "" && k.thumbprint == sum && sameKey(k.public, cert.PublicKey):
			return "x5t#S256 of the key " + k.id, true
		}
	}
	return "", false
}
