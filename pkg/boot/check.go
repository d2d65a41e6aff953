package boot

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/server"
)

// Programs with rules of their own.
const (
	Standalone      = "standalone"
	GatewayName     = "gateway"
	TenantAdminName = "tenant-admin"
	minPeerKeyLen   = 32
)

// Check says everything that keeps the program of that name from running with
// this configuration, as a *FaultsError.
func (c Config) Check(name string) error {
	f := &faults{}
	f.origin("public_url", c.PublicURL, true)
	f.origin("mtls_public_url", c.MTLSPublicURL, false)
	f.origin("internal_url", c.InternalURL, false)
	f.oneOf("env", c.Env, Development, Production)
	f.oneOf("registration.mode", c.Registration.Mode, RegistrationOpen, RegistrationVerifyEmail, RegistrationInvite, RegistrationClosed)
	f.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	f.oneOf("log.format", c.Log.Format, "json", "text")
	f.oneOf("log.access", c.Log.Access, "all", "errors", "off")
	f.address("listen", c.Listen, true)
	f.address("mtls.listen", c.MTLS.Listen, false)
	f.address("metrics.listen", c.Metrics.Listen, false)
	c.checkURLs(f)
	c.checkIngress(f)
	c.checkMail(f, name)
	c.checkNumbers(f)
	c.checkSecrets(f, name)
	if name == GatewayName {
		f.origin("gateway.upstreams.token", c.Gateway.Upstreams.Token, true)
		f.origin("gateway.upstreams.authorization", c.Gateway.Upstreams.Authorization, true)
		f.origin("gateway.upstreams.tenant_admin", c.Gateway.Upstreams.TenantAdmin, true)
	} else {
		c.checkStores(f, name)
		c.checkEgress(f)
	}
	if len(f.list) > 0 {
		return &FaultsError{Faults: f.list}
	}
	return nil
}

func (c Config) checkURLs(f *faults) {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return
	}
	local := loopbackHost(u.Hostname())
	f.when(u.Scheme == "http" && !local, "public_url: http is for loopback hosts only; use https")
	f.when(c.Demo && !local, "demo: only with a loopback public_url")
	f.when((c.TLS.Cert == "") != (c.TLS.Key == ""), "tls: set both cert and key, or neither")
	f.when(c.TLS.Cert != "" && u.Scheme != "https", "tls: the listener speaks TLS, so public_url must be https")
	f.when(c.MTLS.Listen != "" && c.TLS.Cert == "" && c.IsProduction(), "mtls.listen: production needs tls.cert and tls.key")
	m, err := url.Parse(c.MTLSPublicURL)
	f.when(err == nil && c.MTLSPublicURL != "" && m.Scheme != "https", "mtls_public_url: must be https")
	f.when(c.Metrics.Listen != "" && c.Metrics.Listen == c.Listen && !strings.HasSuffix(c.Listen, ":0"), "metrics.listen: must differ from listen")
}

func (c Config) checkIngress(f *faults) {
	i := c.Ingress
	if i.CAFile == "" {
		f.when(len(i.Names) > 0 || i.ClientCertificateHeader != "" || i.ClientAddressHeader != "", "ingress.ca_file: required with the other settings of ingress; without it no ingress can prove itself")
	} else {
		_, err := loadRoots(i.CAFile)
		f.when(err != nil, "ingress.ca_file: %v", err)
		f.when(len(i.Names) == 0, "ingress.names: required with ingress.ca_file; name the ingress by its certificate's DNS names or URIs")
		f.when(c.TLS.Cert == "" && c.IsProduction(), "ingress.ca_file: production needs tls.cert and tls.key, since an ingress proves itself over TLS")
		f.when(!c.Secure(), "ingress.ca_file: the listener speaks TLS, so public_url must be https")
	}
	for _, name := range i.Names {
		f.when(name == "" || strings.ContainsAny(name, "* "), "ingress.names: %q is not a name; names are compared exactly, without wildcards", name)
	}
	if i.ClientCertificateHeader != "" {
		f.oneOf("ingress.client_certificate_header", i.ClientCertificateHeader, server.CertificateHeaders()...)
	}
	if i.ClientAddressHeader != "" {
		f.oneOf("ingress.client_address_header", i.ClientAddressHeader, server.AddressForwardedFor, server.AddressRealIP)
	}
}

func (c Config) checkMail(f *faults, name string) {
	sends := name == Standalone || name == TenantAdminName
	f.when(sends && c.Registration.Mode == RegistrationVerifyEmail && c.Mail.URL == "", "mail.url: required with the registration mode verify_email")
	if c.Mail.URL == "" {
		f.when(c.Mail.From != "", "mail.from: set mail.url too")
		f.when(c.Mail.CAFile != "", "mail.ca_file: set mail.url too")
		return
	}
	u, err := url.Parse(c.Mail.URL)
	f.when(err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "",
		"mail.url: must read smtp://user:password@host:587 or smtps://user:password@host:465")
	_, err = mail.ParseAddress(c.Mail.From)
	f.when(err != nil, "mail.from: required with mail.url; the address that messages come from")
	_, err = c.Mail.Roots()
	f.when(err != nil, "mail.ca_file: %v", err)
}

func (c Config) checkNumbers(f *faults) {
	f.within("database.max_conns", c.Database.MaxConns, 1, 1000)
	f.within("registration.per_source", c.Registration.PerSource, 1, 1_000_000)
	f.when(c.Registration.Per <= 0, "registration.per: must be positive")
	f.when(c.Drain < 0 || c.Drain.Minutes() > 5, "drain: must lie between 0s and 5m")
	f.within("password.memory_kib", c.Password.MemoryKiB, 8, 4<<20)
	f.within("password.iterations", c.Password.Iterations, 1, 100)
	f.within("password.parallelism", c.Password.Parallelism, 1, 64)
	f.within("password.max_concurrent", c.Password.MaxConcurrent, 0, 1024)
	f.within("password.max_queued", c.Password.MaxQueued, 0, 100_000)
	f.when(c.IsProduction() && c.Password.MemoryKiB*c.Password.Iterations < 2*(19<<10), "password: weaker than 19 MiB with 2 iterations; production refuses that")
	f.within("limits.in_flight", c.Limits.InFlight, 1, 1_000_000)
	f.within("limits.connections", c.Limits.Connections, 0, 10_000_000)
	f.within("limits.connections_per_source", c.Limits.ConnectionsPerSource, 0, 10_000_000)
	f.within("limits.body_bytes", c.Limits.BodyBytes, 1<<10, 16<<20)
	f.within("caches.workspaces", c.Caches.Workspaces, 16, 1_000_000)
	f.within("traces.per_workspace", c.Traces.PerWorkspace, 1, 1_000_000)
	f.within("traces.sample_success", c.Traces.SampleSuccess, 0, 1_000_000_000)
	f.within("traces.queue", c.Traces.Queue, 1, 1_000_000)
	f.when(c.Traces.TTL <= 0, "traces.ttl: must be positive")
}

func (c Config) checkSecrets(f *faults, name string) {
	if c.Peer.Key != "" {
		_, err := decodePeerKey(c.Peer.Key)
		f.when(err != nil, "peer.key: %v", err)
	}
	f.when(c.Peer.Key == "" && c.IsProduction() && name != Standalone, "peer.key: required in production, the same in every program")
	f.when(len(c.Keys.Root) == 0 && c.IsProduction() && name != GatewayName, "keys.root: required in production; keep it safe, what it protects is lost without it")
	for i, value := range c.Keys.Root {
		if err := checkRootKey(value); err != nil {
			f.when(true, "keys.root[%d]: %v", i, err)
		}
	}
	f.when(c.Data == "" && !c.IsProduction() && (len(c.Keys.Root) == 0 || c.Peer.Key == "" || c.Database.URL == ""), "data: development needs a directory for what it makes")
}

func (c Config) checkDatabase(f *faults) {
	u, err := url.Parse(c.Database.URL)
	switch {
	case err != nil:
		f.when(true, "database.url: not a URL")
	case c.Database.URL == "":
		f.when(c.IsProduction(), "database.url: required in production")
	case u.Scheme == "sqlite":
		f.when(c.IsProduction(), "database.url: production needs Postgres")
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		f.when(true, "database.url: must begin with postgres:// or sqlite:")
	}
}

func (c Config) checkStores(f *faults, name string) {
	c.checkDatabase(f)
	scheme, _, found := strings.Cut(c.Redis.URL, "://")
	switch {
	case c.Redis.URL == "" || c.Redis.URL == kv.InProcessURL:
		f.when(c.IsProduction(), "redis.url: required in production")
		f.when(!c.IsProduction() && name != Standalone, "redis.url: required, since this program shares Redis with others; only standalone keeps it in memory")
	case !found || !slices.Contains([]string{"redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"}, scheme):
		f.when(true, "redis.url: must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://")
	}
}

type faults struct{ list []string }

func (f *faults) when(bad bool, format string, args ...any) {
	if bad {
		f.list = append(f.list, fmt.Sprintf(format, args...))
	}
}

func (f *faults) oneOf(key, value string, allowed ...string) {
	f.when(!slices.Contains(allowed, value), "%s: must be one of %s", key, strings.Join(allowed, ", "))
}

func (f *faults) within(key string, value, low, high int) {
	f.when(value < low || value > high, "%s: must lie between %d and %d", key, low, high)
}

// origin wants a scheme and a host, nothing else.
func (f *faults) origin(key, value string, required bool) {
	if value == "" {
		f.when(required, "%s: required", key)
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		f.when(true, "%s: must be an origin such as https://auth.example.com", key)
		return
	}
	f.when(u.Host != strings.ToLower(u.Host), "%s: write the host in lower case", key)
}

func (f *faults) address(key, value string, required bool) {
	if value == "" {
		f.when(required, "%s: required", key)
		return
	}
	_, _, err := net.SplitHostPort(value)
	f.when(err != nil, "%s: must be HOST:PORT or :PORT", key)
}

func decodePeerKey(value string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil || len(raw) < minPeerKeyLen {
		return nil, errors.New("must be at least 32 bytes in base64url")
	}
	if weak(raw) {
		return nil, errors.New("is not random")
	}
	return raw, nil
}

// checkRootKey refuses what nobody drew at random; its form is package keys'
// to judge.
func checkRootKey(value string) error {
	_, encoded, found := strings.Cut(value, ":")
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if !found || err != nil || len(raw) != 32 {
		return errors.New(`must be "vN:" and 32 bytes in base64url`)
	}
	if weak(raw) {
		return errors.New("is not random")
	}
	return nil
}

// weak finds keys of a few repeated or only printable bytes: placeholders and
// pass phrases. 32 random bytes are neither, save once in ages.
func weak(raw []byte) bool {
	distinct := map[byte]bool{}
	printable := true
	for _, b := range raw {
		distinct[b] = true
		printable = printable && b >= 0x20 && b < 0x7F
	}
	return len(distinct) < 12 || printable
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
