package boot

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	goodKey  = "8J2fp1wQ0a9mXr3yTzB5uVnK7cLh4eGdSxOiRjQwE0s"
	goodRoot = "v1:8J2fp1wQ0a9mXr3yTzB5uVnK7cLh4eGdSxOiRjQwE0s"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func faultsOf(t *testing.T, err error) string {
	t.Helper()
	var f *FaultsError
	require.ErrorAs(t, err, &f)
	return strings.Join(f.Faults, "\n")
}

func TestLaterSourcesWin(t *testing.T) {
	path := write(t, "c.yaml", "listen: ':1'\ndrain: 7s\ndatabase:\n  max_conns: 3\nkeys:\n  root: ['v2:a', 'v1:b']\nredis:\n")
	cfg, err := Load(Source{
		File:    path,
		Environ: []string{"PORT=2", "SIGNET_DATABASE__MAX_CONNS=4", "DATABASE_URL=postgres://bare", "SIGNET_DATABASE__URL=postgres://ours", "REDIS_URL=redis://bare", "HOME=/"},
		Set:     map[string]string{"listen": ":3"},
	})
	require.NoError(t, err)
	require.Equal(t, ":3", cfg.Listen)
	require.Equal(t, 7*time.Second, cfg.Drain)
	require.Equal(t, 4, cfg.Database.MaxConns)
	require.Equal(t, "postgres://ours", cfg.Database.URL)
	require.Equal(t, "redis://bare", cfg.Redis.URL)
	require.Equal(t, []string{"v2:a", "v1:b"}, cfg.Keys.Root)
	require.Equal(t, Defaults().Limits, cfg.Limits)

	cfg, err = Load(Source{Environ: []string{"PORT=2"}})
	require.NoError(t, err)
	require.Equal(t, ":2", cfg.Listen)
}

func TestListsInTheEnvironmentAreSeparatedByCommasOrLines(t *testing.T) {
	for _, value := range []string{"v2:a,v1:b", "v2:a\nv1:b\n", " v2:a , v1:b"} {
		cfg, err := Load(Source{Environ: []string{"SIGNET_KEYS__ROOT=" + value}})
		require.NoError(t, err)
		require.Equal(t, []string{"v2:a", "v1:b"}, cfg.Keys.Root)
	}
}

func TestSecretsMayComeFromFiles(t *testing.T) {
	cfg, err := Load(Source{Environ: []string{
		"SIGNET_KEYS__ROOT_FILE=" + write(t, "root", "v2:a\nv1:b\n"), "DATABASE_URL_FILE=" + write(t, "db", "postgres://file\n"), "SIGNET_PEER__KEY_FILE=" + write(t, "peer", goodKey),
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"v2:a", "v1:b"}, cfg.Keys.Root)
	require.Equal(t, "postgres://file", cfg.Database.URL)
	require.Equal(t, goodKey, cfg.Peer.Key)
	_, err = Load(Source{Environ: []string{"SIGNET_PEER__KEY_FILE=/nowhere/at/all"}})
	require.Contains(t, faultsOf(t, err), "SIGNET_PEER__KEY_FILE")
}

func TestUnknownSettingsAreFaultsWhereverTheyStand(t *testing.T) {
	_, err := Load(Source{
		File:    write(t, "c.yaml", "listn: ':1'\ndatabase:\n  maxconns: 3\n"),
		Environ: []string{"SIGNET_LISTN=:1", "SIGNET_LISTEN_FILE=/x", "SIGNET_DATABASE_URL=x"},
		Set:     map[string]string{"nothing": "x"},
	})
	all := faultsOf(t, err)
	for _, want := range []string{`"listn"`, `"database.maxconns"`, "SIGNET_LISTN", "SIGNET_LISTEN_FILE", "SIGNET_DATABASE_URL", `"nothing"`} {
		require.Contains(t, all, want)
	}
}

func TestVariablesThatKubernetesAddsAreNoSettings(t *testing.T) {
	_, err := Load(Source{Environ: []string{
		"SIGNET_TOKEN_SERVICE_HOST=10.0.0.1", "SIGNET_TOKEN_SERVICE_PORT=80", "SIGNET_TOKEN_SERVICE_PORT_HTTP=80", "SIGNET_TOKEN_PORT=tcp://10.0.0.1:80",
		"SIGNET_TENANT_ADMIN_PORT_80_TCP=tcp://10.0.0.1:80", "SIGNET_TENANT_ADMIN_PORT_80_TCP_ADDR=10.0.0.1", "SIGNET_TENANT_ADMIN_PORT_80_TCP_PROTO=tcp",
	}})
	require.NoError(t, err)
}

func TestValuesOfTheWrongTypeAreFaults(t *testing.T) {
	for _, env := range []string{"SIGNET_DRAIN=soon", "SIGNET_DATABASE__MAX_CONNS=many", "SIGNET_DEMO=perhaps"} {
		_, err := Load(Source{Environ: []string{env}})
		require.Contains(t, faultsOf(t, err), "wrong type", env)
	}
	_, err := Load(Source{File: "/nowhere/at/all"})
	require.ErrorContains(t, err, "/nowhere/at/all")
	_, err = Load(Source{File: write(t, "bad.yaml", "a: [")})
	require.Error(t, err)
}

func TestTheEnvironmentFollowsFromThePublicURL(t *testing.T) {
	for origin, want := range map[string]string{"http://localhost:8080": Development, "http://127.0.0.1": Development, "http://[::1]:1": Development, "https://auth.example": Production} {
		cfg, err := Load(Source{Set: map[string]string{"public_url": origin}})
		require.NoError(t, err)
		require.Equal(t, want, cfg.Env, origin)
	}
}

func TestDefaultsRunStandaloneInDevelopment(t *testing.T) {
	cfg, err := Load(Source{})
	require.NoError(t, err)
	require.NoError(t, cfg.Check(Standalone))
}

func production() Config {
	c := Defaults()
	c.Env, c.PublicURL = Production, "https://auth.example"
	c.Database.URL, c.Redis.URL = "postgres://db/signet", "rediss://redis:6379"
	c.Keys.Root, c.Peer.Key = []string{goodRoot}, goodKey
	c.Gateway.Upstreams = Upstreams{"http://token:8080", "http://authorization:8080", "http://tenant-admin:8080"}
	return c
}

func TestAWholeProductionConfigurationPasses(t *testing.T) {
	for _, name := range []string{Standalone, GatewayName, "token", "authorization", "tenant-admin"} {
		require.NoError(t, production().Check(name), name)
	}
	gateway := production()
	gateway.Database, gateway.Redis, gateway.Keys = Database{MaxConns: 1}, Redis{}, Keys{}
	require.NoError(t, gateway.Check(GatewayName), "the gateway has no stores")
}

func TestFaultsAreFoundAndAllAreListed(t *testing.T) {
	cases := []struct {
		name, want string
		change     func(*Config)
	}{
		{"plain http outside", "http is for loopback hosts only", func(c *Config) { c.PublicURL = "http://auth.example" }},
		{"path in the origin", "public_url: must be an origin", func(c *Config) { c.PublicURL = "https://auth.example/x" }},
		{"user in the origin", "public_url: must be an origin", func(c *Config) { c.PublicURL = "https://u@auth.example" }},
		{"upper case", "lower case", func(c *Config) { c.PublicURL = "https://Auth.example" }},
		{"no root", "keys.root: required", func(c *Config) { c.Keys.Root = nil }},
		{"short root", "keys.root[0]", func(c *Config) { c.Keys.Root = []string{"v1:abcd"} }},
		{"zero root", "is not random", func(c *Config) {
			c.Keys.Root = []string{"v1:" + base64.RawURLEncoding.EncodeToString(make([]byte, 32))}
		}},
		{"pass phrase root", "is not random", func(c *Config) {
			c.Keys.Root = []string{"v1:" + base64.RawURLEncoding.EncodeToString([]byte("correct horse battery staple 123"))}
		}},
		{"no peer key", "peer.key: required", func(c *Config) { c.Peer.Key = "" }},
		{"short peer key", "peer.key: must be at least 32 bytes", func(c *Config) { c.Peer.Key = "abcd" }},
		{"no database", "database.url: required", func(c *Config) { c.Database.URL = "" }},
		{"sqlite", "production needs Postgres", func(c *Config) { c.Database.URL = "sqlite:/x.db" }},
		{"mysql", "must begin with postgres://", func(c *Config) { c.Database.URL = "mysql://x" }},
		{"no redis", "redis.url: required", func(c *Config) { c.Redis.URL = "" }},
		{"redis in the process", "redis.url: required", func(c *Config) { c.Redis.URL = "memory:" }},
		{"memcached", "redis.url: must begin with", func(c *Config) { c.Redis.URL = "memcached://x" }},
		{"demo outside", "demo: only with a loopback", func(c *Config) { c.Demo = true }},
		{"half a certificate", "tls: set both", func(c *Config) { c.TLS.Cert = "x" }},
		{"made certificate", "mtls.listen: production needs", func(c *Config) { c.MTLS.Listen = ":8443" }},
		{"mode", "registration.mode", func(c *Config) { c.Registration.Mode = "anything" }},
		{"mail server", "mail.url: must read smtp://", func(c *Config) { c.Mail = Mail{URL: "http://mail.example", From: "signet@auth.example"} }},
		{"mail sender", "mail.from: required with mail.url", func(c *Config) { c.Mail.URL = "smtp://mail.example" }},
		{"mail authority", "mail.ca_file: open /nowhere", func(c *Config) { c.Mail = Mail{URL: "smtps://mail.example", From: "a@b.example", CAFile: "/nowhere"} }},
		{"mail authority alone", "mail.ca_file: set mail.url too", func(c *Config) { c.Mail.CAFile = "/nowhere" }},
		{"sender alone", "mail.from: set mail.url too", func(c *Config) { c.Mail.From = "signet@auth.example" }},
		{"level", "log.level", func(c *Config) { c.Log.Level = "loud" }},
		{"listen", "listen: must be HOST:PORT", func(c *Config) { c.Listen = "8080" }},
		{"metrics outside", "metrics.listen: must differ", func(c *Config) { c.Metrics.Listen = c.Listen }},
		{"weak passwords", "password: weaker", func(c *Config) { c.Password.MemoryKiB = 1024 }},
		{"connections", "database.max_conns", func(c *Config) { c.Database.MaxConns = 0 }},
		{"negative time", "drain", func(c *Config) { c.Drain = -time.Second }},
	}
	all := production()
	for _, tc := range cases {
		c := production()
		tc.change(&c)
		err := c.Check("token")
		require.Error(t, err, tc.name)
		require.Contains(t, faultsOf(t, err), tc.want, tc.name)
	}
	all.Listen, all.Log.Level, all.Keys.Root, all.Demo = "x", "x", nil, true
	var f *FaultsError
	require.True(t, errors.As(all.Check("token"), &f))
	require.Len(t, f.Faults, 4)
	verify := production()
	verify.Registration.Mode = RegistrationVerifyEmail
	require.Contains(t, faultsOf(t, verify.Check(TenantAdminName)), "mail.url: required with the registration mode verify_email")
	require.NoError(t, verify.Check("token"), "it sends no mail")
	all.Gateway = Gateway{}
	require.Contains(t, faultsOf(t, all.Check(GatewayName)), "gateway.upstreams.token: required")
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := production()
	c.Database.URL = "postgres://signet:c4n4ry@db/signet"
	c.Redis.URL = "redis://a:c4n4ry@one:1,two:2/0"
	c.Keys.Root = []string{"v1:c4n4ry"}
	c.Peer.Key = "c4n4ry"
	c.Mail.URL = "smtp://signet:c4n4ry@mail.example"
	text, err := c.Print()
	require.NoError(t, err)
	require.NotContains(t, text, "c4n4ry")
	require.Contains(t, text, "public_url: https://auth.example")
	require.Contains(t, text, "drain: 5s")
	again, err := Load(Source{File: write(t, "printed.yaml", text)})
	require.NoError(t, err, "what is printed is a configuration")
	require.Equal(t, c.Limits, again.Limits)
}

func TestEverySettingHasAKey(t *testing.T) {
	for key := range keysOf(reflect.TypeFor[Config](), "") {
		require.Regexp(t, `^[a-z_]+(\.[a-z_]+)*$`, key)
	}
	for _, key := range secretKeys {
		require.Contains(t, keysOf(reflect.TypeFor[Config](), ""), key)
	}
}

func TestHostsFollowFromThePublicURLs(t *testing.T) {
	c := production()
	require.Equal(t, []string{"auth.example"}, c.PublicHosts())
	c.MTLS.Listen = ":8443"
	require.Equal(t, []string{"auth.example", "auth.example:8443"}, c.PublicHosts())
	require.Equal(t, "https://auth.example:8443", c.MTLSOrigin())
	c.MTLSPublicURL = "https://mtls.auth.example"
	require.Contains(t, c.PublicHosts(), "mtls.auth.example")
	require.Equal(t, "https://mtls.auth.example", c.MTLSOrigin())
	require.Equal(t, []string{"loopback"}, Defaults().PublicHosts())
}

func FuzzEnvironment(f *testing.F) {
	f.Add("SIGNET_LISTEN=:1")
	f.Add("SIGNET_KEYS__ROOT=a,b")
	f.Add("PORT=")
	f.Fuzz(func(t *testing.T, variable string) {
		if strings.Contains(variable, "_FILE=") {
			return
		}
		cfg, err := Load(Source{Environ: []string{variable}})
		if err == nil {
			_ = cfg.Check(Standalone)
		}
	})
}
