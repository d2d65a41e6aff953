// Command settings writes docs/settings.md: every setting with what its comment in
// package boot says and the value that it has where nothing is set.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/boot"
)

const (
	source = "config.go" // go generate runs in package boot
	page   = "../../docs/settings.md"
)

func main() {
	text, err := write()
	if err == nil {
		err = os.WriteFile(page, []byte(text), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "settings:", err)
		os.Exit(1)
	}
}

const intro = `# Settings

<!-- Made from pkg/boot/config.go by make generate. -->

A setting such as ` + "`database.max_conns`" + ` is written, the later before the earlier,

1. in the YAML file that ` + "`--config`" + ` names: ` + "`database: {max_conns: 40}`" + `,
2. in the environment: ` + "`SIGNET_DATABASE__MAX_CONNS=40`" + `,
3. on the command line: ` + "`--set database.max_conns=40`" + `.

Durations are written as ` + "`5s`, `10m`, `72h`" + `; lists in the environment are separated by commas. Of a setting marked *secret* the variable may instead
name a file, as in ` + "`SIGNET_KEYS__ROOT_FILE=/run/secrets/root`" + `; no program prints it. A setting that does not exist, or a value that cannot be, stops the
start, and everything that is wrong is said at once. ` + "`config print`" + ` shows what a program would run with.

Spans of requests go where ` + "`OTEL_EXPORTER_OTLP_ENDPOINT`" + ` points, in the words of OpenTelemetry.
`

func write() (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ParseComments)
	if err != nil {
		return "", err
	}
	w := &writer{comments: map[string]string{}, keys: map[string]string{}}
	ast.Inspect(file, w.read)
	w.out.WriteString(intro)
	w.section(reflect.ValueOf(boot.Defaults()), "")
	if len(w.silent) > 0 {
		return "", fmt.Errorf("%s has no comment for %s", source, strings.Join(w.silent, ", "))
	}
	return w.out.String(), nil
}

type writer struct {
	comments map[string]string // of Type and Type.Field
	keys     map[string]string // of a setting, by Type.Field
	secrets  []string
	silent   []string
	out      strings.Builder
}

// read collects what the source says of its types and fields.
func (w *writer) read(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				w.comments[spec.Name.Name] = flat(n.Doc)
				if s, ok := spec.Type.(*ast.StructType); ok {
					w.fields(spec.Name.Name, s)
				}
			case *ast.ValueSpec:
				if spec.Names[0].Name == "secretKeys" {
					ast.Inspect(spec, func(n ast.Node) bool {
						if lit, ok := n.(*ast.BasicLit); ok {
							w.secrets = append(w.secrets, strings.Trim(lit.Value, `"`))
						}
						return true
					})
				}
			}
		}
	}
	return true
}

func (w *writer) fields(of string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		said := flat(f.Doc)
		if said == "" {
			said = flat(f.Comment)
		}
		for _, name := range f.Names {
			w.comments[of+"."+name.Name] = said
			w.keys[name.Name] = reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("koanf")
		}
	}
}

func flat(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

// section writes the settings of one struct, and then those within it.
func (w *writer) section(v reflect.Value, prefix string) {
	var within []reflect.StructField
	rows := 0
	for f, value := range v.Fields() {
		if value.Kind() == reflect.Struct {
			within = append(within, f)
			continue
		}
		if rows++; rows == 1 {
			w.out.WriteString("\n| Setting | Where nothing is set | What it is |\n|---|---|---|\n")
		}
		key := prefix + f.Tag.Get("koanf")
		said := w.said(v.Type().Name()+"."+f.Name, f.Name)
		if said == "" {
			w.silent = append(w.silent, v.Type().Name()+"."+f.Name)
		}
		if slices.Contains(w.secrets, key) {
			said += " (*secret*)"
		}
		fmt.Fprintf(&w.out, "| `%s` | %s | %s |\n", key, shown(value), said)
	}
	for _, f := range within {
		key := prefix + f.Tag.Get("koanf")
		if prefix == "" {
			fmt.Fprintf(&w.out, "\n## %s\n%s\n", key, w.about(f.Type.Name()))
		}
		w.section(v.FieldByIndex(f.Index), key+".")
	}
}

var (
	goName   = regexp.MustCompile(`\b[A-Z]\w*[a-z]\w*\b`)
	document = regexp.MustCompile(`docs/([a-z-]+)\.md`)
)

// said is what the comment of a field says, without its Go name at the beginning,
// and with other settings by their keys.
func (w *writer) said(field, name string) string {
	said := w.comments[field]
	for _, beginning := range []string{name + " is ", name + " are ", name + " "} {
		if rest, ok := strings.CutPrefix(said, beginning); ok {
			said = rest
			break
		}
	}
	said = goName.ReplaceAllStringFunc(said, func(word string) string {
		if key, ok := w.keys[word]; ok && strings.ToLower(word) != key {
			return "`" + key + "`"
		}
		return word
	})
	if !strings.Contains(said, ". ") {
		said = strings.TrimSuffix(said, ".")
	}
	return strings.ReplaceAll(said, "|", "\\|")
}

// about is what the comment of a struct says of its section.
func (w *writer) about(name string) string {
	said := w.comments[name]
	for _, beginning := range []string{name + " is ", name + " are "} {
		if rest, ok := strings.CutPrefix(said, beginning); ok {
			said = strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return document.ReplaceAllString(said, "[$1]($1.md)")
}

func shown(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return "`" + short(d) + "`"
	}
	switch {
	case v.Kind() == reflect.Bool:
		return fmt.Sprintf("`%t`", v.Bool())
	case v.Kind() == reflect.Int:
		return fmt.Sprintf("`%d`", v.Int())
	case v.IsZero():
		return ""
	default:
		return fmt.Sprintf("`%v`", v.Interface())
	}
}

// short is the duration without the units that are nought.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
