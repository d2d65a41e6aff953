package boot

import (
	"time"
)

//go:generate go run ./internal/settings

// The values of Config.Env.
const (
	Development = "development"
	Production  = "production"
)

// The values of Registration.Mode.
const (
	RegistrationOpen        = "open"         // anyone may register a tenant
	RegistrationVerifyEmail = "verify_email" // anyone, but it works once the owner's address is verified
	RegistrationInvite      = "invite"       // by invitation only
	RegistrationClosed      = "closed"       // nobody
)

// Config is everything that an operator may set. A key is the path of its
// koanf names: database.max_conns in the file, SIGNET_DATABASE__MAX_CONNS in
// the environment, --set database.max_conns=20 on the command line. Durations
// are written as "5s", "10m".
type Config struct {
	// Env is development or production. Empty means production, unless
	// PublicURL names a loopback host.
	Env string `koanf:"env"`
	// PublicURL is the origin under which browsers and clients reach the
	// service, without a path. http is for loopback hosts only.
	PublicURL string `koanf:"public_url"`
	// MTLSPublicURL is the origin at which clients are asked for certificates,
	// by the second listener or by an ingress; by default, where there is that
	// listener, https at the public host and its port.
	MTLSPublicURL string `koanf:"mtls_public_url"`
	// InternalURL is where programs reach the gateway from within, for the
	// console's own OpenID Connect back channel; by default PublicURL.
	InternalURL string `koanf:"internal_url"`
	// Listen is the address of the first listener. PORT alone sets its port.
	Listen string `koanf:"listen"`
	// Data is the directory for what development makes: keys, the database.
	Data string `koanf:"data"`
	// Drain is how long requests are still taken after readiness has gone.
	Drain time.Duration `koanf:"drain"`
	// Demo fills an empty standalone with a tenant to try things on. Loopback
	// only.
	Demo bool `koanf:"demo"`

	Database     Database     `koanf:"database"`
	Redis        Redis        `koanf:"redis"`
	Keys         Keys         `koanf:"keys"`
	Peer         PeerConfig   `koanf:"peer"`
	TLS          TLS          `koanf:"tls"`
	MTLS         MTLS         `koanf:"mtls"`
	Ingress      Ingress      `koanf:"ingress"`
	Registration Registration `koanf:"registration"`
	Mail         Mail         `koanf:"mail"`
	Password     Password     `koanf:"password"`
	Log          Log          `koanf:"log"`
	Metrics      MetricsConf  `koanf:"metrics"`
	Limits       Limits       `koanf:"limits"`
	Caches       Caches       `koanf:"caches"`
	Traces       Traces       `koanf:"traces"`
	Egress       Egress       `koanf:"egress"`
	Gateway      Gateway      `koanf:"gateway"`
}

// Database is the SQL database.
type Database struct {
	// URL is postgres://… or sqlite:PATH; also DATABASE_URL. Development
	// without one keeps a SQLite file in the data directory.
	URL string `koanf:"url"`
	// MaxConns bounds the connections of this process.
	MaxConns int `koanf:"max_conns"`
	// Role is the role that the process takes after it has connected, one
	// without ownership of the tables and without BYPASSRLS; empty: the one of
	// the URL.
	Role string `koanf:"role"`
}

// Redis holds codes, transactions, replay keys and limits.
type Redis struct {
	// URL is redis://, rediss://, redis+sentinel:// or redis+cluster://, hosts
	// separated by commas; also REDIS_URL. Standalone in development without
	// one, or with "memory:", keeps all of it in the process.
	URL string `koanf:"url"`
}

// Keys protect what is kept.
type Keys struct {
	// Root are the versioned root secrets, each "vN:" and 32 bytes in
	// base64url. The first is used for what is new, all open what is old.
	Root []string `koanf:"root"`
}

// PeerConfig is the trust between the gateway and the services.
type PeerConfig struct {
	// Key is the secret of the Signet-Peer seal, 32 bytes in base64url, the
	// same in every program. Standalone makes one at each start.
	Key string `koanf:"key"`
}

// TLS is the certificate with which the first listener speaks TLS.
type TLS struct {
	Cert string `koanf:"cert"` // PEM file with the certificate and its chain
	Key  string `koanf:"key"`  // PEM file with the private key
}

// MTLS is the second listener, which asks for client certificates. It uses the
// certificate of TLS, or in development one made at the start.
type MTLS struct {
	// Listen is its address; empty: there is none.
	Listen string `koanf:"listen"`
}

// Ingress is the proxy that ends TLS in front of this program, and how it is
// believed (docs/ingress.md). With it the first listener speaks TLS and asks for
// a client certificate, with which the ingress proves itself.
type Ingress struct {
	// CAFile is a PEM file with the authorities of that certificate.
	CAFile string `koanf:"ca_file"`
	// Names are DNS names and URIs of which that certificate bears one; needed
	// with CAFile.
	Names []string `koanf:"names"`
	// ClientCertificateHeader is the form in which the client's certificate is
	// passed on: client-cert (RFC 9440), nginx, envoy, traefik, haproxy or
	// aws-alb; empty: it is not.
	ClientCertificateHeader string `koanf:"client_certificate_header"`
	// ClientAddressHeader names the client's address: x-forwarded-for, of which
	// the last entry counts, or x-real-ip; empty: nothing does.
	ClientAddressHeader string `koanf:"client_address_header"`
}

// Registration is how tenants come to be.
type Registration struct {
	// Mode is open, verify_email (a tenant works once its owner's address is
	// verified), invite or closed.
	Mode string `koanf:"mode"`
	// PerSource is how many registrations one address may make in that time.
	PerSource int           `koanf:"per_source"`
	Per       time.Duration `koanf:"per"` // the time in which registrations are counted
}

// Mail is the operator's mail server. Without one, no mail is sent.
type Mail struct {
	// URL is smtp://user:password@host:587, where the server must offer STARTTLS
	// unless it is on this machine, or smtps://user:password@host:465.
	URL string `koanf:"url"`
	// From is the address that messages come from, with or without a name.
	From string `koanf:"from"`
	// CAFile is a PEM file with further roots for the server's certificate.
	CAFile string `koanf:"ca_file"`
}

// Password is the cost of argon2id.
type Password struct {
	MemoryKiB     int `koanf:"memory_kib"`     // memory of one hash
	Iterations    int `koanf:"iterations"`     // passes over that memory
	Parallelism   int `koanf:"parallelism"`    // threads of one hash
	MaxConcurrent int `koanf:"max_concurrent"` // hashes at once; 0: half the processors
	MaxQueued     int `koanf:"max_queued"`     // hashes that may wait; beyond that 503
}

// Log is what is written to standard error.
type Log struct {
	Level  string `koanf:"level"`  // debug, info, warn or error
	Format string `koanf:"format"` // json or text
	Access string `koanf:"access"` // all, errors (status 400 and above) or off
}

// MetricsConf is the listener for /metrics and /debug/pprof/.
type MetricsConf struct {
	// Listen is its address; empty: none. It must not be reachable from outside.
	Listen string `koanf:"listen"`
}

// Limits bound what callers can hold.
type Limits struct {
	InFlight             int `koanf:"in_flight"`              // requests handled at once
	Connections          int `koanf:"connections"`            // connections of the first listener; 0: no bound
	ConnectionsPerSource int `koanf:"connections_per_source"` // connections from one address; 0: no bound, as behind a load balancer
	BodyBytes            int `koanf:"body_bytes"`             // the body of one request
}

// Caches bound what is kept in the process.
type Caches struct {
	// Workspaces is how many of them are kept with their keys, scopes and
	// services; of clients eight times as many.
	Workspaces int `koanf:"workspaces"`
}

// Traces are the explanations of requests.
type Traces struct {
	TTL           time.Duration `koanf:"ttl"`            // how long they are kept
	PerWorkspace  int           `koanf:"per_workspace"`  // how many of one workspace are kept
	SampleSuccess int           `koanf:"sample_success"` // one in so many successes; 0: none
	Queue         int           `koanf:"queue"`          // how many may wait to be written; more are lost
}

// Egress is what outgoing fetches may reach beyond public addresses.
type Egress struct {
	Allow  []string `koanf:"allow"`   // host:port and CIDR that may be reached though they are not public
	CAFile string   `koanf:"ca_file"` // PEM file with further roots
}

// Gateway is where the gateway forwards to. Only the gateway reads it.
type Gateway struct {
	Upstreams Upstreams `koanf:"upstreams"`
}

// Upstreams are origins such as http://token:8080.
type Upstreams struct {
	Token         string `koanf:"token"`         // of the token service
	Authorization string `koanf:"authorization"` // of the authorization service
	TenantAdmin   string `koanf:"tenant_admin"`  // of the tenant-admin service
}

// Defaults is the configuration where nothing is set.
func Defaults() Config {
	return Config{
		PublicURL:    "http://localhost:8080",
		Listen:       ":8080",
		Data:         "data",
		Drain:        5 * time.Second,
		Database:     Database{MaxConns: 20},
		Registration: Registration{Mode: RegistrationOpen, PerSource: 20, Per: time.Hour},
		Password:     Password{MemoryKiB: 19 << 10, Iterations: 2, Parallelism: 1, MaxQueued: 64},
		Log:          Log{Level: "info", Format: "json", Access: "errors"},
		Limits:       Limits{InFlight: 1024, Connections: 20000, ConnectionsPerSource: 2048, BodyBytes: 64 << 10},
		Caches:       Caches{Workspaces: 12288},
		Traces:       Traces{TTL: 72 * time.Hour, PerWorkspace: 1000, SampleSuccess: 100, Queue: 4096},
	}
}

// secretKeys are never printed, and may be read from the file that the
// variable with the suffix _FILE names.
var secretKeys = []string{"database.url", "redis.url", "mail.url", "keys.root", "peer.key"}

// IsProduction tells whether production's rules hold.
func (c Config) IsProduction() bool { return c.Env == Production }
