package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// system is what is measured: programs of their own, and where they listen.
type system struct {
	name    string
	url     string
	mtls    string   // the origin that asks for client certificates
	metrics []string // addresses of /metrics, one per program
	dir     string
	procs   []*exec.Cmd
	logs    []*os.File
}

func (s *system) stop() {
	for _, p := range s.procs {
		_ = p.Process.Signal(os.Interrupt)
	}
	for _, p := range s.procs {
		done := make(chan struct{})
		go func() { _ = p.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = p.Process.Kill()
		}
	}
	for _, f := range s.logs {
		_ = f.Close()
	}
	_ = os.RemoveAll(s.dir)
}

// start builds the programs and runs them with the cheapest password hash, as
// the hash of end users' passwords is not what is measured here.
func start(ctx context.Context, name string) (*system, error) {
	dir, err := os.MkdirTemp("", "signet-bench-")
	if err != nil {
		return nil, err
	}
	s := &system{name: name, dir: dir}
	if name == "standalone" {
		err = s.startStandalone(ctx)
	} else {
		err = s.startServices(ctx)
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *system) startStandalone(ctx context.Context) error {
	if err := s.compile(ctx, "standalone"); err != nil {
		return err
	}
	listen, err := freeAddress()
	if err != nil {
		return err
	}
	certificates, err := freeAddress()
	if err != nil {
		return err
	}
	s.url, s.mtls = "http://"+listen, "https://"+certificates
	return s.launch(ctx, "standalone", listen, []string{"--no-demo"}, "SIGNET_DATA="+filepath.Join(s.dir, "data"), "SIGNET_MTLS__LISTEN="+certificates)
}

// startServices runs the four services and the gateway on a fresh database.
func (s *system) startServices(ctx context.Context) error {
	if err := s.compile(ctx, "gateway", "tenant-admin", "authorization", "token"); err != nil {
		return err
	}
	database, err := freshDatabase(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	front, err := freeAddress()
	if err != nil {
		return err
	}
	certificates, err := freeAddress()
	if err != nil {
		return err
	}
	s.url, s.mtls = "http://"+front, "https://"+certificates
	shared := []string{
		"DATABASE_URL=" + database, "REDIS_URL=" + os.Getenv("REDIS_URL"),
		"SIGNET_PEER__KEY=" + secret(), "SIGNET_KEYS__ROOT=v1:" + secret(),
		"SIGNET_PUBLIC_URL=" + s.url, "SIGNET_MTLS_PUBLIC_URL=" + s.mtls,
	}
	migrate := exec.CommandContext(ctx, filepath.Join(s.dir, "tenant-admin"), "migrate")
	migrate.Env = append(os.Environ(), shared...)
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, out)
	}
	upstreams := []string{}
	for _, name := range []string{"tenant-admin", "authorization", "token"} {
		listen, err := freeAddress()
		if err != nil {
			return err
		}
		upstreams = append(upstreams, "SIGNET_GATEWAY__UPSTREAMS__"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"=http://"+listen)
		if err := s.launch(ctx, name, listen, nil, shared...); err != nil {
			return err
		}
	}
	return s.launch(ctx, "gateway", front, nil, append(append(shared, upstreams...), "SIGNET_MTLS__LISTEN="+certificates)...)
}

func (s *system) compile(ctx context.Context, names ...string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	for _, name := range names {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(s.dir, name), "./services/"+name+"/cmd/"+name)
		cmd.Dir = root
		// The workspace's own modules, whatever this program was started with.
		cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w: %s", name, err, out)
		}
	}
	return nil
}

func (s *system) launch(ctx context.Context, name, listen string, args []string, env ...string) error {
	metrics, err := freeAddress()
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, name+".log"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.dir, name), args...)
	cmd.Env = append(environWithoutStores(), append([]string{
		"SIGNET_LISTEN=" + listen, "SIGNET_METRICS__LISTEN=" + metrics, "SIGNET_PUBLIC_URL=" + s.url,
		"SIGNET_PASSWORD__MEMORY_KIB=8", "SIGNET_PASSWORD__ITERATIONS=1", "SIGNET_PASSWORD__MAX_CONCURRENT=16",
		"SIGNET_REGISTRATION__PER_SOURCE=1000000", "SIGNET_LOG__LEVEL=warn",
	}, env...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.procs, s.logs, s.metrics = append(s.procs, cmd), append(s.logs, log), append(s.metrics, metrics)
	if err := waitFor(ctx, "http://"+listen+"/readyz"); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%w; its log: %s", err, text)
	}
	return nil
}

func environWithoutStores() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "DATABASE_URL=") && !strings.HasPrefix(v, "REDIS_URL=") && !strings.HasPrefix(v, "SIGNET_") {
			env = append(env, v)
		}
	}
	return env
}

// freshDatabase makes a database of its own for the run, beside whatever the
// server holds already.
func freshDatabase(ctx context.Context, server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	name := "bench_" + strings.ToLower(rand.Text()[:12])
	if out, err := exec.CommandContext(ctx, "psql", server, "-qc", "CREATE DATABASE "+name).CombinedOutput(); err != nil {
		return "", fmt.Errorf("creating a database: %w: %s", err, out)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
