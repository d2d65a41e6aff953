package boot

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/tenancy"
)

func (c Config) checkEgress(f *faults) {
	_, errs := c.egress()
	for _, err := range errs {
		f.when(true, "%v", err)
	}
}

// egress reads the exceptions that the operator made, and all that is wrong with
// them.
func (c Config) egress() (egress.Config, []error) {
	var (
		e    egress.Config
		errs []error
	)
	for i, entry := range c.Egress.Allow {
		allow, err := egress.ParseAllow(entry)
		if err != nil {
			errs = append(errs, fmt.Errorf("egress.allow[%d]: %w", i, err))
			continue
		}
		e.Allow = append(e.Allow, allow)
	}
	var err error
	if e.Roots, err = furtherRoots(c.Egress.CAFile); err != nil {
		errs = append(errs, fmt.Errorf("egress.ca_file: %w", err))
	}
	return e, errs
}

// furtherRoots reads the authorities that are trusted beside the system's; none
// where no file is named.
func furtherRoots(path string) ([]*x509.Certificate, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return egress.ParseRoots(file)
}

// Roots are the authorities of the mail server's certificate; nil where the
// system's suffice.
func (m Mail) Roots() (*x509.CertPool, error) {
	further, err := furtherRoots(m.CAFile)
	if err != nil || len(further) == 0 {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("the system's roots: %w", err)
	}
	for _, c := range further {
		pool.AddCert(c)
	}
	return pool, nil
}

// openEgress opens the way out, and says aloud where it is wider than it need be.
func (p *Platform) openEgress(context.Context) error {
	config, errs := p.Config.egress()
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if e := p.Config.Egress; len(e.Allow) > 0 || e.CAFile != "" {
		p.Logger.Warn("outgoing fetches are excepted from the rules", slog.Any("allow", e.Allow), slog.String("ca_file", e.CAFile))
	}
	fetches := p.Metrics.Counter("signet_egress_fetches_total", "Outgoing fetches of documents.", "purpose", "result")
	config.Count = func(purpose egress.Purpose, result egress.Result) { fetches.Add(string(purpose), string(result)) }
	config.Logger = p.Logger
	var err error
	if p.Egress, err = egress.New(config); err != nil {
		return fmt.Errorf("egress: %w", err)
	}
	p.closers = append(p.closers, func(context.Context) error {
		p.Egress.Close()
		return nil
	})
	return nil
}

// keysRefused tells a workspace that a client of its would have us fetch from
// within.
func (p *Platform) keysRefused(w tenancy.Workspace, clientID, reason string) {
	p.Audit.Record(domain.AuditEvent{
		WorkspaceID: w.ID(), ActorKind: "system", Action: "client.jwks_refused", TargetKind: "client", TargetID: clientID, Outcome: "failure",
		Detail: map[string]string{"reason": reason},
	})
}
