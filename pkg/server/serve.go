package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// The timeouts of every listener. They bound what a slow caller can hold.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 15 * time.Second
	idleTimeout       = 60 * time.Second
	shutdownTimeout   = 20 * time.Second
	maxHeaderBytes    = 64 << 10
	maxStreams        = 128
)

// Listener is one address that a program answers on.
type Listener struct {
	Name     string
	Addr     string       // where to listen, if Listener is nil
	Listener net.Listener // already open
	TLS      *tls.Config  // nil: plain HTTP
	Handler  http.Handler // nil: the handler of Serve
	// PerSource bounds the connections from one address (IPv6: one /64) and
	// Total those from all; 0: no bound. Behind a load balancer all callers
	// share one address.
	PerSource, Total int
	// IngressOnly says that a client certificate proves an ingress here, or
	// nothing: clients have another listener to present theirs on (RFC 8705,
	// section 5).
	IngressOnly bool
	// Profiling lifts the write timeout, which would cut a profile short.
	Profiling bool
}

// Serving says how to serve.
type Serving struct {
	Handler http.Handler
	Logger  *slog.Logger
	Drain   *Drain
	// DrainFor is how long requests are still taken after readiness has gone,
	// so that whoever routes to this program can notice.
	DrainFor  time.Duration
	Listeners []Listener
	// Bound is told every address once all are open.
	Bound func(name, addr string)
}

// Serve answers on all listeners until ctx ends or one of them fails. Then it
// drains: readiness goes, answers close their connections, DrainFor passes,
// the listeners close, and requests in flight have 20 s to end. It returns nil
// after a clean end.
func Serve(ctx context.Context, s Serving) error {
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	servers := make([]*http.Server, len(s.Listeners))
	open := make([]net.Listener, 0, len(s.Listeners))
	for i, l := range s.Listeners {
		ln, err := listen(ctx, l)
		if err != nil {
			for _, o := range open {
				_ = o.Close()
			}
			return err
		}
		open = append(open, ln)
		servers[i] = newHTTPServer(l, s)
		if s.Bound != nil {
			s.Bound(l.Name, ln.Addr().String())
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	for i, srv := range servers {
		g.Go(func() error {
			if err := srv.Serve(open[i]); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("listener %s: %w", s.Listeners[i].Name, err)
			}
			return nil
		})
	}
	g.Go(func() error {
		<-gctx.Done()
		return shutdown(ctx, s, servers)
	})
	return g.Wait()
}

// shutdown ends the servers in order. ctx is over by now, unless a listener
// failed: then there is nothing to wait for.
func shutdown(ctx context.Context, s Serving, servers []*http.Server) error {
	if s.Drain != nil {
		s.Drain.Begin()
	}
	if s.DrainFor > 0 && ctx.Err() != nil {
		s.Logger.Info("draining", slog.Duration("for", s.DrainFor))
		time.Sleep(s.DrainFor)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	var g errgroup.Group
	for _, srv := range servers {
		g.Go(func() error {
			if err := srv.Shutdown(end); err != nil {
				_ = srv.Close()
				return fmt.Errorf("requests were still running: %w", err)
			}
			return nil
		})
	}
	return g.Wait()
}

func listen(ctx context.Context, l Listener) (net.Listener, error) {
	ln := l.Listener
	if ln == nil {
		var lc net.ListenConfig
		var err error
		if ln, err = lc.Listen(ctx, "tcp", l.Addr); err != nil {
			return nil, fmt.Errorf("listener %s: %w", l.Name, err)
		}
	}
	if l.PerSource > 0 || l.Total > 0 {
		ln = newBoundedListener(ln, l.PerSource, l.Total)
	}
	if l.TLS != nil {
		return tls.NewListener(ln, l.TLS), nil
	}
	return newRecordingListener(ln), nil
}

func newHTTPServer(l Listener, s Serving) *http.Server {
	srv := &http.Server{
		Handler:           l.Handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		// "OPTIONS *" is answered by our handler, not by net/http's own.
		DisableGeneralOptionsHandler: true,
		// What strangers do wrong on a connection is no error of ours.
		ErrorLog: slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	if srv.Handler == nil {
		srv.Handler = s.Handler
	}
	if l.TLS == nil {
		record(srv)
	} else {
		srv.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, &connection{ingressOnly: l.IngressOnly})
		}
	}
	if l.Profiling {
		srv.WriteTimeout = 2 * time.Minute
	}
	return srv
}

// TLSConfig is what every TLS listener uses: TLS 1.2 with forward secrecy and
// AEAD only, TLS 1.3 where the client can. requestCert asks for a client
// certificate, which the caller may leave out and which is checked by whoever
// relies on it.
func TLSConfig(cert func(*tls.ClientHelloInfo) (*tls.Certificate, error), requestCert bool) *tls.Config {
	c := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: cert,
		NextProtos:     []string{"h2", "http/1.1"},
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		},
	}
	if requestCert {
		c.ClientAuth = tls.RequestClientCert
	}
	return c
}
