package keys

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

func TestRefreshTokenReadsBackAsItWasWritten(t *testing.T) {
	r, w := root(t), workspace(t)
	token := NewRefresh(uuid.New())
	assert.Equal(t, int64(1), token.Generation)
	for range 3 {
		text := r.FormatRefresh(w, token)
		assert.Len(t, text, 98)
		assert.Equal(t, text, r.FormatRefresh(w, token), "a retry gets the identical successor")
		got, ok := r.ParseRefresh(w, text)
		assert.True(t, ok)
		assert.Equal(t, token, got)
		token.Generation++
	}
}

func TestRefreshTokensOfOneGrantAreAllDifferent(t *testing.T) {
	r, w, grant := root(t), workspace(t), uuid.New()
	a, b := NewRefresh(grant), NewRefresh(grant)
	assert.NotEqual(t, r.FormatRefresh(w, a), r.FormatRefresh(w, b))
	next := a
	next.Generation++
	assert.NotEqual(t, r.FormatRefresh(w, a), r.FormatRefresh(w, next))
}

func TestRefreshTokenWithAnyBitFlippedIsRefused(t *testing.T) {
	r, w := root(t), workspace(t)
	text := r.FormatRefresh(w, NewRefresh(uuid.New()))
	raw, err := b64.DecodeString(text)
	assert.NoError(t, err)
	eachBitFlip(raw, func(flipped []byte) {
		_, ok := r.ParseRefresh(w, b64.EncodeToString(flipped))
		assert.False(t, ok)
	})
	eachBitFlip([]byte(text), func(flipped []byte) {
		_, ok := r.ParseRefresh(w, string(flipped))
		assert.False(t, ok)
	})
}

func TestRefreshTokenInAnotherSpellingIsRefused(t *testing.T) {
	r, w := root(t), workspace(t)
	for name, text := range misspellings(r.FormatRefresh(w, NewRefresh(uuid.New()))) {
		_, ok := r.ParseRefresh(w, text)
		assert.False(t, ok, name)
	}
}

func TestRefreshTokenOfAnotherWorkspaceOrInstallationIsRefused(t *testing.T) {
	r, here, there := root(t), workspace(t), workspace(t)
	text := r.FormatRefresh(here, NewRefresh(uuid.New()))
	_, ok := r.ParseRefresh(there, text)
	assert.False(t, ok)
	_, ok = root(t).ParseRefresh(here, text)
	assert.False(t, ok)
}

func TestRefreshTokenHasAPositiveGeneration(t *testing.T) {
	r, w := root(t), workspace(t)
	for _, generation := range []int64{0, -1} {
		token := NewRefresh(uuid.New())
		token.Generation = generation
		_, ok := r.ParseRefresh(w, r.FormatRefresh(w, token))
		assert.False(t, ok)
	}
}

func TestOtherBearerValuesAreNoRefreshTokens(t *testing.T) {
	r, w := root(t), workspace(t)
	opaque, err := open(t, r, w).SealToken([]byte(`{"iss":"x"}`))
	assert.NoError(t, err)
	for _, s := range []string{NewBearer(), NewClientSecret(), opaque, strings.Repeat("A", 98)} {
		_, ok := r.ParseRefresh(w, s)
		assert.False(t, ok)
	}
}

func FuzzParseRefresh(f *testing.F) {
	r, w := root(f), workspace(f)
	genuine := r.FormatRefresh(w, NewRefresh(uuid.New()))
	f.Add(genuine)
	for _, s := range misspellings(genuine) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, ok := r.ParseRefresh(w, s); ok && s != genuine {
			t.Fatalf("%q was taken for a refresh token", s)
		}
	})
}
