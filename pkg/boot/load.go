package boot

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Source is where a configuration comes from; later wins: defaults, File,
// Environ, Set.
type Source struct {
	File    string            // YAML; empty: none
	Environ []string          // as os.Environ returns it
	Set     map[string]string // by key, from the command line
}

// FaultsError lists everything that is wrong with a configuration.
type FaultsError struct{ Faults []string }

func (e *FaultsError) Error() string {
	return "the configuration has faults:\n  - " + strings.Join(e.Faults, "\n  - ")
}

// bare are variables that many platforms set without our prefix.
var bare = map[string]string{"DATABASE_URL": "database.url", "REDIS_URL": "redis.url", "PORT": "listen"}

const envPrefix = "SIGNET_"

// serviceLinks are variables that Kubernetes sets in every pod for services
// whose names begin like the product's own.
var serviceLinks = regexp.MustCompile(`^SIGNET_[A-Z0-9_]*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// Load reads a configuration. A key that does not exist is a fault, wherever
// it stands, and so is a value of the wrong type; all faults come back
// together in a *FaultsError. What the values mean together is checked by
// Config.Check.
func Load(src Source) (Config, error) {
	cfg := Defaults()
	known := keysOf(reflect.TypeFor[Config](), "")
	k := koanf.New(".")
	var faults []string
	if src.File != "" {
		if err := k.Load(file.Provider(src.File), yaml.Parser()); err != nil {
			return cfg, fmt.Errorf("configuration file %s: %w", src.File, err)
		}
		for _, key := range k.Keys() {
			if _, ok := known[key]; !ok && k.Get(key) != nil { // a section may stand empty
				faults = append(faults, fmt.Sprintf("%s: there is no setting %q", src.File, key))
			}
		}
	}
	values, envFaults := fromEnviron(src.Environ, known)
	faults = append(faults, envFaults...)
	for key, v := range src.Set {
		kind, ok := known[key]
		if !ok {
			faults = append(faults, fmt.Sprintf("command line: there is no setting %q", key))
			continue
		}
		values[key] = typed(kind, v)
	}
	for key, v := range values {
		if err := k.Set(key, v); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", key, err))
		}
	}
	if len(faults) == 0 {
		if err := decode(k, &cfg); err != nil {
			faults = append(faults, err.Error())
		}
	}
	if len(faults) > 0 {
		slices.Sort(faults)
		return cfg, &FaultsError{Faults: faults}
	}
	cfg.PublicURL = strings.TrimSuffix(cfg.PublicURL, "/")
	cfg.MTLSPublicURL = strings.TrimSuffix(cfg.MTLSPublicURL, "/")
	if cfg.Env == "" {
		cfg.Env = Production
		if u, err := url.Parse(cfg.PublicURL); err == nil && loopbackHost(u.Hostname()) {
			cfg.Env = Development
		}
	}
	return cfg, nil
}

func decode(k *koanf.Koanf, cfg *Config) error {
	err := k.Unmarshal("", cfg)
	if err != nil {
		return fmt.Errorf("a value has the wrong type: %w", err)
	}
	return nil
}

// fromEnviron collects the settings among the variables.
func fromEnviron(environ []string, known map[string]reflect.Type) (values map[string]any, faults []string) {
	values = map[string]any{}
	names := map[string]string{}
	for name, key := range bare {
		names[name] = key
	}
	// The product's own names are looked at last, so that they win.
	for key := range known {
		names[envPrefix+strings.ToUpper(strings.ReplaceAll(key, ".", "__"))] = key
	}
	set := func(name, value string) {
		key, ok := names[name]
		if !ok {
			faults = append(faults, fmt.Sprintf("environment: there is no setting %s", name))
			return
		}
		if name == "PORT" {
			value = ":" + value
		}
		values[key] = typed(known[key], value)
	}
	provider := env.Provider("", env.Opt{EnvironFunc: func() []string { return environ }})
	all, err := provider.Read()
	if err != nil {
		return values, []string{err.Error()}
	}
	order := make([]string, 0, len(all))
	for name := range all {
		order = append(order, name)
	}
	slices.SortFunc(order, func(a, b string) int {
		if pa, pb := strings.HasPrefix(a, envPrefix), strings.HasPrefix(b, envPrefix); pa != pb {
			if pb {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range order {
		value, _ := all[name].(string)
		_, exact := names[name]
		base, fromFile := strings.CutSuffix(name, "_FILE")
		switch {
		case exact:
			set(name, value)
		case fromFile && slices.Contains(secretKeys, names[base]):
			raw, err := os.ReadFile(value)
			if err != nil {
				faults = append(faults, fmt.Sprintf("environment: %s: %v", name, errors.Unwrap(err)))
				continue
			}
			set(base, strings.TrimSpace(string(raw)))
		case strings.HasPrefix(name, envPrefix) && !serviceLinks.MatchString(name):
			set(name, value)
		}
	}
	return values, faults
}

// typed splits the values of list settings, which are one string in an
// environment: by commas or line ends.
func typed(t reflect.Type, value string) any {
	if t.Kind() != reflect.Slice {
		return value
	}
	var list []string
	for _, v := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if v = strings.TrimSpace(v); v != "" {
			list = append(list, v)
		}
	}
	return list
}

// keysOf lists the settings of a struct with the types of their values.
func keysOf(t reflect.Type, prefix string) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for f := range t.Fields() {
		key := prefix + f.Tag.Get("koanf")
		if f.Type.Kind() == reflect.Struct {
			for k, v := range keysOf(f.Type, key+".") {
				keys[k] = v
			}
			continue
		}
		keys[key] = f.Type
	}
	return keys
}

// Print is the configuration in the form of its file, without secrets.
func (c Config) Print() (string, error) {
	k := koanf.New(".")
	if err := flatten(k, reflect.ValueOf(c), ""); err != nil {
		return "", err
	}
	raw, err := k.Marshal(yaml.Parser())
	if err != nil {
		return "", fmt.Errorf("print configuration: %w", err)
	}
	return string(raw), nil
}

func flatten(k *koanf.Koanf, v reflect.Value, prefix string) error {
	for f, value := range v.Fields() {
		key := prefix + f.Tag.Get("koanf")
		if f.Type.Kind() == reflect.Struct {
			if err := flatten(k, value, key+"."); err != nil {
				return err
			}
			continue
		}
		var shown any = value.Interface()
		if d, ok := shown.(time.Duration); ok {
			shown = d.String()
		}
		if slices.Contains(secretKeys, key) {
			shown = redacted(key, value)
		}
		if err := k.Set(key, shown); err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
	}
	return nil
}

// redacted tells of a secret only whether it is set, and of a URL all but the
// password.
func redacted(key string, value reflect.Value) any {
	if value.Len() == 0 {
		return value.Interface()
	}
	if strings.HasSuffix(key, ".url") {
		if u, err := url.Parse(value.String()); err == nil && u.RawQuery == "" && !strings.Contains(u.Opaque, "password") {
			return u.Redacted()
		}
	}
	if value.Kind() == reflect.Slice {
		return []string{fmt.Sprintf("[redacted, %d]", value.Len())}
	}
	return "[redacted]"
}
