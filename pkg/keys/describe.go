package keys

import (
	"crypto/rsa"
	"time"
)

// ClientKeyInfo is what the owner of a registered key should know of it.
type ClientKeyInfo struct {
	ID   string   // as ClientKeys.IDs has it
	Algs []string // by which it may sign
	Bits int      // of the modulus; 0 where the key is not RSA
	// Expires is the end of the certificate that the JWK carries in "x5c" (RFC
	// 7517, section 4.7); zero where it carries none.
	Expires time.Time
}

// DescribeClientKeys describes the keys for signatures in a JWK set, in the
// set's order. It refuses what ParseClientKeys refuses.
func DescribeClientKeys(jwks []byte) ([]ClientKeyInfo, error) {
	c, err := ParseClientKeys(jwks)
	if err != nil {
		return nil, err
	}
	var out []ClientKeyInfo
	for _, k := range c.keys {
		one := ClientKeys{keys: []clientKey{k}}
		info := ClientKeyInfo{ID: k.id, Algs: one.Algs(), Expires: k.expires}
		if public, ok := k.public.(*rsa.PublicKey); ok {
			info.Bits = public.N.BitLen()
		}
		out = append(out, info)
	}
	return out, nil
}
