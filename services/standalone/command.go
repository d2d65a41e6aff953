package standalone

import (
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/boot"
)

// What is presumed of a standalone that is started without a word: it answers
// on this machine alone, by the port that it listens on, keeps its data beside
// where it was started, and has something to try.
var presumed = []struct{ variable, flag, value string }{
	{"SIGNET_LISTEN", "listen", "127.0.0.1:8080"},
	{"SIGNET_DATA", "data", ".signet"},
}

// Command is one call of the program. Beside the flags that every program has
// it knows --port N, for an address on this machine alone, and --no-demo.
//
// A configuration file speaks for everything: with one, nothing is presumed.
func Command(args, environ []string, out, errs io.Writer) boot.Command {
	args, environ = presume(slices.Clone(args), slices.Clone(environ))
	return boot.Command{Name: boot.Standalone, Build: Program(out), Args: args, Environ: environ, Out: out, Err: errs}
}

func presume(args, environ []string) (_, _ []string) {
	for i, a := range args {
		switch _, port, joined := strings.Cut(a, "="); {
		case name(a) == "no-demo":
			args[i] = "--demo=false"
		case name(a) == "port" && joined:
			args[i] = "--listen=127.0.0.1:" + port
		case name(a) == "port" && i+1 < len(args):
			args[i], args[i+1] = "--listen", "127.0.0.1:"+args[i+1]
		}
	}
	if _, found := given(args, environ, "config", ""); found {
		return args, environ
	}
	for _, p := range presumed {
		if _, found := given(args, environ, p.flag, p.variable); !found && !slices.ContainsFunc(environ, standsFor(p.flag)) {
			environ = append(environ, p.variable+"="+p.value)
		}
	}
	if origin := ownOrigin(args, environ); origin != "" {
		environ = append(environ, "SIGNET_PUBLIC_URL="+origin)
	}
	if _, found := given(args, environ, "demo", "SIGNET_DEMO"); !found && playground(args, environ) {
		environ = append(environ, "SIGNET_DEMO=true")
	}
	return args, environ
}

// ownOrigin is the public URL of a program that is reached where it listens;
// empty where one is given, or the port is left to the system.
func ownOrigin(args, environ []string) string {
	if _, found := given(args, environ, "public-url", "SIGNET_PUBLIC_URL"); found {
		return ""
	}
	listen, found := given(args, environ, "listen", "SIGNET_LISTEN")
	if !found {
		listen, _ = given(nil, environ, "", "PORT")
		listen = ":" + listen
	}
	_, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" || port == "0" {
		return ""
	}
	if _, found := given(args, environ, "tls-cert", "SIGNET_TLS__CERT"); found {
		return "https://localhost:" + port
	}
	return "http://localhost:" + port
}

// playground tells whether this is somebody trying the program out on their own
// machine: nothing says production, and the public URL is a loopback one.
func playground(args, environ []string) bool {
	if env, found := given(args, environ, "env", "SIGNET_ENV"); found && env != boot.Development {
		return false
	}
	public, found := given(args, environ, "public-url", "SIGNET_PUBLIC_URL")
	if !found {
		return true
	}
	u, err := url.Parse(public)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// given finds a setting among the flags and the environment.
func given(args, environ []string, flag, variable string) (string, bool) {
	key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "SIGNET_")), "__", ".")
	for i, a := range args {
		switch {
		case flag == "":
		case name(a) == flag && strings.Contains(a, "="):
			_, value, _ := strings.Cut(a, "=")
			return value, true
		case name(a) == flag && i+1 < len(args):
			return args[i+1], true
		case name(a) == "set" && i+1 < len(args) && strings.HasPrefix(args[i+1], key+"="):
			_, value, _ := strings.Cut(args[i+1], "=")
			return value, true
		}
	}
	for _, e := range environ {
		if key, value, _ := strings.Cut(e, "="); variable != "" && key == variable {
			return value, true
		}
	}
	return "", false
}

// name is the name of a flag as package flag reads it, empty for other words.
func name(arg string) string {
	trimmed := strings.TrimLeft(arg, "-")
	if trimmed == arg {
		return ""
	}
	flag, _, _ := strings.Cut(trimmed, "=")
	return flag
}

// standsFor finds variables without our prefix that say the same.
func standsFor(flag string) func(string) bool {
	return func(e string) bool { return flag == "listen" && strings.HasPrefix(e, "PORT=") }
}
