package keys

// JWK is the public key, as its owner registers or publishes it.
func (m Material) JWK(kid string) ([]byte, error) { return encodeJWK(kid, m.alg, m.private.Public()) }

// Sign returns the claims as a JWS in compact form. alg is the key's algorithm, by
// the name that the header is to give it: Ed25519 has two.
func (m Material) Sign(alg, kid, typ string, claims []byte) (string, error) {
	if modernAlg(alg) != m.alg.name {
		return "", ErrAlg
	}
	input := encodeHeader(alg, kid, typ) + b64.EncodeToString(claims)
	sig, err := m.alg.sign(m.private, []byte(input))
	if err != nil {
		return "", err
	}
	return input + "." + b64.EncodeToString(sig), nil
}
