package kv

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// parseURL reads Config.URL. It is done by hand because the standard library
// knows no lists of hosts. Errors never repeat the URL, which holds a password.
func parseURL(raw string) (*redis.UniversalOptions, error) {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		return nil, errors.New("kv: the Redis URL has no scheme")
	}
	base, kind, _ := strings.Cut(scheme, "+")
	o := &redis.UniversalOptions{}
	switch base {
	case "redis":
	case "rediss":
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	default:
		return nil, errors.New("kv: the scheme of the Redis URL is none of redis, rediss, redis+sentinel, rediss+sentinel, redis+cluster, rediss+cluster")
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	if err := parseUserinfo(o, &authority); err != nil {
		return nil, err
	}
	port := "6379"
	if kind == "sentinel" {
		port = "26379"
	}
	for _, host := range strings.Split(authority, ",") {
		addr, err := address(host, port)
		if err != nil {
			return nil, err
		}
		o.Addrs = append(o.Addrs, addr)
	}
	if err := parseKind(o, kind, path); err != nil {
		return nil, err
	}
	return o, parseParameters(o, kind, query)
}

// parseUserinfo cuts "user:password@" off the authority.
func parseUserinfo(o *redis.UniversalOptions, authority *string) error {
	at := strings.LastIndex(*authority, "@")
	if at < 0 {
		return nil
	}
	user, password, _ := strings.Cut((*authority)[:at], ":")
	*authority = (*authority)[at+1:]
	var err, errPassword error
	o.Username, err = url.PathUnescape(user)
	o.Password, errPassword = url.PathUnescape(password)
	if err != nil || errPassword != nil {
		return errors.New("kv: the user or password in the Redis URL is not percent-encoded correctly")
	}
	return nil
}

// parseKind reads the path, which means something else for each kind.
func parseKind(o *redis.UniversalOptions, kind, path string) error {
	db := path
	switch kind {
	case "":
		o.IsClusterMode = len(o.Addrs) > 1
	case "cluster":
		o.IsClusterMode = true
	case "sentinel":
		o.MasterName, db, _ = strings.Cut(path, "/")
		if o.MasterName == "" {
			return errors.New("kv: the Sentinel URL names no master: redis+sentinel://host,host/master")
		}
	default:
		return errors.New("kv: the Redis URL is of no known kind")
	}
	if db == "" {
		return nil
	}
	n, err := strconv.Atoi(db)
	if err != nil || n < 0 {
		return errors.New("kv: the database in the Redis URL is not a number")
	}
	if n > 0 && o.IsClusterMode {
		return errors.New("kv: a Redis cluster has the database 0 only")
	}
	o.DB = n
	return nil
}

func parseParameters(o *redis.UniversalOptions, kind, query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("kv: the parameters of the Redis URL are malformed")
	}
	for name, all := range values {
		value := all[len(all)-1]
		switch {
		case name == "pool_size":
			o.PoolSize, err = strconv.Atoi(value)
			if err != nil || o.PoolSize < 1 {
				return errors.New("kv: pool_size in the Redis URL is not a positive number")
			}
		case name == "tls_server_name" && o.TLSConfig != nil:
			o.TLSConfig.ServerName = value
		case name == "sentinel_username" && kind == "sentinel":
			o.SentinelUsername = value
		case name == "sentinel_password" && kind == "sentinel":
			o.SentinelPassword = value
		default:
			return fmt.Errorf("kv: the Redis URL has no use for the parameter %q", name)
		}
	}
	return nil
}

// address completes one host with the port.
func address(host, port string) (string, error) {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
		if net.ParseIP(host) == nil {
			return "", errors.New("kv: a host of the Redis URL is not an address")
		}
		return net.JoinHostPort(host, port), nil
	}
	if strings.Contains(host, ":") {
		h, p, err := net.SplitHostPort(host)
		if err != nil {
			return "", errors.New("kv: a host of the Redis URL is malformed")
		}
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return "", errors.New("kv: a port of the Redis URL is not between 1 and 65535")
		}
		host, port = h, p
	}
	if host == "" || strings.ContainsAny(host, " #@/") {
		return "", errors.New("kv: the Redis URL lacks a host")
	}
	return net.JoinHostPort(host, port), nil
}
