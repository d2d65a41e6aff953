package clientauth

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Bounds of what a workspace believes.
const (
	maxAuthorities     = 20
	maxRevocationLists = 20
	// The workspaces whose settings are kept parsed, and the settings themselves.
	maxTrusted    = 10_000
	maxTrustBytes = 16 << 20
)

// authorities are those whose certificates a workspace believes, and what they
// have revoked.
type authorities struct {
	roots *x509.CertPool
	lists []*revocationList
	fault error // what makes them unusable; then nothing is believed
}

// trust keeps the authorities of workspaces in their parsed form: no request
// parses what has not changed.
type trust struct {
	mu    sync.Mutex
	kept  map[uuid.UUID]parsedTrust
	bytes int
}

type parsedTrust struct {
	version int64
	bytes   int
	*authorities
}

func newTrust() *trust { return &trust{kept: map[uuid.UUID]parsedTrust{}} }

// of returns the workspace's authorities.
func (t *trust) of(w tenancy.Workspace) *authorities {
	record := w.Record()
	t.mu.Lock()
	entry, found := t.kept[record.ID]
	t.mu.Unlock()
	if found && entry.version == record.Version {
		return entry.authorities
	}
	s := record.Settings
	entry = parsedTrust{record.Version, len(s.TLSClientAuthRootCAs) + len(s.TLSClientAuthCRLs), parseTrust(s.TLSClientAuthRootCAs, s.TLSClientAuthCRLs)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes += entry.bytes - t.kept[record.ID].bytes
	t.kept[record.ID] = entry
	for id, other := range t.kept {
		if t.bytes <= maxTrustBytes && len(t.kept) <= maxTrusted {
			break
		}
		if id != record.ID {
			t.bytes -= other.bytes
			delete(t.kept, id)
		}
	}
	return entry.authorities
}

func parseTrust(roots, lists string) *authorities {
	a := &authorities{roots: x509.NewCertPool()}
	if roots == "" {
		a.fault = errors.New("the workspace has no tls_client_auth_root_cas")
		return a
	}
	certs, err := parseAuthorities(roots)
	if err != nil {
		a.fault = fmt.Errorf("tls_client_auth_root_cas: %w", err)
		return a
	}
	for _, cert := range certs {
		a.roots.AddCert(cert)
	}
	if a.lists, err = parseRevocationLists(lists); err != nil {
		a.fault = fmt.Errorf("tls_client_auth_crls: %w", err)
	}
	return a
}

// CheckAuthorities tells what is wrong with the certificates of authorities that
// a workspace is to believe from now on, in words for whoever sets them.
func CheckAuthorities(text string, now time.Time) error {
	certs, err := parseAuthorities(text)
	if err != nil {
		return err
	}
	for i, cert := range certs {
		if now.After(cert.NotAfter) {
			return fmt.Errorf("%s (%s) has expired on %s", ordinal("certificate", i), strings.Join(subject(cert), ""), cert.NotAfter.UTC().Format(time.DateOnly))
		}
	}
	return nil
}

func parseAuthorities(text string) ([]*x509.Certificate, error) {
	blocks, err := pemBlocks(text, "CERTIFICATE", maxAuthorities)
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for i, der := range blocks {
		cert, err := parseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ordinal("certificate", i), err)
		}
		name := fmt.Sprintf("%s (%s)", ordinal("certificate", i), strings.Join(subject(cert), ""))
		switch {
		case !cert.BasicConstraintsValid || !cert.IsCA:
			return nil, errors.New(name + " is not of an authority: its basic constraints do not say CA:TRUE")
		case cert.KeyUsage != 0 && cert.KeyUsage&x509.KeyUsageCertSign == 0:
			return nil, errors.New(name + " may not sign certificates, by its key usage")
		case len(cert.UnhandledCriticalExtensions) > 0:
			return nil, errors.New(name + " has a critical extension that is not understood: " + cert.UnhandledCriticalExtensions[0].String())
		}
		out = append(out, cert)
	}
	return out, nil
}

// pemBlocks reads blocks of one kind and nothing else (RFC 7468). The decoder
// passes over blocks that are malformed; here each that begins must be read.
func pemBlocks(text, kind string, most int) ([][]byte, error) {
	begun := strings.Count(text, "-----BEGIN ")
	if begun == 0 {
		return nil, errors.New("this is not PEM: no line begins with -----BEGIN " + kind + "-----")
	}
	if begun > most {
		return nil, fmt.Errorf("there are %d blocks, and %d are the most", begun, most)
	}
	var out [][]byte
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != kind {
			return nil, errors.New("a block is not a " + kind + ", but a " + block.Type)
		}
		out = append(out, block.Bytes)
	}
	if len(out) != begun || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New("a block of the PEM is malformed or not ended")
	}
	return out, nil
}
