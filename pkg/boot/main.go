package boot

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
)

// Build makes a program's handler on its platform.
type Build func(ctx context.Context, p *Platform) (http.Handler, error)

// Main is the whole of a program: it runs the command line and exits.
func Main(name string, build Build) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	c := Command{Name: name, Build: build, Args: os.Args[1:], Environ: os.Environ(), Out: os.Stdout, Err: os.Stderr}
	os.Exit(c.Run(ctx))
}

// Command is one call of a program.
type Command struct {
	Name     string
	Build    Build
	Args     []string
	Environ  []string
	Out, Err io.Writer
	// Bound is told each address that is listened on; nil: nobody is.
	Bound func(name, addr string)
}

const usage = `usage: %s [command] [flags]

commands:
  serve            run the program (the default)
  migrate          bring the database's schema up to date
  config validate  check the configuration and list all its faults
  config print     show the configuration in effect, without secrets
  version          show the version

flags:
`

// shorthands are flags that stand for a setting.
var shorthands = []struct{ flag, key, help string }{
	{"env", "env", "development or production"},
	{"listen", "listen", "`address` of the first listener"},
	{"public-url", "public_url", "`origin` under which the service is reached"},
	{"data", "data", "`directory` for what development makes"},
	{"tls-cert", "tls.cert", "PEM `file` with the certificate of the first listener"},
	{"tls-key", "tls.key", "PEM `file` with its private key"},
	{"mtls-listen", "mtls.listen", "`address` of the listener that asks for client certificates"},
	{"mtls-public-url", "mtls_public_url", "`origin` of that listener"},
	{"metrics-listen", "metrics.listen", "`address` for /metrics and /debug/pprof/"},
	{"database-url", "database.url", "`URL` of the database"},
	{"redis-url", "redis.url", "`URL` of Redis"},
	{"log-level", "log.level", "debug, info, warn or error"},
	{"log-format", "log.format", "json or text"},
}

// Run runs the command and returns the exit status: 0 for a clean end, 1 for a
// failure, 2 for a command line that makes no sense.
func (c Command) Run(ctx context.Context) int {
	verb, args := c.verb()
	src := Source{Environ: c.Environ, Set: map[string]string{}}
	flags := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	flags.SetOutput(c.Err)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(c.Err, usage, c.Name)
		flags.PrintDefaults()
	}
	flags.StringVar(&src.File, "config", "", "YAML `file` with settings")
	flags.Func("set", "one setting, as `key=value`; may be repeated", func(v string) error {
		key, value, found := strings.Cut(v, "=")
		if !found {
			return errors.New("want key=value")
		}
		src.Set[key] = value
		return nil
	})
	for _, s := range shorthands {
		flags.Func(s.flag, s.help, func(v string) error {
			src.Set[s.key] = v
			return nil
		})
	}
	flags.BoolFunc("demo", "fill an empty standalone with a tenant to try things on", func(v string) error {
		src.Set["demo"] = v
		return nil
	})
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	run, ok := map[string]func(context.Context, Source) error{
		"serve": c.serve, "migrate": c.migrate, "config validate": c.validate, "config print": c.print, "version": c.version,
	}[verb]
	if !ok || flags.NArg() > 0 {
		flags.Usage()
		return 2
	}
	if err := run(ctx, src); err != nil {
		_, _ = fmt.Fprintf(c.Err, "%s: %v\n", c.Name, err)
		return 1
	}
	return 0
}

// verb cuts the command off the arguments.
func (c Command) verb() (string, []string) {
	words := 0
	for words < len(c.Args) && words < 2 && !strings.HasPrefix(c.Args[words], "-") {
		words++
	}
	if words == 0 {
		return "serve", c.Args
	}
	if words == 2 && c.Args[0] != "config" {
		words = 1
	}
	return strings.Join(c.Args[:words], " "), c.Args[words:]
}

func (c Command) version(context.Context, Source) error {
	_, err := fmt.Fprintf(c.Out, "%s %s %s\n", c.Name, Version, commit())
	return err
}

func (c Command) validate(_ context.Context, src Source) error {
	cfg, err := Load(src)
	if err != nil {
		return err
	}
	if err := cfg.Check(c.Name); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.Out, "the configuration is valid")
	return err
}

func (c Command) print(_ context.Context, src Source) error {
	cfg, err := Load(src)
	if err != nil {
		return err
	}
	text, err := cfg.Print()
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.Out, text)
	return err
}

// migrate needs a login that owns the schema, and nothing but the database.
func (c Command) migrate(ctx context.Context, src Source) error {
	cfg, err := Load(src)
	if err != nil {
		return err
	}
	f := &faults{}
	cfg.checkDatabase(f)
	if len(f.list) > 0 {
		return &FaultsError{Faults: f.list}
	}
	sc := storeConfig(cfg, c.Name)
	sc.Now, sc.Logger = time.Now, newLogger(cfg.Log, c.Err)
	p := &Platform{Logger: sc.Logger}
	s, err := store.Open(ctx, sc)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer func() { _ = s.Close() }()
	if err := p.await(ctx, "database", s.Migrate); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.Out, "the schema is up to date")
	return err
}

const closeTimeout = 10 * time.Second

func (c Command) serve(ctx context.Context, src Source) error {
	cfg, err := Load(src)
	if err != nil {
		return err
	}
	if err := cfg.Check(c.Name); err != nil {
		return err
	}
	p, err := Start(ctx, c.Name, cfg, WithLogger(newLogger(cfg.Log, c.Err)))
	if err != nil {
		return err
	}
	if !cfg.IsProduction() {
		p.Logger.Warn("running in development: keys and data are made as needed; not for production")
	}
	err = c.run(ctx, p)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return errors.Join(err, p.Close(end))
}

func (c Command) run(ctx context.Context, p *Platform) error {
	handler, err := c.Build(ctx, p)
	if err != nil {
		return err
	}
	listeners, err := p.listeners()
	if err != nil {
		return err
	}
	// A background loop that ends by itself takes the program with it.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	context.AfterFunc(p.ctx, func() { cancel(errors.New("background work failed")) })
	return server.Serve(ctx, server.Serving{
		Handler: handler, Logger: p.Logger, Drain: p.Drain, DrainFor: p.drainFor(), Listeners: listeners,
		Bound: func(name, addr string) {
			p.Logger.Info("listening", slog.String("listener", name), slog.String("address", addr), slog.String("public_url", p.Config.PublicURL))
			if c.Bound != nil {
				c.Bound(name, addr)
			}
		},
	})
}

// drainFor is nothing in development, where nobody routes around us.
func (p *Platform) drainFor() time.Duration {
	if p.Config.IsProduction() {
		return p.Config.Drain
	}
	return 0
}

// certificate is what this program shows over TLS: the one that is configured,
// or one made at the start.
func (p *Platform) certificate() (func(*tls.ClientHelloInfo) (*tls.Certificate, error), error) {
	cfg := p.Config
	switch {
	case cfg.TLS.Cert != "":
		pair, err := loadCertificate(cfg.TLS.Cert, cfg.TLS.Key, p.Now)
		if err != nil {
			return nil, err
		}
		return pair.get, nil
	case cfg.MTLS.Listen != "" || p.Ingress != nil:
		own, err := developmentCertificate(cfg.PublicURL, p.Now())
		if err != nil {
			return nil, err
		}
		return func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return own, nil }, nil
	}
	return nil, nil // nothing here speaks TLS
}

// listeners are the addresses that the configuration names.
func (p *Platform) listeners() ([]server.Listener, error) {
	cfg := p.Config
	first := server.Listener{Name: "public", Addr: cfg.Listen, PerSource: cfg.Limits.ConnectionsPerSource, Total: cfg.Limits.Connections}
	if p.Name != GatewayName && p.Name != Standalone {
		// The gateway is one source, and all of them.
		first.PerSource = 0
	}
	cert, err := p.certificate()
	if err != nil {
		return nil, err
	}
	second := first
	if cfg.TLS.Cert != "" || p.Ingress != nil {
		first.TLS, first.IngressOnly = server.TLSConfig(cert, p.Ingress != nil), p.Ingress != nil
	}
	if p.Ingress != nil {
		// Otherwise browsers would have their users choose a certificate.
		first.TLS.ClientCAs = p.Ingress.Roots()
	}
	listeners := []server.Listener{first}
	if cfg.MTLS.Listen != "" {
		second.Name, second.Addr, second.TLS = "mtls", cfg.MTLS.Listen, server.TLSConfig(cert, true)
		listeners = append(listeners, second)
	}
	if cfg.Metrics.Listen != "" {
		listeners = append(listeners, server.Listener{Name: "metrics", Addr: cfg.Metrics.Listen, Handler: p.Metrics.Diagnostics(), Profiling: true})
	}
	return listeners, nil
}
