package boot

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/signet-authz/signet/pkg/server"
)

// randomKey is a fresh peer key.
func randomKey() string {
	var key [minPeerKeyLen]byte
	_, _ = rand.Read(key[:]) // crypto/rand never fails: it aborts the program
	return base64.RawURLEncoding.EncodeToString(key[:])
}

// made reads the secret in the file, or makes it there. Of several programs
// that start at once with one data directory, one makes it and all read it: the
// file appears with its content, or not at all.
func made(path string, fresh func() string) (string, error) {
	if raw, err := os.ReadFile(path); err == nil {
		return strings.TrimSpace(string(raw)), nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("development secret: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("development secret: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return "", fmt.Errorf("development secret: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(fresh() + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("development secret: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("development secret: %w", err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("development secret: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// certificateRecheck is how often a certificate's files are looked at again:
// they are renewed in place, and nobody restarts a server for that.
const certificateRecheck = time.Minute

// certificate is a TLS key pair in two files.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	pair    *tls.Certificate
}

func loadCertificate(certFile, keyFile string, now func() time.Time) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, now: now}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return c, nil
}

// get is tls.Config.GetCertificate. A renewal that cannot be read leaves the
// old pair in use.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.pair != nil && now.Sub(c.looked) < certificateRecheck {
		return c.pair, nil
	}
	c.looked = now
	info, err := os.Stat(c.certFile)
	if err == nil && c.pair != nil && info.ModTime().Equal(c.changed) {
		return c.pair, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.pair, c.changed = &pair, info.ModTime()
		}
	}
	if c.pair == nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return c.pair, nil
}

// developmentCertificate makes a self-signed pair for loopback and the public
// host, for the listener that asks for client certificates.
func developmentCertificate(publicURL string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("development certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("development certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Signet development"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"},
	}
	for _, ip := range []string{"127.0.0.1", "::1"} {
		template.IPAddresses = append(template.IPAddresses, netip.MustParseAddr(ip).AsSlice())
	}
	if u, err := url.Parse(publicURL); err == nil && !loopbackHost(u.Hostname()) {
		template.DNSNames = append(template.DNSNames, u.Hostname())
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("development certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// loadRoots reads the authorities in a PEM file.
func loadRoots(path string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("authorities: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("authorities: %s holds no certificate in PEM", path)
	}
	return roots, nil
}

// PublicHosts are the values of Host that requests may carry. A loopback
// public URL stands for every loopback name, since developers use them all.
func (c Config) PublicHosts() []string {
	var hosts []string
	for _, origin := range []string{c.PublicURL, c.MTLSPublicURL} {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" {
			continue
		}
		if loopbackHost(u.Hostname()) {
			hosts = append(hosts, server.AnyLoopback)
			continue
		}
		hosts = append(hosts, u.Host)
		if _, port, err := net.SplitHostPort(c.MTLS.Listen); err == nil && origin == c.PublicURL {
			hosts = append(hosts, u.Hostname()+":"+port)
		}
	}
	return hosts
}

// Secure tells whether the public URL is https.
func (c Config) Secure() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// MTLSOrigin is the origin under which clients present certificates, empty
// where there is none.
func (c Config) MTLSOrigin() string {
	if c.MTLSPublicURL != "" {
		return c.MTLSPublicURL
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || c.MTLS.Listen == "" {
		return ""
	}
	port := c.MTLS.Listen[strings.LastIndexByte(c.MTLS.Listen, ':')+1:]
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return "https://" + host + ":" + port
}

func isSQLite(databaseURL string) bool {
	return !strings.HasPrefix(databaseURL, "postgres://") && !strings.HasPrefix(databaseURL, "postgresql://")
}
