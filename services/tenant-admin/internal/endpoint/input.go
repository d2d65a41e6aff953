package endpoint

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

const defaultLimit = 50

func (k *call) checkMediaType() error {
	values := k.echo.Request().Header["Content-Type"]
	if len(values) != 1 {
		return problem.UnsupportedMediaType
	}
	media, args, err := mime.ParseMediaType(values[0])
	if err != nil || !slices.Contains(k.op.MediaTypes, media) {
		return problem.UnsupportedMediaType
	}
	if cs := args["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return problem.UnsupportedMediaType
	}
	return nil
}

// input reads the body into wire forms, once the schema has approved it. An
// absent body, where the specification allows that, is an empty object.
func (k *call) input(into ...any) error {
	d := document.Object{}
	if len(k.body) > 0 || k.op.BodyRequired {
		var err error
		if d, err = document.Parse(k.body); err != nil {
			return err
		}
	}
	return k.fill(d, into...)
}

func (k *call) fill(d document.Object, into ...any) error {
	if found := k.op.Schema.Check(d); len(found) > 0 {
		return problem.Invalid.With(found...)
	}
	for _, v := range into {
		if err := document.Into(d, v); err != nil {
			return problem.Invalid.Because("the body does not fit its form", err)
		}
	}
	return nil
}

// patch reads the body as a merge patch of what current shows, and what results
// into the wire form. ease, where given, changes what the patch is applied to.
//
// Members that only the service writes may be sent back as they are, so that a
// caller can change a resource that it has read and send it whole.
func (k *call) patch(current, into any, ease ...func(patch, base document.Object) (document.Object, error)) error {
	patch, err := document.Parse(k.body)
	if err != nil {
		return err
	}
	shown, err := document.Of(current)
	if err != nil {
		return err
	}
	var found []problem.Finding
	for name, v := range patch {
		if k.op.Schema.Has(name) {
			continue
		}
		old, exists := shown[name]
		switch {
		case exists && document.Same(old, v):
			delete(patch, name)
		case exists:
			found = append(found, problem.Finding{Pointer: "/" + name, Detail: "This cannot be changed."})
		default:
			// Left to the schema, which knows no such member.
		}
		if !exists && v == nil {
			found = append(found, problem.Finding{Pointer: "/" + problem.Step(name), Detail: "There is no such member."})
		}
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b problem.Finding) int { return strings.Compare(a.Pointer, b.Pointer) })
		return problem.Invalid.With(found...)
	}
	target := k.op.Schema.Restrict(shown)
	for _, f := range ease {
		if target, err = f(patch, target); err != nil {
			return err
		}
	}
	return k.fill(document.Merge(target, patch), into)
}

// page is the part of a list that the query asks for.
func (k *call) page() (store.Page, error) {
	p := store.Page{Limit: defaultLimit, Cursor: k.query.Get("cursor"), Query: k.query.Get("q")}
	if text := k.query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > store.MaxPage || strconv.Itoa(n) != text {
			return store.Page{}, parameter("limit", "Ask for 1 to "+strconv.Itoa(store.MaxPage)+" items.")
		}
		p.Limit = n
	}
	if len(p.Cursor) > 1024 {
		return store.Page{}, parameter("cursor", "This is no cursor of this list.")
	}
	if len(p.Query) > 128 {
		return store.Page{}, parameter("q", "At most 128 bytes.")
	}
	return p, nil
}

// short is a query parameter of at most 128 bytes.
func (k *call) short(name string) (string, error) {
	v := k.query.Get(name)
	if len(v) > 128 {
		return "", parameter(name, "At most 128 bytes.")
	}
	return v, nil
}

// moment is a query parameter in RFC 3339; zero where it is absent.
func (k *call) moment(name string) (time.Time, error) {
	v := k.query.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, parameter(name, "This is no moment of RFC 3339.")
	}
	return t, nil
}

func parameter(name, detail string) error {
	return problem.Invalid.With(problem.Finding{Parameter: name, Detail: detail})
}

// list is one page on the wire.
func list[T, W any](l store.List[T], form func(T) W) page[W] {
	p := page[W]{Items: make([]W, len(l.Items))}
	for i, item := range l.Items {
		p.Items[i] = form(item)
	}
	if l.NextCursor != "" {
		p.NextCursor = &l.NextCursor
	}
	return p
}

// page is the form that every list of the specification has.
type page[W any] struct {
	Items      []W     `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

// etag names one version of a thing that counts its versions. The moment of
// its making keeps apart two things that had one name after another.
func etag(version int64, created time.Time) string {
	return `"` + strconv.FormatInt(version, 36) + "-" + strconv.FormatInt(created.UnixMicro(), 36) + `"`
}

// etagOf names the state of a thing that counts no versions.
func etagOf(state any) string {
	raw, err := json.Marshal(state)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// match holds a write to the caller's If-Match (RFC 9110, section 13.1.1).
func (k *call) match(current string) error {
	values := k.echo.Request().Header["If-Match"]
	if len(values) == 0 {
		return nil
	}
	for _, v := range values {
		for tag := range strings.SplitSeq(v, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || tag == current && current != "" {
				return nil
			}
		}
	}
	return problem.PreconditionFailed
}

// id reads a path parameter that is a UUID. What is none names nothing.
func (k *call) id(name string) (uuid.UUID, error) {
	text := k.echo.Param(name)
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil || id.String() != text {
		return uuid.Nil, problem.NotFound.Because("not an id", nil)
	}
	return id, nil
}
