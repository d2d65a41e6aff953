package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Spec is a loaded OpenAPI document. It is read-only and safe for concurrent use.
type Spec struct {
	operations map[string]*Operation
	order      []*Operation
	tags       []Tag
}

// Tag is a chapter of the specification.
type Tag struct{ Name, Description string }

// Operation is one verb at one path of the specification.
type Operation struct {
	Method, Path string // Path with {names}
	ID, Tag      string
	Summary      string
	Description  string
	Public       bool     // needs no credential
	Query        []string // the query parameters it takes
	MediaTypes   []string // of its body; none where it takes none
	BodyRequired bool
	Schema       *Schema // of its body; nil where it takes none
}

// Load reads and checks an OpenAPI 3.1 document.
func Load(raw []byte) (*Spec, error) {
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	prefix := ""
	if len(doc.Servers) > 0 {
		prefix = doc.Servers[0].URL
	}
	s := &Spec{operations: map[string]*Operation{}}
	for _, t := range doc.Tags {
		s.tags = append(s.tags, Tag{Name: t.Name, Description: t.Description})
	}
	flat := flattener{}
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for method, o := range item.Operations() {
			op := operation(flat, item, o)
			op.Method, op.Path = method, prefix+path
			s.operations[key(method, op.Path)] = op
			s.order = append(s.order, op)
		}
	}
	slices.SortFunc(s.order, func(a, b *Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return s, nil
}

func key(method, path string) string { return method + " " + path }

// Operation finds the operation of a method and a path with {names}; nil where
// the specification has none.
func (s *Spec) Operation(method, path string) *Operation { return s.operations[key(method, path)] }

// Operations lists all operations by path.
func (s *Spec) Operations() []*Operation { return s.order }

// Tags lists the chapters in the document's order.
func (s *Spec) Tags() []Tag { return s.tags }

func operation(flat flattener, item *openapi3.PathItem, o *openapi3.Operation) *Operation {
	op := &Operation{ID: o.OperationID, Summary: o.Summary, Description: o.Description, Public: o.Security != nil && len(*o.Security) == 0}
	if len(o.Tags) > 0 {
		op.Tag = o.Tags[0]
	}
	for _, p := range append(append(openapi3.Parameters{}, item.Parameters...), o.Parameters...) {
		if p.Value != nil && p.Value.In == openapi3.ParameterInQuery {
			op.Query = append(op.Query, p.Value.Name)
		}
	}
	if o.RequestBody == nil || o.RequestBody.Value == nil {
		return op
	}
	op.BodyRequired = o.RequestBody.Value.Required
	for media, content := range o.RequestBody.Value.Content {
		op.MediaTypes = append(op.MediaTypes, media)
		op.Schema = &Schema{flat.of(content.Schema.Value)}
	}
	slices.Sort(op.MediaTypes)
	return op
}

// Schema is one schema of request bodies, with its compositions resolved.
type Schema struct{ s *openapi3.Schema }

// Has tells whether the schema knows a member of that name.
func (s *Schema) Has(name string) bool { return s.s.Properties[name] != nil }

// Restrict keeps the members that the schema knows.
func (s *Schema) Restrict(d Object) Object {
	out := Object{}
	for name, v := range d {
		if s.Has(name) {
			out[name] = v
		}
	}
	return out
}

// Check lists what is wrong with the document, in a stable order.
func (s *Schema) Check(d Object) []problem.Finding {
	found := unknown(s.s, d, "")
	err := s.s.VisitJSON(d, openapi3.MultiErrors(), openapi3.VisitAsRequest(), openapi3.EnableFormatValidation())
	found = append(found, findings(err)...)
	slices.SortFunc(found, func(a, b problem.Finding) int { return strings.Compare(a.Pointer+a.Detail, b.Pointer+b.Detail) })
	return slices.Compact(found)
}

// unknown finds members that the schema does not name. Where a schema names
// none, it is open.
func unknown(s *openapi3.Schema, v any, at string) []problem.Finding {
	var found []problem.Finding
	switch v := v.(type) {
	case Object:
		if len(s.Properties) == 0 {
			return nil
		}
		for name, member := range v {
			p := s.Properties[name]
			if p == nil {
				found = append(found, problem.Finding{Pointer: at + "/" + problem.Step(name), Detail: "There is no such member."})
				continue
			}
			found = append(found, unknown(p.Value, member, at+"/"+problem.Step(name))...)
		}
	case []any:
		if s.Items == nil {
			return nil
		}
		for i, item := range v {
			found = append(found, unknown(s.Items.Value, item, fmt.Sprintf("%s/%d", at, i))...)
		}
	}
	return found
}

// findings turns what the schema library finds into ours.
func findings(err error) []problem.Finding {
	if err == nil {
		return nil
	}
	var many openapi3.MultiError
	if errors.As(err, &many) {
		var found []problem.Finding
		for _, e := range many {
			found = append(found, findings(e)...)
		}
		return found
	}
	var one *openapi3.SchemaError
	if !errors.As(err, &one) {
		return []problem.Finding{{Detail: "The body does not fit its schema."}}
	}
	var at strings.Builder
	for _, step := range one.JSONPointer() {
		at.WriteString("/" + problem.Step(step))
	}
	return []problem.Finding{{Pointer: at.String(), Detail: asked(one.SchemaField, one.Schema)}}
}

// asked words what a rule of the schema asks for. It never names the value that
// broke the rule, and passes on no words of the library.
func asked(rule string, s *openapi3.Schema) string {
	switch rule {
	case "required":
		return "This is required."
	case "type":
		return "This must be " + kind(s) + "."
	case "nullable":
		return "This may not be null."
	case "enum":
		return "This must be one of " + listed(s.Enum) + "."
	case "format":
		return "This is not of the format " + s.Format + "."
	case "pattern":
		return "This is not of the right form: " + within(s.Description)
	case "minimum":
		return "This must be at least " + decimal(*s.Min) + "."
	case "maximum":
		return "This may be at most " + decimal(*s.Max) + "."
	case "minLength":
		return "This may not be empty." // no schema asks for more than one character
	case "maxLength":
		return fmt.Sprintf("This may have at most %d characters.", *s.MaxLength)
	case "minItems":
		return fmt.Sprintf("Name at least %d.", s.MinItems)
	case "maxItems":
		return fmt.Sprintf("Name at most %d.", *s.MaxItems)
	case "maxProperties":
		return fmt.Sprintf("This may have at most %d members.", *s.MaxProps)
	case "uniqueItems":
		return "An item is repeated."
	default:
		return "This does not fit its schema."
	}
}

// within writes a sentence so that it can follow a colon.
func within(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}

// kind names the type that the schema asks for.
func kind(s *openapi3.Schema) string {
	switch {
	case s.Type.Is(openapi3.TypeInteger):
		return "a whole number"
	case s.Type.Is(openapi3.TypeNumber):
		return "a number"
	case s.Type.Is(openapi3.TypeBoolean):
		return "true or false"
	case s.Type.Is(openapi3.TypeString):
		return "a text"
	case s.Type.Is(openapi3.TypeArray):
		return "a list"
	default:
		return "an object"
	}
}

func listed(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// decimal writes a bound as people do, without an exponent.
func decimal(bound float64) string { return strconv.FormatFloat(bound, 'f', -1, 64) }

// flattener resolves allOf into one schema with all the properties, so that
// unknown members can be told and errors point at members. It keeps what it
// made, so that a schema that is used twice is resolved once.
type flattener map[*openapi3.Schema]*openapi3.Schema

func (f flattener) of(s *openapi3.Schema) *openapi3.Schema {
	if done, ok := f[s]; ok {
		return done
	}
	out := *s
	f[s] = &out
	out.AllOf = nil
	out.Properties = openapi3.Schemas{}
	out.Required = slices.Clone(s.Required)
	for _, part := range s.AllOf {
		sub := f.of(part.Value)
		for name, p := range sub.Properties {
			out.Properties[name] = p
		}
		out.Required = append(out.Required, sub.Required...)
		if out.Type == nil {
			out.Type = sub.Type
		}
	}
	for name, p := range s.Properties {
		out.Properties[name] = &openapi3.SchemaRef{Value: f.of(p.Value)}
	}
	if s.Items != nil {
		out.Items = &openapi3.SchemaRef{Value: f.of(s.Items.Value)}
	}
	if len(out.Properties) == 0 {
		out.Properties = nil
	}
	return &out
}
