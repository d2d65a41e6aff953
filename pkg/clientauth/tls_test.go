package clientauth_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// tls registers a client with tls_client_auth and what the change says.
func (h *house) tls(id string, change func(*domain.Client)) *domain.Client {
	c := h.client(id, oauth.MethodTLS)
	change(c)
	return c
}

func (h *house) refusedFresh(want *oauth.Error, r *clientauth.Request, why string) {
	h.t.Helper()
	_, e := h.tryFresh(r)
	require.NotNil(h.t, e, why)
	require.ErrorIs(h.t, e, want, why)
}

// failed asserts that the request fails, and that of all checks it is this one
// that says why.
func (h *house) failed(r *clientauth.Request, check, actual string) {
	h.t.Helper()
	h.refusedFresh(oauth.ErrInvalidClient, r, check)
	got := h.explain(r)[check]
	require.Equal(h.t, "fail", got.Result, check)
	require.Contains(h.t, got.Actual, actual)
	require.NotEmpty(h.t, got.Expected)
}

const (
	checkChain   = "certificate chain leads to an authority of the workspace"
	checkName    = "certificate has the registered name"
	checkRevoked = "certificate is not revoked"
)

func TestCertificateOfAnAuthorityProvesTheClient(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	middle := newAuthority(t, "middle", root)
	other := newAuthority(t, "other", nil)
	h.believe(other.pem() + root.pem())
	h.tls("app", byDNS)
	direct, below := root.issue(t, dns("app.example")), middle.issue(t, dns("app.example"))
	h.accepted("app", oauth.MethodTLS, certified("app", direct.der))
	h.accepted("app", oauth.MethodTLS, certified("app", direct.der, root))
	h.accepted("app", oauth.MethodTLS, certified("app", below.der, other, middle))
	require.Equal(t, []string{"method:tls_client_auth", "cert:" + keys.CertificateThumbprint(direct.der)}, h.used[:2], "which certificate was used is told")

	checks := h.explain(certified("app", direct.der))
	require.Equal(t, "CN=app,O=Acme,C=DE", checks["certificate subject"].Actual)
	require.Equal(t, "CN=root,O=Acme,C=DE", checks["certificate issuer"].Actual)
	require.Equal(t, "2026-11-02T08:00:00Z to 2026-11-03T09:00:00Z", checks["certificate validity"].Actual)
	require.Len(t, checks["certificate thumbprint (SHA-256)"].Actual, 32*3-1)
	require.NotEmpty(t, checks["certificate serial number"].Actual)
	require.Equal(t, "tls_client_auth_san_dns app.example", checks[checkName].Expected)
}

// MT-05
func TestOnlyTheRegisteredNameCounts(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	uri := func(u string) *url.URL {
		parsed, err := url.Parse(u)
		require.NoError(t, err)
		return parsed
	}
	dn := func(s string) func(*domain.Client) {
		return func(c *domain.Client) { c.TLSClientAuthSubjectDN = s }
	}
	dnsName := func(s string) func(*domain.Client) { return func(c *domain.Client) { c.TLSClientAuthSANDNS = s } }
	uriName := func(s string) func(*domain.Client) { return func(c *domain.Client) { c.TLSClientAuthSANURI = s } }
	ipName := func(s string) func(*domain.Client) { return func(c *domain.Client) { c.TLSClientAuthSANIP = s } }
	mail := func(s string) func(*domain.Client) { return func(c *domain.Client) { c.TLSClientAuthSANEmail = s } }
	cn := func(s string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: s} }
	}
	ips := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			for _, s := range list {
				c.IPAddresses = append(c.IPAddresses, net.ParseIP(s))
			}
		}
	}
	uris := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			for _, s := range list {
				c.URIs = append(c.URIs, uri(s))
			}
		}
	}
	mails := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.EmailAddresses = list }
	}
	bare := func(*x509.Certificate) {}
	for i, row := range []struct {
		name       string
		registered func(*domain.Client)
		cert       func(*x509.Certificate)
		ok         bool
	}{
		{"the subject", dn("CN=app,O=Acme,C=DE"), bare, true},
		{"the subject with spaces between its parts", dn("cn=app, o=Acme, c=DE"), bare, true},
		{"the subject the other way round", dn("C=DE,O=Acme,CN=app"), bare, false},
		{"a part of the subject", dn("CN=app"), bare, false},
		{"more than the subject", dn("CN=app,OU=x,O=Acme,C=DE"), bare, false},
		{"the subject in capitals", dn("CN=APP,O=Acme,C=DE"), bare, false},
		{"the subject with a space more", dn(`CN=app\ ,O=Acme,C=DE`), bare, false},
		{"the subject as one value", dn(`CN=app\,O\=Acme\,C\=DE`), bare, false},
		{"a comma in the common name", dn("CN=app,O=Acme,C=DE"), cn("app,O=Acme,C=DE"), false},
		{"an escaped comma", dn(`CN=app\,O\=Acme`), cn("app,O=Acme"), true},
		{"a null in the common name", dn("CN=app"), cn("app\x00.evil"), false},
		{"no subject", dn("CN=app"), func(c *x509.Certificate) { c.Subject = pkix.Name{} }, false},
		{"the subject, named like an alternative", dn("CN=app.example"), dns("app.example"), false},

		{"a DNS name", dnsName("app.example"), dns("app.example"), true},
		{"one of several DNS names", dnsName("app.example"), dns("a.example", "app.example", "*.example"), true},
		{"a wildcard", dnsName("app.example"), dns("*.example"), false},
		{"a wildcard that is registered", dnsName("*.example"), dns("app.example"), false},
		{"a DNS name in capitals", dnsName("app.example"), dns("APP.example"), false},
		{"a DNS name with a dot", dnsName("app.example"), dns("app.example."), false},
		{"a name below", dnsName("app.example"), dns("x.app.example"), false},
		{"the common name instead", dnsName("app.example"), cn("app.example"), false},
		{"the common name beside another", dnsName("app.example"), func(c *x509.Certificate) { c.Subject.CommonName, c.DNSNames = "app.example", []string{"other.example"} }, false},
		{"a URI instead", dnsName("app.example"), uris("https://app.example"), false},
		{"an internationalised name", dnsName("xn--bcher-kva.example"), dns("xn--bcher-kva.example"), true},
		{"its look-alike", dnsName("bücher.example"), dns("xn--bcher-kva.example"), false},

		{"a URI", uriName("spiffe://acme/app"), uris("spiffe://acme/other", "spiffe://acme/app"), true},
		{"a longer URI", uriName("spiffe://acme/app"), uris("spiffe://acme/app/x"), false},
		{"a URI that means the same", uriName("https://app.example/a"), uris("https://app.example/%61"), false},
		{"a URI in capitals", uriName("https://app.example/"), uris("https://APP.example/"), false},
		{"a DNS name instead of a URI", uriName("https://app.example"), dns("app.example"), false},

		{"an IPv4 address", ipName("192.0.2.7"), ips("192.0.2.7"), true},
		{"an IPv6 address in another spelling", ipName("2001:DB8:0::7"), ips("192.0.2.7", "2001:db8::7"), true},
		{"another address", ipName("192.0.2.7"), ips("192.0.2.8"), false},
		{"an address as a DNS name", ipName("192.0.2.7"), dns("192.0.2.7"), false},
		{"an address as the common name", ipName("192.0.2.7"), cn("192.0.2.7"), false},

		{"an e-mail address", mail("app@acme.example"), mails("x@acme.example", "app@acme.example"), true},
		{"an e-mail address in capitals", mail("app@acme.example"), mails("App@acme.example"), false},
		{"an e-mail address in the subject", mail("app@acme.example"), func(c *x509.Certificate) {
			c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "app@acme.example"}}
		}, false},

		{"no name registered", func(*domain.Client) {}, dns("app.example"), false},
		{"two names registered, and both there", func(c *domain.Client) { c.TLSClientAuthSANDNS, c.TLSClientAuthSANEmail = "app.example", "a@b.example" }, func(c *x509.Certificate) {
			c.DNSNames, c.EmailAddresses = []string{"app.example"}, []string{"a@b.example"}
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			id := fmt.Sprint("app", i)
			h.tls(id, row.registered)
			r := certified(id, root.issue(t, row.cert).der)
			if row.ok {
				h.accepted(id, oauth.MethodTLS, r)
			} else {
				h.failed(r, checkName, "")
			}
		})
	}
}

// MT-06
func TestCertificateOfAnotherClientIsRefused(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	h.tls("app", byDNS)
	h.tls("other", func(c *domain.Client) { c.TLSClientAuthSANDNS = "other.example" })
	other := root.issue(t, dns("other.example"))
	h.accepted("other", oauth.MethodTLS, certified("other", other.der))
	h.failed(certified("app", other.der), checkName, "other.example")
	require.Equal(t, []string{"method:tls_client_auth", "cert:" + keys.CertificateThumbprint(other.der)}, h.used[:2])
	require.Len(t, h.used, 2)
}

// MT-07
func TestUnsoundCertificatesAreRefused(t *testing.T) {
	h := newHouse(t)
	root, unknown := newAuthority(t, "root", nil), newAuthority(t, "root", nil)
	middle := newAuthority(t, "middle", root)
	late := newAuthority(t, "late", root, func(c *x509.Certificate) { c.NotAfter = today.Add(-time.Second) })
	server := newAuthority(t, "server", root, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
	narrow := newAuthority(t, "narrow", root, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"elsewhere.example"} })
	rsaRoot := newAuthorityWith(t, newKey(t, oauth.RS256), "rsa", nil)
	gone := newAuthority(t, "gone", nil, func(c *x509.Certificate) { c.NotAfter = today.Add(-time.Second) })
	h.believe(root.pem() + rsaRoot.pem() + gone.pem())
	h.tls("app", byDNS)
	with := func(a *authority, change func(*x509.Certificate)) []byte {
		return a.issue(t, dns("app.example"), change).der
	}
	usage := func(list ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = list }
	}
	plain := func(*x509.Certificate) {}

	h.accepted("app", oauth.MethodTLS, certified("app", with(root, usage())))
	h.accepted("app", oauth.MethodTLS, certified("app", with(root, usage(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth))))
	h.accepted("app", oauth.MethodTLS, certified("app", with(root, usage(x509.ExtKeyUsageAny))))
	h.accepted("app", oauth.MethodTLS, certified("app", with(rsaRoot, plain)))

	h.failed(certified("app", with(root, func(c *x509.Certificate) { c.NotAfter = today.Add(-90 * time.Second) })), "certificate has not expired", "90 s ago")
	h.failed(certified("app", with(root, func(c *x509.Certificate) { c.NotBefore = today.Add(30 * time.Second) })), "certificate is valid already", "30 s ahead")
	h.failed(certified("app", with(root, usage(x509.ExtKeyUsageServerAuth))), checkChain, "key usage")
	h.failed(certified("app", with(root, usage(x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageEmailProtection))), checkChain, "key usage")
	h.failed(certified("app", with(root, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign })), "certificate is a client's own", "CA:TRUE")
	h.failed(certified("app", root.cert.Raw), "certificate is a client's own", "CA:TRUE")
	h.failed(certified("app", selfSigned(t, dns("app.example")).der), checkChain, "unknown authority")
	h.failed(certified("app", with(unknown, plain)), checkChain, "unknown authority")
	h.failed(certified("app", with(unknown, plain), unknown), checkChain, "unknown authority")
	h.failed(certified("app", with(middle, plain)), checkChain, "unknown authority")
	h.accepted("app", oauth.MethodTLS, certified("app", with(middle, plain), middle))
	h.failed(certified("app", with(late, plain), late), checkChain, "expired")
	h.failed(certified("app", with(gone, plain)), checkChain, "expired")
	h.failed(certified("app", with(server, plain), server), checkChain, "key usage")
	h.failed(certified("app", with(narrow, plain), narrow), checkChain, "not permitted")
	h.failed(certified("app", withSHA1(t, rsaRoot, with(rsaRoot, plain))), "certificate is signed soundly", "SHA1-RSA")
	h.failed(certified("app", withSHA1(t, rsaRoot, with(rsaRoot, plain))), checkChain, "SHA1")

	// A client's certificate signs no other.
	client := root.issue(t, dns("app.example"))
	parsed, err := x509.ParseCertificate(client.der)
	require.NoError(t, err)
	h.failed(certified("app", with(&authority{cert: parsed, key: client.key}, plain), &authority{cert: parsed}), checkChain, "")
	// A name constraint holds what it permits.
	wide := newAuthority(t, "wide", root, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"app.example"} })
	h.accepted("app", oauth.MethodTLS, certified("app", with(wide, plain), wide))

	h.advance(25 * time.Hour)
	h.failed(certified("app", client.der), "certificate has not expired", "3600 s ago")
}

func TestOnlyTheWorkspacesOwnAuthoritiesAreBelieved(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.tls("app", byDNS)
	cert := root.issue(t, dns("app.example"))
	h.failed(certified("app", cert.der), checkChain, "no tls_client_auth_root_cas")
	h.believe("nonsense")
	h.failed(certified("app", cert.der), checkChain, "not PEM")
	h.believe(root.pem(), "nonsense")
	h.failed(certified("app", cert.der), checkChain, "tls_client_auth_crls")
	h.believe(root.pem())
	h.accepted("app", oauth.MethodTLS, certified("app", cert.der))
	neighbour := newHouse(t)
	neighbour.believe(newAuthority(t, "root", nil).pem())
	neighbour.tls("app", byDNS)
	neighbour.failed(certified("app", cert.der), checkChain, "unknown authority")
}

// MT-07
func TestRevokedCertificatesAreRefused(t *testing.T) {
	h := newHouse(t)
	root, other := newAuthority(t, "root", nil), newAuthority(t, "other", nil)
	twin := newAuthority(t, "root", nil) // of the same name, with a key of its own
	middle := newAuthority(t, "middle", root)
	h.tls("app", byDNS)
	good, bad, below := root.issue(t, dns("app.example")), root.issue(t, dns("app.example")), middle.issue(t, dns("app.example"))
	next := func(d time.Duration) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) { l.NextUpdate = today.Add(d) }
	}

	h.believe(root.pem()+other.pem(), other.list(t, nil, bad.der), root.list(t, nil, bad.der))
	h.accepted("app", oauth.MethodTLS, certified("app", good.der))
	h.accepted("app", oauth.MethodTLS, certified("app", below.der, middle))
	h.failed(certified("app", bad.der), checkRevoked, "revoked: the number")

	h.believe(root.pem(), middle.list(t, nil, below.der))
	h.accepted("app", oauth.MethodTLS, certified("app", bad.der))
	h.failed(certified("app", below.der, middle), checkRevoked, "revoked: the number")

	h.believe(root.pem(), root.list(t, nil, middle.cert.Raw))
	h.accepted("app", oauth.MethodTLS, certified("app", good.der))
	h.failed(certified("app", below.der, middle), checkRevoked, "revoked: the number")

	// A list out of date vouches for nothing of that authority, and for others all.
	h.believe(root.pem()+other.pem(), root.list(t, next(-5*time.Second)))
	h.failed(certified("app", good.der), checkRevoked, "the list of CN=root,O=Acme,C=DE is out of date; the next one was due 5 s ago")
	h.failed(certified("app", below.der, middle), checkRevoked, "out of date")
	h.accepted("app", oauth.MethodTLS, certified("app", other.issue(t, dns("app.example")).der))
	h.believe(root.pem(), root.list(t, next(-5*time.Second), bad.der), root.list(t, nil))
	h.accepted("app", oauth.MethodTLS, certified("app", good.der))
	h.failed(certified("app", bad.der), checkRevoked, "revoked: the number")
	h.believe(root.pem(), root.list(t, func(l *x509.RevocationList) { l.ThisUpdate = today.Add(time.Second) }))
	h.failed(certified("app", good.der), checkRevoked, "out of date")

	// What another key signed in the authority's name neither revokes nor vouches.
	h.believe(root.pem()+twin.pem(), twin.list(t, nil, good.der))
	h.accepted("app", oauth.MethodTLS, certified("app", good.der))
	forged := &authority{cert: root.cert, key: twin.key}
	nameless := *root.cert
	nameless.PublicKey = twin.cert.PublicKey
	forged.cert = &nameless
	h.believe(root.pem(), forged.list(t, nil))
	h.failed(certified("app", good.der), checkRevoked, "is not signed by it")
	h.failed(certified("app", good.der), checkRevoked, "is not signed by it")

	h.believe(root.pem(), root.list(t, nil))
	h.accepted("app", oauth.MethodTLS, certified("app", good.der))
	h.advance(7 * 24 * time.Hour)
	fresh := root.issue(t, dns("app.example"), func(c *x509.Certificate) { c.NotAfter = today.Add(30 * 24 * time.Hour) })
	h.failed(certified("app", fresh.der), checkRevoked, "this very second")
}

// MT-11
func TestHostileCertificatesAreBounded(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	h.tls("app", byDNS)
	h.client("self", oauth.MethodSelfSignedTLS).JWKS = jwks(t, "", ecKey(t))
	good := root.issue(t, dns("app.example"))
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("h%d.example", i)
	}
	long := root.issue(t, dns("app.example"), func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: make([]byte, 16<<10)}}
	})
	for name, der := range map[string][]byte{
		"too long": long.der, "too many names": root.issue(t, dns(many...)).der, "cut": good.der[:len(good.der)-1], "longer": append(good.der[:len(good.der):len(good.der)], 0),
		"PEM": []byte(pemOf("CERTIFICATE", good.der)), "not DER": []byte("x"), "endless": {0x30, 0x84, 0xff, 0xff, 0xff, 0xff},
	} {
		for _, id := range []string{"app", "self"} {
			h.failed(certified(id, der), "certificate is readable", "")
		}
		_, e := h.try(certified("public", der))
		require.Nil(t, e, "%s: it is nothing to a client that does not use it", name)
	}
	hundred := certified("app", good.der)
	for range 100 {
		hundred.Chain = append(hundred.Chain, root.cert.Raw)
	}
	h.failed(hundred, checkChain, "100 certificates came beside it")
	odd := certified("app", good.der)
	odd.Chain = [][]byte{[]byte("x")}
	h.failed(odd, checkChain, "certificate 1 beside it")
	constrained := newAuthority(t, "constrained", root, func(c *x509.Certificate) { c.PermittedDNSDomains = many })
	h.failed(certified("app", constrained.issue(t, dns("app.example")).der, constrained), checkChain, "more than 100 names")
}

// MT-14, CA-01
func TestCertificateIsAMethodOfItsOwn(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	key := ecKey(t)
	byName, byKeys, keyed := h.tls("app", byDNS), h.client("self", oauth.MethodSelfSignedTLS), h.keyed("keyed", jwks(t, "", key))
	h.secret(byName, secret)
	own := selfSigned(t)
	byKeys.JWKS = jwks(t, x5c(own.der), own.key)
	h.secret(byKeys, secret)
	proof, stranger := root.issue(t, dns("app.example")), root.issue(t, dns("stranger.example"))
	assertion := func(id string) *clientauth.Request {
		return present(h.assertionOf(id, oauth.ES256, key).token(t))
	}

	// No certificate is no proof, and nothing else stands in for it.
	for _, id := range []string{"app", "self"} {
		h.refusedFresh(oauth.ErrInvalidClient, request("", "client_id", id), "bare")
		h.refusedFresh(oauth.ErrInvalidClient, request(raw(id, secret)), "basic")
		h.refusedFresh(oauth.ErrInvalidClient, request("", "client_id", id, "client_secret", secret), "post")
		h.refusedFresh(oauth.ErrInvalidClient, assertion(id), "assertion")
		check := h.explain(request("", "client_id", id))["client certificate presented"]
		require.Equal(t, "fail", check.Result)
		require.Contains(t, check.Fix, "no address at which clients present certificates")
	}
	// Two that could both be meant are a malformed request, once one of them holds.
	for id, der := range map[string][]byte{"app": proof.der, "self": own.der} {
		for _, r := range []*clientauth.Request{request(raw(id, secret)), request(raw(id, "wrong")), request("", "client_id", id, "client_secret", secret), assertion(id)} {
			_, e := h.tryFresh(beside(r, der))
			require.ErrorIs(t, e, oauth.ErrInvalidRequest)
			require.Equal(t, http.StatusBadRequest, e.Status)
			require.Equal(t, "fail", h.explain(beside(r, der))["one method is presented"].Result)
			h.refusedFresh(oauth.ErrInvalidClient, beside(r, stranger.der), "a certificate that proves nothing tells nothing")
		}
		h.accepted(id, h.clients[id].TokenEndpointAuthMethod, certified(id, der))
	}
	h.clients["off"].TokenEndpointAuthMethod, h.clients["off"].TLSClientAuthSANDNS = oauth.MethodTLS, "app.example"
	h.refusedFresh(oauth.ErrInvalidClient, beside(request(raw("off", secret)), proof.der), "disabled")
	h.refusedFresh(oauth.ErrInvalidClient, certified("off", proof.der), "disabled")
	h.refusedFresh(oauth.ErrInvalidClient, certified("nobody", proof.der), "unknown")
	h.refusedFresh(oauth.ErrInvalidClient, certified("basic", proof.der), "registered for a secret")
	h.refusedFresh(oauth.ErrInvalidClient, certified("keyed", proof.der), "registered for assertions")

	// Others bring a certificate to have their tokens bound to it.
	h.client("basic", oauth.MethodClientSecretBasic)
	h.accepted("keyed", oauth.MethodPrivateKeyJWT, beside(assertion("keyed"), stranger.der))
	h.accepted("basic", oauth.MethodClientSecretBasic, beside(request(raw("basic", secret)), stranger.der))
	h.accepted("public", oauth.MethodNone, certified("public", stranger.der))
	require.NotContains(t, strings.Join(h.used, " "), "cert:"+keys.CertificateThumbprint(stranger.der))

	// While a former method may be used, either is enough, and the certificate free.
	keyed.TokenEndpointAuthMethod, keyed.TLSClientAuthSANDNS = oauth.MethodTLS, "app.example"
	keyed.TokenEndpointAuthMethodPrevious, keyed.TokenEndpointAuthMethodPreviousUntil = oauth.MethodPrivateKeyJWT, h.now.Add(time.Hour)
	h.accepted("keyed", oauth.MethodTLS, certified("keyed", proof.der))
	h.accepted("keyed", oauth.MethodPrivateKeyJWT, assertion("keyed"))
	h.accepted("keyed", oauth.MethodPrivateKeyJWT, beside(assertion("keyed"), proof.der))
}

func TestRefusalsOfCertificatesAreAllTheSame(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	h.tls("app", byDNS)
	h.client("self", oauth.MethodSelfSignedTLS).JWKS = jwks(t, x5c(), ecKey(t))
	cert := root.issue(t, dns("stranger.example"))
	var want *oauth.Error
	for _, id := range []string{"app", "self", "nobody", "off", "basic", "a b"} {
		_, e := h.tryFresh(certified(id, cert.der))
		require.NotNil(t, e, id)
		if want == nil {
			want = e
		}
		require.Equal(t, []any{want.Code, want.Status, want.Description, want.Challenge(), want.RetryAfter()}, []any{e.Code, e.Status, e.Description, e.Challenge(), e.RetryAfter()}, id)
	}
}

func TestWorkspaceDecidesWhetherCertificatesServe(t *testing.T) {
	h := newHouse(t, func(s *domain.Settings) { s.TokenEndpointAuthMethods = []string{oauth.MethodSelfSignedTLS} })
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	h.tls("app", byDNS)
	proof := root.issue(t, dns("app.example"))
	h.refusedFresh(oauth.ErrInvalidClient, certified("app", proof.der), "not allowed")
	h.refusedFresh(oauth.ErrInvalidClient, beside(request(raw("app", secret)), proof.der), "a method that is not allowed is not a second one")
}

// MT-05, MT-07, RFC 8705, section 2.2
func TestRegisteredCertificateProvesTheClient(t *testing.T) {
	h := newHouse(t)
	c := h.client("app", oauth.MethodSelfSignedTLS)
	own, second := selfSigned(t), newAuthority(t, "root", nil).issue(t)
	c.JWKS = []byte(`{"keys":[` + jwk(t, own.key.Public(), `"kid":"one",`+x5c(own.der)) + "," + jwk(t, second.key.Public(), `"kid":"two","x5t#S256":"`+keys.CertificateThumbprint(second.der)+`"`) + `]}`)
	h.accepted("app", oauth.MethodSelfSignedTLS, certified("app", own.der))
	h.accepted("app", oauth.MethodSelfSignedTLS, certified("app", second.der))
	require.Equal(t, []string{"method:self_signed_tls_client_auth", "cert:" + keys.CertificateThumbprint(own.der)}, h.used[:2])
	require.Equal(t, "x5c of the key one", h.explain(certified("app", own.der))["certificate is registered"].Actual)
	require.Equal(t, "x5t#S256 of the key two", h.explain(certified("app", second.der))["certificate is registered"].Actual)

	const check = "certificate is registered"
	same := func(cert *x509.Certificate) { // the same in all but the key or the signature
		parsed, err := x509.ParseCertificate(own.der)
		require.NoError(t, err)
		cert.SerialNumber = parsed.SerialNumber
	}
	h.failed(certified("app", selfSigned(t, same).der), check, "another than those of the keys one, two")
	template := leaf(t, same)
	resigned, err := x509.CreateCertificate(strings.NewReader(strings.Repeat("x", 1000)), template, template, own.key.Public(), own.key)
	require.NoError(t, err)
	h.failed(certified("app", resigned), check, "another")
	renewed := selfSigned(t)
	h.failed(certified("app", renewed.der), check, "another")

	// The key of the thumbprint must be the key of the certificate.
	c.JWKS = jwks(t, `"x5t#S256":"`+keys.CertificateThumbprint(own.der)+`"`, ecKey(t))
	h.failed(certified("app", own.der), check, "another")
	c.JWKS = jwks(t, "", own.key)
	h.failed(certified("app", own.der), check, "another")
	c.JWKS = jwks(t, x5c(own.der), ecKey(t))
	h.failed(certified("app", own.der), check, "not one of this key")
	c.JWKS = nil
	h.failed(certified("app", own.der), check, "none are registered")

	c.JWKS = jwks(t, x5c(own.der), own.key)
	h.advance(25 * time.Hour)
	h.failed(certified("app", own.der), "certificate has not expired", "3600 s ago")
	h.advance(-30 * time.Hour)
	h.failed(certified("app", own.der), "certificate is valid already", "14400 s ahead")
}

// A client moves from one kind of certificate to the other.
func TestBothKindsOfCertificateServeWhileTheyOverlap(t *testing.T) {
	h := newHouse(t)
	root := newAuthority(t, "root", nil)
	h.believe(root.pem())
	own, issued := selfSigned(t), root.issue(t, dns("app.example"))
	for _, methods := range [][2]string{{oauth.MethodTLS, oauth.MethodSelfSignedTLS}, {oauth.MethodSelfSignedTLS, oauth.MethodTLS}} {
		c := h.tls("app", byDNS)
		c.JWKS = jwks(t, x5c(own.der), own.key)
		c.TokenEndpointAuthMethod, c.TokenEndpointAuthMethodPrevious, c.TokenEndpointAuthMethodPreviousUntil = methods[0], methods[1], h.now.Add(time.Hour)
		h.accepted("app", oauth.MethodTLS, certified("app", issued.der))
		h.accepted("app", oauth.MethodSelfSignedTLS, certified("app", own.der))
		h.refusedFresh(oauth.ErrInvalidClient, certified("app", selfSigned(t).der), "neither")
	}
	h.advance(time.Hour)
	h.refusedFresh(oauth.ErrInvalidClient, certified("app", issued.der), "the overlap has ended")
	h.accepted("app", oauth.MethodSelfSignedTLS, certified("app", own.der))
}

func TestNamesAreCheckedBeforeTheyAreRegistered(t *testing.T) {
	byParameter := map[string]func(string) error{}
	for _, n := range clientauth.CertificateNames() {
		byParameter[n.Parameter] = n.Check
	}
	for parameter, values := range map[string][2][]string{
		"tls_client_auth_subject_dn": {{"CN=a", "CN=a,O=b"}, {"", "a", "CN", "CN=", "nonsense=a", "CN=a,", "CN=a;O=b", `CN="a"`, "CN=#zz", strings.Repeat("x", 5000)}},
		"tls_client_auth_san_dns":    {{"app.example", "xn--bcher-kva.example", "a_b.example", "localhost"}, {"", "*.example", "bücher.example", "a..b", ".a", "a.", "a b", "-a.example", "a/b", strings.Repeat("a", 64), strings.Repeat("a.", 150) + "a"}},
		"tls_client_auth_san_uri":    {{"spiffe://acme/app", "https://app.example/x?y#z", "urn:acme:app"}, {"", "app", "//app.example", "https://a b", "https://bücher.example", "%zz", "https:"}},
		"tls_client_auth_san_ip":     {{"192.0.2.1", "2001:db8::1"}, {"", "192.0.2", "192.0.2.1/32", "fe80::1%eth0", "app.example", "192.000.002.001"}},
		"tls_client_auth_san_email":  {{"app@acme.example"}, {"", "app", "app@", "@acme.example", "a b@acme.example", "app@bücher.example"}},
	} {
		for _, good := range values[0] {
			require.NoError(t, byParameter[parameter](good), "%s %q", parameter, good)
		}
		for _, bad := range values[1] {
			require.Error(t, byParameter[parameter](bad), "%s %q", parameter, bad)
		}
	}
	require.Len(t, byParameter, 5)
}

func TestAuthoritiesAreCheckedBeforeTheyAreBelieved(t *testing.T) {
	root, gone := newAuthority(t, "root", nil), newAuthority(t, "gone", nil, func(c *x509.Certificate) { c.NotAfter = today.Add(-time.Hour) })
	require.NoError(t, clientauth.CheckAuthorities("# our own\n"+root.pem()+"\n"+newAuthority(t, "b", root).pem(), today))
	for text, want := range map[string]string{
		"":                             "not PEM",
		"nonsense":                     "not PEM",
		root.pem() + gone.pem():        "certificate 2 (CN=gone,O=Acme,C=DE) has expired on 2026-11-02",
		root.pem() + "rest":            "malformed",
		root.pem()[:200]:               "malformed",
		root.pem()[:200] + root.pem():  "malformed",
		strings.Repeat(root.pem(), 21): "21 blocks",
		pemOf("CERTIFICATE", root.issue(t, dns("x.example")).der):                                                    "not of an authority",
		newAuthority(t, "weak", nil, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }).pem(): "may not sign certificates",
		pemOf("PRIVATE KEY", []byte("x")):                                                                            "a block is not a CERTIFICATE, but a PRIVATE KEY",
		pemOf("CERTIFICATE", []byte("x")):                                                                            "certificate 1: it is malformed",
		root.list(t, nil):                                                                                            "a block is not a CERTIFICATE, but a X509 CRL",
		strings.ReplaceAll(root.pem(), "\n", ""):                                                                     "malformed",
	} {
		require.ErrorContains(t, clientauth.CheckAuthorities(text, today), want)
	}

	critical := func(l *x509.RevocationList) {
		l.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}}
	}
	inEntry := func(l *x509.RevocationList) {
		l.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: big.NewInt(1), RevocationTime: today, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 29}, Critical: true, Value: []byte{5, 0}}}}}
	}
	require.NoError(t, clientauth.CheckRevocationLists(root.list(t, nil)+gone.list(t, nil), today))
	for text, want := range map[string]string{
		"nonsense":                            "not PEM",
		root.pem():                            "a block is not a X509 CRL",
		pemOf("X509 CRL", []byte("x")):        "list 1: it is malformed",
		root.list(t, critical):                "critical extension",
		root.list(t, inEntry):                 "critical extension",
		strings.Repeat(root.list(t, nil), 21): "21 blocks",
		root.list(t, func(l *x509.RevocationList) { l.NextUpdate = today.Add(-time.Minute) }): "list 1 is not current",
	} {
		require.ErrorContains(t, clientauth.CheckRevocationLists(text, today), want)
	}
}
