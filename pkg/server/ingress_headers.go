package server

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxIngressHeader bounds each header of an ingress, in bytes.
const maxIngressHeader = 16 << 10

// certificateForm is one way in which proxies pass on a client's certificate.
type certificateForm struct {
	name    string
	headers []string // canonical; one or two
	// parse returns the certificates, the client's first. Of the values at
	// least one is not empty.
	parse func(first, second string) ([][]byte, error)
}

// certificateForms are all there are.
var certificateForms = []certificateForm{
	{"client-cert", []string{"Client-Cert", "Client-Cert-Chain"}, parseClientCert},
	{"nginx", []string{"Ssl-Client-Cert"}, parseEscapedPEM},
	{"envoy", []string{"X-Forwarded-Client-Cert"}, parseXFCC},
	{"traefik", []string{"X-Forwarded-Tls-Client-Cert"}, parseBare},
	{"haproxy", []string{"X-Ssl-Client-Der"}, parseDER},
	{"aws-alb", []string{"X-Amzn-Mtls-Clientcert", "X-Amzn-Mtls-Clientcert-Leaf"}, parseALB},
}

// CertificateHeaders are the values of IngressConfig.CertificateHeader.
func CertificateHeaders() []string {
	names := make([]string, len(certificateForms))
	for i, f := range certificateForms {
		names[i] = f.name
	}
	return names
}

// read returns the certificates of the form's headers. Where there is no
// header, or an empty one as HAProxy sends it, the client had none.
func (f *certificateForm) read(h http.Header) ([][]byte, error) {
	var values [2]string
	for i, name := range f.headers {
		var err error
		if values[i], err = only(h, name); err != nil {
			return nil, err
		}
	}
	if values[0] == "" && values[1] == "" {
		return nil, nil
	}
	certs, err := f.parse(values[0], values[1])
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errIngress, f.headers[0], err)
	}
	if len(certs) > 1+maxChain {
		return nil, fmt.Errorf("%w: the chain is too long", errIngress)
	}
	for _, der := range certs {
		if _, err := x509.ParseCertificate(der); err != nil {
			return nil, fmt.Errorf("%w: %w", errIngress, err)
		}
	}
	return certs, nil
}

// fault says what is wrong with a value.
type fault string

// Error is the fault itself.
func (f fault) Error() string { return string(f) }

// parseClientCert reads RFC 9440: the certificate as a byte sequence (RFC 8941,
// section 3.3.5), and what else the client sent as a list of them.
func parseClientCert(leaf, chain string) ([][]byte, error) {
	if leaf == "" {
		return nil, fault("a chain without a certificate")
	}
	items := []string{leaf}
	if chain != "" {
		items = append(items, strings.SplitN(chain, ",", 1+maxChain)...)
	}
	certs := make([][]byte, 0, len(items))
	for _, item := range items {
		item = strings.Trim(item, " \t")
		if len(item) < 2 || item[0] != ':' || item[len(item)-1] != ':' {
			return nil, fault("not a byte sequence")
		}
		der, err := decodeBase64(item[1 : len(item)-1])
		if err != nil {
			return nil, err
		}
		certs = append(certs, der)
	}
	return certs, nil
}

// parseEscapedPEM reads $ssl_client_escaped_cert of nginx: PEM in which all
// that is not unreserved is percent-encoded.
func parseEscapedPEM(value, _ string) ([][]byte, error) {
	// A plus stands for itself: it is a digit of base64, never a space.
	text, err := url.PathUnescape(value)
	if err != nil {
		return nil, fault("not percent-encoded")
	}
	return parsePEM(text)
}

// parseALB reads what an Application Load Balancer of AWS writes: in its
// passthrough mode the whole chain, in its verify mode the client's certificate
// alone, percent-encoded save for "+", "=" and "/".
func parseALB(chain, leaf string) ([][]byte, error) {
	if chain != "" && leaf != "" {
		return nil, fault("both of two headers that exclude each other")
	}
	return parseEscapedPEM(chain+leaf, "")
}

// parseBare reads what Traefik writes: PEM without line ends and without the
// armour, the client's certificate first, separated by commas.
func parseBare(value, _ string) ([][]byte, error) {
	var certs [][]byte
	for _, item := range strings.SplitN(value, ",", 2+maxChain) {
		der, err := decodeBase64(item)
		if err != nil {
			return nil, err
		}
		certs = append(certs, der)
	}
	return certs, nil
}

// parseDER reads ssl_c_der,base64 of HAProxy, which the format %{+Q} puts in
// quotes.
func parseDER(value, _ string) ([][]byte, error) {
	if bare, ok := strings.CutPrefix(value, `"`); ok {
		if value, ok = strings.CutSuffix(bare, `"`); !ok {
			return nil, fault("a quote is not closed")
		}
		if value == "" {
			return nil, nil
		}
	}
	der, err := decodeBase64(value)
	if err != nil {
		return nil, err
	}
	return [][]byte{der}, nil
}

// parseXFCC reads the one element that Envoy writes where it is told to replace
// what it received (SANITIZE_SET). URI and DNS hold names out of the client's
// certificate as they are, so who makes a certificate may write into the header
// after them, even what looks like another element. Hence a second element is
// refused, a second value of a key that counts is refused, and the certificate
// must have the digest that Envoy writes before all of that.
func parseXFCC(value, _ string) ([][]byte, error) {
	var hash, cert, chain string
	for rest, more := value, true; more; {
		var key, v string
		var err error
		if key, v, rest, more, err = cutPair(rest); err != nil {
			return nil, err
		}
		var to *string
		switch strings.ToLower(key) {
		case "hash":
			to = &hash
		case "cert":
			to = &cert
		case "chain":
			to = &chain
		default:
			continue
		}
		if *to != "" || v == "" {
			return nil, fault("a key is repeated, or has no value")
		}
		*to = v
	}
	var certs [][]byte
	var err error
	if chain != "" {
		if certs, err = parseEscapedPEM(chain, ""); err != nil {
			return nil, err
		}
	}
	if cert != "" {
		leaf, err := parseEscapedPEM(cert, "")
		if err != nil {
			return nil, err
		}
		if len(leaf) != 1 || certs != nil && string(certs[0]) != string(leaf[0]) {
			return nil, fault("Cert is not the first of Chain")
		}
		if certs == nil {
			certs = leaf
		}
	}
	if certs == nil {
		return nil, fault("neither Cert nor Chain")
	}
	if digest := sha256.Sum256(certs[0]); !strings.EqualFold(hash, hex.EncodeToString(digest[:])) {
		return nil, fault("Hash is not that of the certificate")
	}
	return certs, nil
}

// cutPair cuts the first key and value off an element, and tells whether
// another follows. Quotes enclose a whole value or nothing.
func cutPair(s string) (key, value, rest string, more bool, err error) {
	key, s, found := strings.Cut(s, "=")
	if !found || key == "" || strings.ContainsAny(key, `;,"`) {
		return "", "", "", false, fault("a pair has no key")
	}
	if !strings.HasPrefix(s, `"`) {
		value, rest, more = strings.Cut(s, ";")
		if strings.ContainsAny(value, `,"`) {
			return "", "", "", false, fault("more than one element, or a stray quote")
		}
		return key, value, rest, more, nil
	}
	end := 1
	for end < len(s) && s[end] != '"' {
		if s[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(s) {
		return "", "", "", false, fault("a quote is not closed")
	}
	value, rest = s[1:end], s[end+1:]
	if rest == "" {
		return key, value, "", false, nil
	}
	if rest, more = strings.CutPrefix(rest, ";"); !more {
		return "", "", "", false, fault("more than one element, or a stray quote")
	}
	return key, value, rest, true, nil
}

// The armour of a certificate (RFC 7468, section 5.1).
const (
	armourBegin = "-----BEGIN CERTIFICATE-----"
	armourEnd   = "-----END CERTIFICATE-----"
)

// parsePEM reads certificates and nothing else, in one pass: no text between
// them, no headers, no other kind of block.
func parsePEM(text string) ([][]byte, error) {
	var certs [][]byte
	for text != "" {
		body, begun := strings.CutPrefix(text, armourBegin)
		encoded, rest, ended := strings.Cut(body, armourEnd)
		if !begun || !ended || len(certs) > maxChain {
			return nil, fault("not PEM certificates, or too many")
		}
		der, err := decodeBase64(strings.NewReplacer("\r", "", "\n", "").Replace(encoded))
		if err != nil {
			return nil, err
		}
		certs = append(certs, der)
		text = strings.TrimLeft(rest, "\r\n")
	}
	return certs, nil
}

func decodeBase64(s string) ([]byte, error) {
	// The decoder skips line ends, which no header may hold.
	if strings.ContainsAny(s, "\r\n") || s == "" {
		return nil, fault("not base64")
	}
	der, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, fault("not base64")
	}
	return der, nil
}
