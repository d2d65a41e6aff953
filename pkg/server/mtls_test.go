package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/stretchr/testify/require"
)

// secure is a front behind a real TLS listener.
type secure struct {
	t       *testing.T
	servers *servertest.Authority
	addr    string
}

// overTLS serves a front that answers with the peer it sees; change may alter
// the listener, whose TLS configuration asks for certificates.
func overTLS(t *testing.T, cfg Config, change func(*Listener)) *secure {
	t.Helper()
	s := &secure{t: t, servers: servertest.NewAuthority(t, "server authority", time.Now())}
	own := s.servers.Localhost()
	cfg.Name, cfg.Now = "test", time.Now
	e := New(cfg)
	e.Any("/*", func(c echo.Context) error { return c.JSON(http.StatusOK, PeerOf(c)) })
	l := Listener{TLS: TLSConfig(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &own, nil }, true)}
	if change != nil {
		change(&l)
	}
	var stop func() error
	s.addr, stop = listening(t, l, Serving{Handler: e})
	t.Cleanup(func() { require.NoError(t, stop()) })
	return s
}

// client speaks HTTP/1.1 or HTTP/2 with these certificates, whatever
// authorities the server names.
func (s *secure) client(proto string, certs ...tls.Certificate) *http.Client {
	s.t.Helper()
	c := &tls.Config{RootCAs: s.servers.Pool(), ServerName: "localhost"}
	if len(certs) > 0 {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certs[0], nil }
	}
	transport := &http.Transport{TLSClientConfig: c, Protocols: &http.Protocols{}}
	transport.Protocols.SetHTTP1(proto == "HTTP/1.1")
	transport.Protocols.SetHTTP2(proto == "HTTP/2.0")
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (s *secure) get(c *http.Client, headers ...string) (int, Peer, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "https://"+s.addr+"/x", http.NoBody)
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	res, err := c.Do(r)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	var p Peer
	require.NoError(s.t, json.NewDecoder(res.Body).Decode(&p))
	return res.StatusCode, p, res.Proto
}

var protocols = []string{"HTTP/1.1", "HTTP/2.0"}

func TestAClientCertificateAndItsChainArriveOverTLS(t *testing.T) {
	s := overTLS(t, Config{}, nil)
	cert := servertest.NewAuthority(t, "clients", time.Now()).Intermediate("a").Intermediate("b").Issue("client", nil)
	for _, proto := range protocols {
		c := s.client(proto, cert)
		for range 3 {
			status, p, got := s.get(c)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, proto, got)
			require.Equal(t, cert.Certificate[0], p.Certificate)
			require.Equal(t, cert.Certificate[1:], p.Chain)
			require.Equal(t, "https", p.Scheme)
		}
		_, p, _ := s.get(s.client(proto))
		require.Nil(t, p.Certificate, "a certificate is asked for and not required")
	}
}

func TestTheNormalListenerAsksForNoCertificate(t *testing.T) {
	s := overTLS(t, Config{}, func(l *Listener) { l.TLS = TLSConfig(l.TLS.GetCertificate, false) })
	cert := servertest.NewAuthority(t, "clients", time.Now()).Issue("client", nil)
	for _, proto := range protocols {
		c := s.client(proto)
		asked := false
		c.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &cert, nil
		}
		status, p, _ := s.get(c)
		require.Equal(t, http.StatusOK, status)
		require.False(t, asked)
		require.Nil(t, p.Certificate)
	}
}

func TestAResumedSessionHasTheCertificateOfItsOwnClient(t *testing.T) {
	s := overTLS(t, Config{}, nil)
	authority := servertest.NewAuthority(t, "clients", time.Now()).Intermediate("a")
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		a, b := authority.Issue("a", nil), authority.Issue("b", nil)
		configs := map[string]*tls.Config{"a": tlsClient(s, version, a), "b": tlsClient(s, version, b), "none": tlsClient(s, version)}
		want := map[string][][]byte{"a": a.Certificate, "b": b.Certificate, "none": nil}
		for round := range 3 {
			for who, c := range configs {
				p, resumed := s.peerOnce(c)
				require.Equal(t, round > 0, resumed, "%s in round %d", who, round)
				require.Equal(t, want[who], certificates(p), "%s in round %d", who, round)
			}
		}
	}
}

// TestASessionIsResumedOnlyWhereItBegan: a session without a certificate from
// the normal listener says nothing at the one that asks, and the other way round.
func TestASessionIsResumedOnlyWhereItBegan(t *testing.T) {
	cert := servertest.NewAuthority(t, "clients", time.Now()).Issue("client", nil)
	asking := overTLS(t, Config{}, nil)
	normal := overTLS(t, Config{}, func(l *Listener) { l.TLS = TLSConfig(l.TLS.GetCertificate, false) })
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := tlsClient(asking, version, cert)
		c.InsecureSkipVerify = true // two servers, one cache of sessions
		for range 2 {
			p, _ := asking.peerOnce(c)
			require.Equal(t, cert.Certificate, certificates(p))
			p, resumed := normal.peerOnce(c)
			require.False(t, resumed)
			require.Nil(t, p.Certificate)
		}
	}
}

// tlsClient keeps sessions, as a client does that wants to resume them.
func tlsClient(s *secure, version uint16, certs ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: s.servers.Pool(), ServerName: "localhost", MinVersion: version, MaxVersion: version, Certificates: certs, ClientSessionCache: tls.NewLRUClientSessionCache(8)}
}

// peerOnce makes one request on a connection of its own.
func (s *secure) peerOnce(c *tls.Config) (Peer, bool) {
	s.t.Helper()
	conn, err := tls.Dial("tcp", s.addr, c)
	require.NoError(s.t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	require.NoError(s.t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, res.StatusCode)
	var p Peer
	require.NoError(s.t, json.NewDecoder(res.Body).Decode(&p))
	_, _ = io.Copy(io.Discard, conn) // TLS 1.3 sends its tickets when it likes
	return p, conn.ConnectionState().DidResume
}

func TestCertificatesBeyondMeasureAreRefused(t *testing.T) {
	seal := NewSeal(sealKey, time.Now)
	s := overTLS(t, Config{Seal: seal}, nil)
	authority := servertest.NewAuthority(t, "clients", time.Now())
	chained := func(n int) tls.Certificate {
		c := authority.Issue("client", nil)
		c.Certificate = append(c.Certificate, slices.Repeat([][]byte{authority.Issue("filler", nil).Certificate[0]}, n)...)
		return c
	}
	padded := func(bytes int) tls.Certificate {
		return authority.Issue("client", func(c *x509.Certificate) {
			c.DNSNames = slices.Repeat([]string{strings.Repeat("a", 60) + ".example"}, bytes/70)
		})
	}
	for _, proto := range protocols {
		for name, c := range map[string]struct {
			cert tls.Certificate
			want int
		}{
			"a chain of eight": {chained(8), http.StatusOK}, "a chain of nine": {chained(9), http.StatusBadRequest}, "a chain of a hundred": {chained(100), http.StatusBadRequest},
			"16 KiB": {padded(16 << 10), http.StatusOK}, "40 KiB": {padded(40 << 10), http.StatusBadRequest},
		} {
			client := s.client(proto, c.cert)
			for range 2 {
				status, p, _ := s.get(client)
				require.Equal(t, c.want, status, "%s over %s", name, proto)
				if status == http.StatusOK {
					require.Equal(t, c.cert.Certificate, certificates(p))
				}
			}
		}
	}
	// What the handshake itself refuses never becomes a request.
	conn, err := tls.Dial("tcp", s.addr, tlsClient(s, tls.VersionTLS12, chained(1000)))
	if err == nil {
		_ = conn.Close()
	}
	require.Error(t, err)
}

func TestAnIngressProvesItselfOverTLS(t *testing.T) {
	ingresses := servertest.NewAuthority(t, "ingresses", time.Now())
	clients := servertest.NewAuthority(t, "clients", time.Now())
	ingress, client := ingresses.Issue("ingress", named(ingressName)), clients.Issue("client", nil)
	i, err := NewIngress(IngressConfig{Roots: ingresses.Pool(), Names: []string{ingressName}, CertificateHeader: "client-cert", AddressHeader: AddressRealIP, Now: time.Now})
	require.NoError(t, err)
	s := overTLS(t, Config{Ingress: i}, func(l *Listener) { l.TLS.ClientCAs, l.IngressOnly = i.Roots(), true })
	headers := []string{"Client-Cert", sequence(client.Certificate[0]), "X-Real-IP", "203.0.113.7"}
	for _, proto := range protocols {
		c := s.client(proto, ingress)
		for range 3 {
			status, p, _ := s.get(c, headers...)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, client.Certificate[0], p.Certificate)
			require.Equal(t, "203.0.113.7", p.IP.String())
			// The same connection, and another client behind it.
			_, p, _ = s.get(c, "X-Real-IP", "203.0.113.8")
			require.Nil(t, p.Certificate)
			require.Equal(t, "203.0.113.8", p.IP.String())
			status, _, _ = s.get(c, "Client-Cert", "x")
			require.Equal(t, http.StatusBadRequest, status)
		}
		for name, stranger := range map[string]*http.Client{
			"nobody": s.client(proto), "a client": s.client(proto, client), "another name": s.client(proto, ingresses.Issue("x", named("x.example"))), "another authority": s.client(proto, clients.Issue("x", named(ingressName))),
		} {
			for range 2 {
				status, p, _ := s.get(stranger, headers...)
				require.Equal(t, http.StatusOK, status, name)
				require.Nil(t, p.Certificate, "%s speaks for nobody, not even for itself", name)
				require.Equal(t, "127.0.0.1", p.IP.String(), name)
			}
		}
	}
	// Programs that choose among certificates are told whose are wanted.
	var asked [][]byte
	c := tlsClient(s, tls.VersionTLS13)
	c.GetClientCertificate = func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked = r.AcceptableCAs
		return &tls.Certificate{}, nil
	}
	s.peerOnce(c)
	require.Len(t, asked, 1)
}

// TestTrailersSpeakForNobody: fields behind the body reach no handler as headers.
func TestTrailersSpeakForNobody(t *testing.T) {
	e := New(Config{Name: "test", Now: time.Now})
	e.POST("/x", func(c echo.Context) error {
		_, err := io.Copy(io.Discard, c.Request().Body)
		require.NoError(t, err)
		return c.JSON(http.StatusOK, c.Request().Header)
	})
	addr, stop := listening(t, Listener{}, Serving{Handler: e})
	defer func() { require.NoError(t, stop()) }()
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: Ssl-Client-Cert, Signet-Peer\r\n\r\n1\r\na\r\n0\r\nSsl-Client-Cert: x\r\nSignet-Peer: x\r\n\r\n")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	var h http.Header
	require.NoError(t, json.NewDecoder(res.Body).Decode(&h))
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.NotContains(t, h, "Ssl-Client-Cert")
	require.NotContains(t, h, HeaderPeer)
}
