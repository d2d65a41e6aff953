package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
)

// Merge applies a merge patch (RFC 7396): null removes a member, an object is
// merged into the member, any other value replaces it. Neither argument is
// changed.
func Merge(target, patch Object) Object {
	out := maps.Clone(target)
	if out == nil {
		out = Object{}
	}
	for name, v := range patch {
		if v == nil {
			delete(out, name)
			continue
		}
		if sub, ok := v.(Object); ok {
			old, _ := out[name].(Object)
			out[name] = Merge(old, sub)
			continue
		}
		out[name] = v
	}
	return out
}

// Of is the document that a wire form stands for.
func Of(v any) (Object, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	var out Object
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return out, nil
}

// Into fills a wire form from a document that its schema has approved.
func Into(d Object, v any) error {
	b, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return nil
}

// Same tells whether two values of documents are equal.
func Same(a, b any) bool { return reflect.DeepEqual(a, b) }
