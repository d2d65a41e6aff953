package target

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Services are the programs as processes of their own: the gateway with one of
// each service behind it, and a second token process that is called directly.
type Services struct {
	*Target

	directory string
	processes []*Process
}

// Process is one running program.
type Process struct {
	Name string
	cmd  *exec.Cmd
	done chan error
}

// programs are what is built, by the folders of their commands.
var programs = []string{"gateway", "tenant-admin", "authorization", "token"}

// readyWithin is how long a program may take until it is ready.
const readyWithin = 30 * time.Second

// StartServices migrates the database and starts the programs, which Build has
// put into the directory.
func StartServices(ctx context.Context, programs, databaseURL, redisURL string) (*Services, error) {
	directory, err := os.MkdirTemp("", "signet-services-*")
	if err != nil {
		return nil, err
	}
	s := &Services{directory: directory}
	if err := s.start(ctx, programs, databaseURL, redisURL); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Services) start(ctx context.Context, programs, databaseURL, redisURL string) error {
	ports, err := freePorts(ctx, 6)
	if err != nil {
		return err
	}
	gateway, admin, authorization, token, second, mtls := ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]
	authority, roots, err := outside(s.directory)
	if err != nil {
		return err
	}
	log := &memory{}
	s.Target = &Target{Name: "services", URL: origin(gateway), MTLS: "https://" + mtls, Outside: authority, Nodes: []string{origin(gateway), origin(second)}, Programs: programs, Log: log.String}
	environ := append(plainEnviron(),
		"DATABASE_URL="+databaseURL, "REDIS_URL="+redisURL, "SIGNET_PUBLIC_URL="+s.URL, "SIGNET_MTLS_PUBLIC_URL="+s.MTLS, "SIGNET_ENV=development", "SIGNET_DATA="+filepath.Join(s.directory, "data"),
		"SIGNET_REGISTRATION__PER_SOURCE=1000000", "SIGNET_PASSWORD__MEMORY_KIB="+hashKiB, "SIGNET_PASSWORD__ITERATIONS=1", "SIGNET_PASSWORD__MAX_QUEUED=1000",
		"SIGNET_EGRESS__ALLOW="+outsideNetwork, "SIGNET_EGRESS__CA_FILE="+roots, "SIGNET_LOG__LEVEL=debug", "SIGNET_LOG__ACCESS=all", "SIGNET_TRACES__SAMPLE_SUCCESS=1",
		"SIGNET_GATEWAY__UPSTREAMS__TOKEN="+origin(token), "SIGNET_GATEWAY__UPSTREAMS__AUTHORIZATION="+origin(authorization), "SIGNET_GATEWAY__UPSTREAMS__TENANT_ADMIN="+origin(admin),
	)
	migrate := exec.CommandContext(ctx, filepath.Join(programs, "tenant-admin"), "migrate")
	migrate.Env = environ
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, out)
	}
	for _, p := range []struct{ program, addr string }{{"tenant-admin", admin}, {"authorization", authorization}, {"token", token}, {"token", second}, {"gateway", gateway}} {
		own := slices.Concat(environ, []string{"SIGNET_LISTEN=" + p.addr})
		if p.program == "gateway" {
			own = append(own, "SIGNET_MTLS__LISTEN="+mtls)
		}
		started, err := launch(filepath.Join(programs, p.program), own, log)
		if err != nil {
			return err
		}
		s.processes = append(s.processes, started)
	}
	for _, addr := range ports[:5] {
		if err := ready(ctx, addr); err != nil {
			return fmt.Errorf("%w; the log ends:\n%s", err, tail(log.String()))
		}
	}
	s.Trust, err = shown(ctx, mtls)
	return err
}

// shown is the certificate that a listener shows: in development it made one for
// itself, which nobody else vouches for.
func shown(ctx context.Context, addr string) (string, error) {
	conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("the listener for certificates: %w", err)
	}
	defer func() { _ = conn.Close() }()
	shown := conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: shown.Raw})), nil
}

// Stop ends the programs and removes what they left.
func (s *Services) Stop() error {
	for _, p := range s.processes {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	for _, p := range s.processes {
		p.wait()
	}
	return os.RemoveAll(s.directory)
}

func (p *Process) wait() {
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func launch(program string, environ []string, log *memory) (*Process, error) {
	// Not bound to a context: it is ended in good order by Stop.
	cmd := exec.Command(program)
	cmd.Env, cmd.Stdout, cmd.Stderr = environ, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{Name: filepath.Base(program), cmd: cmd, done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	return p, nil
}

// Build compiles the programs of this repository, in its own workspace.
func Build(ctx context.Context, into string) error {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		return err
	}
	args := []string{"build", "-o", into + string(filepath.Separator)}
	for _, p := range programs {
		args = append(args, "./services/"+p+"/cmd/"+p)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"), "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}

// plainEnviron is the environment without settings of the product.
func plainEnviron() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
}

func ready(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, origin(addr)+"/readyz", http.NoBody)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready", addr)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// freePorts finds addresses on loopback that nobody listens on.
func freePorts(ctx context.Context, n int) ([]string, error) {
	var found []string
	for range n {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = ln.Close() }()
		found = append(found, ln.Addr().String())
	}
	return found, nil
}

func origin(addr string) string { return "http://" + addr }

func tail(s string) string {
	if len(s) > 4000 {
		return s[len(s)-4000:]
	}
	return s
}
