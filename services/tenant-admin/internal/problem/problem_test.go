package problem_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

var update = flag.Bool("update", false, "write the golden files")

// The bodies are a promise to callers: a change here is a change of the API.
func TestProblemsReadAsTheyAlwaysDid(t *testing.T) {
	var got bytes.Buffer
	for _, p := range append(problem.Table(), problem.Invalid.With(
		problem.Finding{Pointer: "/redirect_uris/0", Detail: "The scheme must be https."},
		problem.Finding{Parameter: "limit", Detail: "Ask for 1 to 100 items."},
	).Because("never shown", errors.New("never shown"))) {
		raw, err := p.Body("00000000000000000000000000000000")
		require.NoError(t, err)
		require.NoError(t, json.Indent(&got, raw, "", "  "))
		got.WriteByte('\n')
	}
	const golden = "testdata/problems.golden"
	if *update {
		require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
	require.NotContains(t, got.String(), "never shown")
}

func TestCodesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range problem.Table() {
		require.False(t, seen[p.Code], p.Code)
		seen[p.Code] = true
		require.GreaterOrEqual(t, p.Status, 400)
		require.NotEmpty(t, p.Title)
		require.NotEmpty(t, p.Detail)
	}
}

func TestErrorsOfTheStoreAreVerdictsOnlyWhereTheyAreMeantAsSuch(t *testing.T) {
	for err, want := range map[error]*problem.Problem{
		store.ErrNotFound: problem.NotFound, tenancy.ErrNotFound: problem.NotFound, tenancy.ErrSuspended: problem.Suspended,
		&store.ConflictError{Field: "owner"}: problem.LastOwner, &store.ConflictError{Field: "tid"}: problem.Conflict,
		&store.ConflictError{Field: store.FieldVersion}: problem.Busy, &store.ConflictError{Field: "secrets"}: problem.LimitReached,
		&store.ConflictError{Field: "member"}: problem.InUse, store.ErrCursor: problem.Invalid, fmt.Errorf("w: %w", problem.ReadOnly): problem.ReadOnly,
	} {
		require.ErrorIs(t, problem.From(fmt.Errorf("wrapped: %w", err)), want)
	}
	require.Nil(t, problem.From(errors.New("connection reset")), "an outage is no verdict")
}

func TestFrontsErrorsKeepTheirStatus(t *testing.T) {
	for _, e := range []*oauth.Error{oauth.ErrInvalidToken, oauth.ErrInvalidRequest, oauth.ErrTemporarilyUnavailable, oauth.ErrTooManyRequests, oauth.ErrServerError, oauth.ErrInsufficientScope} {
		require.Equal(t, e.Status, problem.FromOAuth(e).Status, e.Code)
	}
}

func TestFindingsAreSentences(t *testing.T) {
	for said, want := range map[string]string{
		"this is repeated":                    "This is repeated.",
		"This is repeated.":                   "This is repeated.",
		"private_key_jwt needs jwks":          "private_key_jwt needs jwks.",
		"x5c is not an array of certificates": "x5c is not an array of certificates.",
		"über":                                "Über.",
		"\xff":                                "\xff.",
		"":                                    "",
	} {
		require.Equal(t, problem.Finding{Pointer: "/a", Detail: want}, problem.At("/a", said))
	}
}

func TestFindingsAreBounded(t *testing.T) {
	p := problem.Invalid
	for range 100 {
		p = p.With(problem.Finding{Detail: "x"})
	}
	require.Len(t, p.Findings(), problem.MaxFindings)
	require.Empty(t, problem.Invalid.Findings(), "the row itself stays as it is")
}
