package server

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/stretchr/testify/require"
)

func bare(certs ...[]byte) string {
	var items []string
	for _, der := range certs {
		items = append(items, base64.StdEncoding.EncodeToString(der))
	}
	return strings.Join(items, ",")
}

// sequence is RFC 8941's list of byte sequences.
func sequence(certs ...[]byte) string {
	var items []string
	for _, der := range certs {
		items = append(items, ":"+base64.StdEncoding.EncodeToString(der)+":")
	}
	return strings.Join(items, ", ")
}

// escapedALB leaves bare what AWS leaves bare.
func escapedALB(certs ...[]byte) string {
	return strings.NewReplacer("%2B", "+", "%3D", "=", "%2F", "/").Replace(escaped(certs...))
}

func digest(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

func xfcc(leaf []byte) string {
	return "By=spiffe://a/b;By=spiffe://a/c;Hash=" + digest(leaf) + `;Cert="` + escaped(leaf) + `"`
}

// chainOf has n certificates beside the client's.
func chainOf(t testing.TB, n int) [][]byte {
	t.Helper()
	a := servertest.NewAuthority(t, "root", newClock().at)
	for range n {
		a = a.Intermediate("intermediate")
	}
	return a.Issue("client", nil).Certificate
}

func TestCertificatesAreReadInTheFormOfEveryProxy(t *testing.T) {
	chain := chainOf(t, 2)
	leaf := chain[0]
	hash := "Hash=" + digest(leaf)
	for name, c := range map[string]struct {
		form    string
		headers []string
		want    [][]byte
	}{
		"RFC 9440":                    {"client-cert", []string{"Client-Cert", sequence(leaf)}, chain[:1]},
		"RFC 9440 with a chain":       {"client-cert", []string{"Client-Cert", sequence(leaf), "Client-Cert-Chain", sequence(chain[1:]...)}, chain},
		"RFC 9440 without spaces":     {"client-cert", []string{"Client-Cert", sequence(leaf), "Client-Cert-Chain", strings.ReplaceAll(sequence(chain[1:]...), " ", "")}, chain},
		"nginx":                       {"nginx", []string{"Ssl-Client-Cert", escaped(leaf)}, chain[:1]},
		"Envoy":                       {"envoy", []string{"X-Forwarded-Client-Cert", xfcc(leaf)}, chain[:1]},
		"Envoy with a chain":          {"envoy", []string{"X-Forwarded-Client-Cert", hash + `;Cert="` + escaped(leaf) + `";Chain="` + escaped(chain...) + `"`}, chain},
		"Envoy with a chain alone":    {"envoy", []string{"X-Forwarded-Client-Cert", hash + `;Chain="` + escaped(chain...) + `"`}, chain},
		"Envoy with names":            {"envoy", []string{"X-Forwarded-Client-Cert", xfcc(leaf) + `;Subject="CN=a\"b\\,O=c;d";URI=;URI=spiffe://x;DNS=a.example;DNS=b.example`}, chain[:1]},
		"Envoy with keys of any case": {"envoy", []string{"X-Forwarded-Client-Cert", "hash=" + strings.ToUpper(digest(leaf)) + `;CERT="` + escaped(leaf) + `"`}, chain[:1]},
		"Traefik":                     {"traefik", []string{"X-Forwarded-Tls-Client-Cert", bare(leaf)}, chain[:1]},
		"Traefik with a chain":        {"traefik", []string{"X-Forwarded-Tls-Client-Cert", bare(chain...)}, chain},
		"HAProxy":                     {"haproxy", []string{"X-SSL-Client-DER", bare(leaf)}, chain[:1]},
		"HAProxy in quotes":           {"haproxy", []string{"X-SSL-Client-DER", `"` + bare(leaf) + `"`}, chain[:1]},
		"HAProxy without":             {"haproxy", []string{"X-SSL-Client-DER", ""}, nil},
		"HAProxy without, in quotes":  {"haproxy", []string{"X-SSL-Client-DER", `""`}, nil},
		"AWS":                         {"aws-alb", []string{"X-Amzn-Mtls-Clientcert-Leaf", escapedALB(leaf)}, chain[:1]},
		"AWS with a chain":            {"aws-alb", []string{"X-Amzn-Mtls-Clientcert", escapedALB(chain...)}, chain},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(c.form, c.headers...)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// read is the certificates of the headers.
func read(form string, headers ...string) ([][]byte, error) {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	at := slices.IndexFunc(certificateForms, func(f certificateForm) bool { return f.name == form })
	return certificateForms[at].read(h)
}

func TestWhatIsNotExactlyACertificateIsAnErrorAndNeverNone(t *testing.T) {
	chain := chainOf(t, 1)
	leaf := chain[0]
	long := chainOf(t, 9)
	b64, text := bare(leaf), escaped(leaf)
	notDER := "-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A"
	inPEM := func(value func(text string) string) map[string]string {
		return map[string]string{
			"no armour": value(b64), "empty armour": value("-----BEGIN%20CERTIFICATE-----%0A-----END%20CERTIFICATE-----%0A"), "not DER": value(notDER), "cut short": value(text[:len(text)/2]),
			"cut percent": value(text + "%"), "bad percent": value(text + "%zz"), "text before": value("x" + text), "text behind": value(text + "x"), "text between": value(text + "x" + text),
			"a key": value(strings.ReplaceAll(text, "CERTIFICATE", "PRIVATE%20KEY")), "armour with a header": value(strings.Replace(text, "%0A", "%0AProc-Type:%204%0A%0A", 1)),
			"space for plus": value(strings.ReplaceAll(text, "%2B", "%20") + "%20"), "a broken one before a good one": value(notDER + text), "null": value("%00"), "armour only begun": value(strings.Repeat("-----BEGIN%20CERTIFICATE-----", 100)),
			"ten certificates": value(escaped(long...)), "trailing data in DER": value(escaped(append(slices.Clone(leaf), 0))),
		}
	}
	whole := func(text string) string { return text }
	cases := map[string]map[string]string{
		"nginx":       inPEM(whole),
		"aws-alb":     inPEM(whole),
		"envoy":       inPEM(func(text string) string { return "Hash=" + digest(leaf) + `;Cert="` + text + `"` }),
		"traefik":     {"armour": text, "escaped": strings.ReplaceAll(b64, "+", "%2B") + "%3D", "empty item": b64 + ",", "only a comma": ",", "space": b64 + ", " + b64, "not DER": "AAAA", "cut short": b64[:len(b64)-4], "unpadded": strings.TrimRight(bare([]byte("x")), "="), "url alphabet": "-_-_", "ten": bare(long...)},
		"haproxy":     {"armour": text, "two": bare(chain...), "not DER": "AAAA", "open quote": `"` + b64, "closing quote": b64 + `"`, "line": b64[:8] + "\n" + b64[8:], "PEM": servertest.PEM(leaf)},
		"client-cert": {"bare": b64, "a string": `"` + b64 + `"`, "a token": "x", "open": ":" + b64, "one colon": ":", "empty": "::", "parameters": sequence(leaf) + ";a=b", "two": sequence(chain...), "not DER": ":AAAA:", "spaces within": ": " + b64 + ":", "inner colon": ":" + b64 + ":" + b64 + ":"},
	}
	for form, values := range cases {
		header := certificateForms[slices.IndexFunc(certificateForms, func(f certificateForm) bool { return f.name == form })].headers[0]
		values["too long"] = strings.Repeat("A", maxIngressHeader+1)
		values["blank"] = " "
		for name, value := range values {
			got, err := read(form, header, value)
			require.ErrorIs(t, err, errIngress, "%s: %s", form, name)
			require.Nil(t, got)
		}
		_, err := read(form, header, "x", header, "x")
		require.ErrorIs(t, err, errIngress, form)
	}
	for name, headers := range map[string][]string{
		"chain without certificate": {"Client-Cert-Chain", sequence(leaf)}, "chain of nothing": {"Client-Cert", sequence(leaf), "Client-Cert-Chain", ","}, "chain ends in a comma": {"Client-Cert", sequence(leaf), "Client-Cert-Chain", sequence(leaf) + ","},
		"chain too long": {"Client-Cert", sequence(long[0]), "Client-Cert-Chain", sequence(long[1:]...)}, "chain repeated": {"Client-Cert", sequence(leaf), "Client-Cert-Chain", sequence(leaf), "Client-Cert-Chain", sequence(leaf)},
	} {
		_, err := read("client-cert", headers...)
		require.ErrorIs(t, err, errIngress, name)
	}
	_, err := read("aws-alb", "X-Amzn-Mtls-Clientcert", text, "X-Amzn-Mtls-Clientcert-Leaf", text)
	require.ErrorIs(t, err, errIngress)
}

// TestNamesInACertificateWriteNothingIntoEnvoysElement: its subject and its
// names are the client's own words, and stand in the header as they are.
func TestNamesInACertificateWriteNothingIntoEnvoysElement(t *testing.T) {
	own, victim := chainOf(t, 0)[0], chainOf(t, 0)[0]
	forged := "Hash=" + digest(victim) + `;Cert="` + escaped(victim) + `"`
	for name, value := range map[string]string{
		"another element":               xfcc(own) + ";URI=x," + forged,
		"another element by an append":  forged + "," + xfcc(own),
		"more keys":                     xfcc(own) + ";URI=x;" + forged,
		"a certificate alone":           xfcc(own) + `;DNS=x;Cert="` + escaped(victim) + `"`,
		"where Envoy passes none":       "Hash=" + digest(own) + ";URI=x;" + forged,
		"a certificate, none passed":    "Hash=" + digest(own) + `;URI=x;Cert="` + escaped(victim) + `"`,
		"beside a chain":                "Hash=" + digest(own) + `;Chain="` + escaped(own) + `";URI=x;Cert="` + escaped(victim) + `"`,
		"a quote that is not closed":    xfcc(own) + `;Subject="x`,
		"an escaped closing quote":      xfcc(own) + `;Subject="x\`,
		"a quote within":                xfcc(own) + `;URI=x"y`,
		"text behind a quote":           xfcc(own) + `;Subject="x"y`,
		"no digest":                     `Cert="` + escaped(own) + `"`,
		"a digest without certificate":  "Hash=" + digest(own),
		"no value":                      "Hash=" + digest(own) + ";Cert=;Chain=",
		"no key":                        xfcc(own) + ";=x",
		"no pair":                       xfcc(own) + ";",
		"two elements with one of them": xfcc(own) + ",",
		"another element of no weight":  xfcc(own) + ",By=spiffe://x",
		"a comma in a name":             xfcc(own) + ";URI=x,y",
		"a pair of certificates":        "Hash=" + digest(own) + `;Cert="` + escaped(own, victim) + `"`,
	} {
		_, err := read("envoy", "X-Forwarded-Client-Cert", value)
		require.ErrorIs(t, err, errIngress, name)
	}
}

func TestEveryCertificateHeaderIsAmongThoseThatAreStripped(t *testing.T) {
	for _, f := range certificateForms {
		for _, name := range f.headers {
			require.Equal(t, http.CanonicalHeaderKey(name), name)
			require.True(t, speaksForOthers(name), name)
		}
	}
	for _, name := range []string{AddressForwardedFor, AddressRealIP} {
		require.True(t, speaksForOthers(name), name)
	}
}

// fuzzForm holds that whatever is read of two headers is a few certificates.
func fuzzForm(f *testing.F, form string, seeds ...string) {
	f.Add("", "")
	f.Add("%", `"=;,:\`)
	for _, s := range seeds {
		f.Add(s, "")
		f.Add("", s)
		f.Add(s, s)
	}
	at := slices.IndexFunc(certificateForms, func(f certificateForm) bool { return f.name == form })
	c := certificateForms[at]
	f.Fuzz(func(t *testing.T, first, second string) {
		h := http.Header{c.headers[0]: {first}}
		if len(c.headers) > 1 {
			h[c.headers[1]] = []string{second}
		}
		certs, err := c.read(h)
		if err != nil {
			require.Nil(t, certs)
			return
		}
		require.LessOrEqual(t, len(certs), 1+maxChain)
		for _, der := range certs {
			_, err := x509.ParseCertificate(der)
			require.NoError(t, err)
		}
	})
}

func FuzzClientCert(f *testing.F) {
	chain := chainOf(f, 1)
	fuzzForm(f, "client-cert", sequence(chain[0]), sequence(chain...))
}

func FuzzNginxCertificate(f *testing.F) {
	fuzzForm(f, "nginx", escaped(chainOf(f, 0)...))
}

func FuzzEnvoyCertificate(f *testing.F) {
	chain := chainOf(f, 1)
	fuzzForm(f, "envoy", xfcc(chain[0]), xfcc(chain[0])+`;Chain="`+escaped(chain...)+`";Subject="a\"b";URI=x`)
}

func FuzzTraefikCertificate(f *testing.F) {
	fuzzForm(f, "traefik", bare(chainOf(f, 1)...))
}

func FuzzHAProxyCertificate(f *testing.F) {
	fuzzForm(f, "haproxy", bare(chainOf(f, 0)...), `"`+bare(chainOf(f, 0)...)+`"`)
}

func FuzzALBCertificate(f *testing.F) {
	fuzzForm(f, "aws-alb", escapedALB(chainOf(f, 1)...))
}

func FuzzForwardedAddress(f *testing.F) {
	f.Add("203.0.113.7, [2001:db8::1]:443")
	f.Add("fe80::1%a,")
	f.Fuzz(func(t *testing.T, list string) {
		ip, err := lastAddress(list)
		require.Equal(t, err == nil, ip.IsValid())
		if err == nil {
			require.Empty(t, ip.Zone())
			again, err := lastAddress(list + "," + ip.String())
			require.NoError(t, err)
			require.Equal(t, ip, again)
		}
	})
}
