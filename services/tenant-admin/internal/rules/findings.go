package rules

import (
	"fmt"
	"slices"

	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// report collects what is wrong.
type report struct{ found []problem.Finding }

// add records a finding about the member that the pointer names.
func (r *report) add(pointer, detail string) {
	r.found = append(r.found, problem.At(pointer, detail))
}

// when records the finding if it holds.
func (r *report) when(bad bool, pointer, detail string) {
	if bad {
		r.add(pointer, detail)
	}
}

// check records the error of a check.
func (r *report) check(pointer string, err error) {
	if err != nil {
		r.add(pointer, err.Error())
	}
}

// distinct refuses a list that repeats itself.
func (r *report) distinct(pointer string, list []string) {
	for i, v := range list {
		r.when(slices.Contains(list[:i], v), item(pointer, i), "this is repeated")
	}
}

func item(pointer string, i int) string { return fmt.Sprintf("%s/%d", pointer, i) }
