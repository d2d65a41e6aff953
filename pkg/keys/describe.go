package keys

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"time"
)

// ClientKeyInfo is what the owner of a registered key should know of it.
type ClientKeyInfo struct {
	ID   string   // as ClientKeys.IDs has it
	Algs []string // by which it may sign
	Bits int      // of the modulus; 0 where the key is not RSA
	// Expires is the end of the certificate that the JWK carries in "x5c" (RFC
	// 7517, section 4.7); zero where it carries none that can be read.
	Expires time.Time
}

// DescribeClientKeys describes the keys for signatures in a JWK set, in the
// set's order. It refuses what ParseClientKeys refuses.
func DescribeClientKeys(jwks []byte) ([]ClientKeyInfo, error) {
	if _, err := ParseClientKeys(jwks); err != nil {
		return nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, err
	}
	var out []ClientKeyInfo
	for _, raw := range set.Keys {
		k, signs, err := parseClientKey(raw, useSignature)
		if err != nil {
			return nil, err
		}
		if !signs {
			continue
		}
		one := ClientKeys{keys: []clientKey{k}}
		info := ClientKeyInfo{ID: k.id, Algs: one.Algs(), Expires: certificateEnd(raw)}
		if public, ok := k.public.(*rsa.PublicKey); ok {
			info.Bits = public.N.BitLen()
		}
		out = append(out, info)
	}
	return out, nil
}

// certificateEnd reads the end of the first certificate of "x5c". Nothing is
// proven by it: it only tells the owner.
func certificateEnd(raw []byte) time.Time {
	var jwk struct {
		X5C []string `json:"x5c"`
	}
	if json.Unmarshal(raw, &jwk) != nil || len(jwk.X5C) == 0 {
		return time.Time{}
	}
	der, err := base64.StdEncoding.DecodeString(jwk.X5C[0])
	if err != nil {
		return time.Time{}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return time.Time{}
	}
	return certificate.NotAfter
}
