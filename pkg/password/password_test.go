package password

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

// light is cheap enough for tests.
func light() Params { return Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1} }

func hasher() *Hasher { return New(Config{Params: light(), MaxConcurrent: 2, MaxQueued: 2}) }

const right = "correct horse battery staple"

func TestOnlyThePasswordItselfMatches(t *testing.T) {
	h := hasher()
	phc, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	ok, rehash, err := h.Verify(t.Context(), phc, right)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.False(t, rehash)
	for _, wrong := range []string{"", " " + right, right + " ", right + "\x00", strings.ToUpper(right), right[:len(right)-1]} {
		ok, rehash, err := h.Verify(t.Context(), phc, wrong)
		require.NoError(t, err)
		assert.False(t, ok)
		assert.False(t, rehash)
	}
}

func TestEveryHashHasItsOwnSalt(t *testing.T) {
	h := hasher()
	a, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	b, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	assert.NotEqual(t, a, b)
	assert.NotContains(t, a, right)
}

func TestDefaultCostIsWhatWePromise(t *testing.T) {
	h := New(Config{})
	phc, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$"), phc)
	assert.Equal(t, DefaultParams(), h.decoy.Params, "unknown users cost the same")
}

// Unknown users are checked by the same code, at the same cost, as real ones.
func TestUnknownUserCostsAsMuchAndNeverMatches(t *testing.T) {
	h := hasher()
	phc, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	parsed, err := parse(phc, h.params)
	require.NoError(t, err)
	kept, ok := parsed.(argon2id)
	require.True(t, ok)
	assert.Equal(t, kept.Params, h.decoy.Params)
	assert.Len(t, h.decoy.salt, len(kept.salt))
	assert.Len(t, h.decoy.digest, len(kept.digest))
	assert.Equal(t, h.weight(kept), h.weight(h.decoy))
	for _, pw := range []string{"", right} {
		ok, rehash, err := h.Verify(t.Context(), "", pw)
		require.NoError(t, err)
		assert.False(t, ok)
		assert.False(t, rehash)
	}
	// It takes a slot as a real one does, so that a flood of unknown names is bounded too.
	require.NoError(t, h.slots.Acquire(t.Context(), h.width))
	h.maxQueued = 0
	_, _, err = h.Verify(t.Context(), "", right)
	assert.ErrorIs(t, err, ErrBusy)
}

func TestTooLongPasswordIsRefused(t *testing.T) {
	h := hasher()
	longest := strings.Repeat("x", MaxBytes)
	phc, err := h.Hash(t.Context(), longest)
	require.NoError(t, err)
	ok, _, err := h.Verify(t.Context(), phc, longest)
	require.NoError(t, err)
	assert.True(t, ok)

	_, err = h.Hash(t.Context(), longest+"x")
	assert.ErrorIs(t, err, ErrTooLong)
	ok, _, err = h.Verify(t.Context(), phc, longest+"x")
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestDearerParametersAskForANewHash(t *testing.T) {
	base := Params{MemoryKiB: 128, Iterations: 2, Parallelism: 1}
	phc, err := New(Config{Params: base}).Hash(t.Context(), right)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		now  Params
		want bool
	}{
		"same":             {base, false},
		"more memory":      {Params{256, 2, 1}, true},
		"more passes":      {Params{128, 3, 1}, true},
		"less of both":     {Params{64, 1, 1}, false},
		"other lane count": {Params{128, 2, 2}, false},
	} {
		ok, rehash, err := New(Config{Params: c.now}).Verify(t.Context(), phc, right)
		require.NoError(t, err)
		assert.True(t, ok, name)
		assert.Equal(t, c.want, rehash, name)
	}
}

func TestImportedHashesVerifyAndAskForANewOne(t *testing.T) {
	h := hasher()
	b, err := bcrypt.GenerateFromPassword([]byte(right), bcrypt.MinCost)
	require.NoError(t, err)
	for phc, pw := range map[string]string{
		string(b): right,
		// RFC 7914, section 12.
		"$scrypt$ln=14,r=8,p=1$" + raw("SodiumChloride") + "$" + rawHex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"): "pleaseletmein",
		// "U*U" under a salt of zero bits, as OpenBSD and PHP write it.
		"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW": "U*U",
		"$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW": "U*U",
		// Computed with another implementation of PBKDF2.
		"$pbkdf2-sha256$i=1000,l=32$+/++c2l4dGVlbi1ieXRlcw$Odu5CViSNt7qw0CUz1ONrSG1TrPulhHvTIZ0PVdwx2c":                                     "password",
		"$pbkdf2-sha512$1000$./..c2l4dGVlbi1ieXRlcw$eOKDfyQ3O.99YkR04.zQtlgfZrWnLEDv.ekQ56mQb3KXkVmRV3iEZGu0108oRDFVHYZD/edsWNCGfs.6.NElrg": "password",
	} {
		ok, rehash, err := h.Verify(t.Context(), phc, pw)
		require.NoError(t, err, phc)
		assert.True(t, ok, phc)
		assert.True(t, rehash, phc)
		ok, rehash, err = h.Verify(t.Context(), phc, pw+"x")
		require.NoError(t, err)
		assert.False(t, ok, phc)
		assert.False(t, rehash)
	}
}

// RFC 7914, sections 11 and 12. Their salts are shorter than a kept hash may have.
func TestVectorsOfTheRFCHold(t *testing.T) {
	decoded := func(s string) []byte {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		return b
	}
	s := scryptHash{n: 1024, r: 8, p: 16, salt: []byte("NaCl"), digest: decoded("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")}
	assert.True(t, s.matches("password"))
	assert.False(t, s.matches("Password"))
	k := pbkdf2Hash{newHash: sha256.New, iterations: 80000, salt: []byte("NaCl"), digest: decoded("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d")}
	assert.True(t, k.matches("Password"))
	assert.False(t, k.matches("password"))
}

func raw(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }

func rawHex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

func TestBcryptPasswordIsNotCutShort(t *testing.T) {
	h := hasher()
	full := strings.Repeat("a", 72)
	b, err := bcrypt.GenerateFromPassword([]byte(full), bcrypt.MinCost)
	require.NoError(t, err)
	ok, _, err := h.Verify(t.Context(), string(b), full)
	require.NoError(t, err)
	assert.True(t, ok)
	ok, _, err = h.Verify(t.Context(), string(b), full+"b")
	require.NoError(t, err)
	assert.False(t, ok)
}

// An imported hash must not be able to exhaust the process.
func TestAbsurdOrMalformedHashesAreRefused(t *testing.T) {
	h := hasher()
	salt, digest := raw("saltsaltsaltsalt"), raw(strings.Repeat("d", 32))
	tail := "$" + salt + "$" + digest
	for _, good := range []string{
		"$argon2id$v=19$m=262144,t=10,p=16" + tail, "$scrypt$ln=17,r=8,p=1" + tail, "$pbkdf2-sha256$i=2000000" + tail,
		"$pbkdf2-sha512$i=210000,l=32" + tail, "$pbkdf2-sha256$29000$" + strings.ReplaceAll(salt, "+", ".") + "$" + digest,
		"$2b$14$" + strings.Repeat("C", 53),
	} {
		assert.NoError(t, h.Check(good), good)
	}
	bad := []string{
		"", "$", "$$", "plain", "plain$text", "{SSHA}AAAA", "$1$salt$digest", "$6$salt$digest", "$argon2i$v=19$m=64,t=1,p=1" + tail,
		"$argon2id$m=64,t=1,p=1" + tail, "$argon2id$v=16$m=64,t=1,p=1" + tail, "$argon2id$v=19$m=262145,t=1,p=1" + tail,
		"$argon2id$v=19$m=64,t=11,p=1" + tail, "$argon2id$v=19$m=1024,t=1,p=17" + tail, "$argon2id$v=19$m=7,t=1,p=1" + tail,
		"$argon2id$v=19$m=64,t=0,p=1" + tail, "$argon2id$v=19$m=64,t=1,p=0" + tail, "$argon2id$v=19$m=64,t=1,p=256" + tail,
		"$argon2id$v=19$m=4294967296,t=1,p=1" + tail, "$argon2id$v=19$m=064,t=1,p=1" + tail, "$argon2id$v=19$m=+64,t=1,p=1" + tail,
		"$argon2id$v=19$m=-64,t=1,p=1" + tail, "$argon2id$v=19$t=1,m=64,p=1" + tail, "$argon2id$v=19$m=64,t=1" + tail,
		"$argon2id$v=19$m=64,t=1,p=1,keyid=x" + tail, "$argon2id$v=19$m=64,t=1,p=1" + tail + "$", "$argon2id$v=19$m=64,t=1,p=1$" + salt,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$", "$argon2id$v=19$m=64,t=1,p=1$$" + digest, "$argon2id$v=19$m=64,t=1,p=1$" + raw("short") + "$" + digest,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + raw("short"), "$argon2id$v=19$m=64,t=1,p=1$" + salt + "=$" + digest,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "\n$" + digest, "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + digest + "\n",
		"$argon2id$v=19$m=64,t=1,p=1$" + raw(strings.Repeat("s", 65)) + "$" + digest, "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + raw(strings.Repeat("d", 65)),
		"$2a$15$" + strings.Repeat("C", 53), "$2a$31$" + strings.Repeat("C", 53), "$2a$03$" + strings.Repeat("C", 53), "$2a$5$" + strings.Repeat("C", 54),
		"$2a$+5$" + strings.Repeat("C", 53), "$2x$05$" + strings.Repeat("C", 53), "$2$05$" + strings.Repeat("C", 54), "$2a$05$" + strings.Repeat("C", 52), "$2a$05$" + strings.Repeat("C", 54),
		"$2a$05$" + strings.Repeat("C", 52) + "!", "$2a$05$" + strings.Repeat("C", 26) + "$" + strings.Repeat("C", 26),
		"$scrypt$ln=18,r=8,p=1" + tail, "$scrypt$ln=0,r=8,p=1" + tail, "$scrypt$ln=64,r=8,p=1" + tail, "$scrypt$ln=17,r=33,p=1" + tail, "$scrypt$ln=17,r=32,p=1" + tail,
		"$scrypt$ln=17,r=8,p=16" + tail, "$scrypt$ln=14,r=0,p=1" + tail, "$scrypt$ln=14,r=8,p=0" + tail, "$scrypt$ln=14,r=4294967295,p=4294967295" + tail, "$scrypt$n=14,r=8,p=1" + tail,
		"$pbkdf2-sha256$i=2000001" + tail, "$pbkdf2-sha256$i=0" + tail, "$pbkdf2-sha256$" + tail, "$pbkdf2-sha256$i=1000,l=31" + tail, "$pbkdf2-sha1$i=1000" + tail, "$pbkdf2-sha256$i=1000,l=32,x=1" + tail,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + strings.Repeat("A", 600),
	}
	for _, phc := range bad {
		assert.ErrorIs(t, h.Check(phc), ErrFormat, phc)
		if phc == "" {
			continue // an unknown user
		}
		ok, _, err := h.Verify(t.Context(), phc, right)
		assert.ErrorIs(t, err, ErrFormat, phc)
		assert.False(t, ok)
	}
}

// Whoever configures more than the bounds of imports must be able to log in.
func TestOwnParametersMayExceedTheBoundsOfImports(t *testing.T) {
	own := Params{MemoryKiB: maxMemoryKiB + 1, Iterations: maxIterations + 1, Parallelism: maxParallelism + 1}
	phc := argon2id{Params: own, salt: make([]byte, saltBytes), digest: make([]byte, digestBytes)}.String()
	assert.NoError(t, New(Config{Params: own}).Check(phc))
	assert.ErrorIs(t, New(Config{}).Check(phc), ErrFormat)
}

func TestFullQueueAnswersBusyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hasher()
		phc, err := h.Hash(t.Context(), right)
		require.NoError(t, err)
		require.NoError(t, h.slots.Acquire(t.Context(), h.width)) // every slot is taken

		var queued sync.WaitGroup
		for range h.maxQueued {
			queued.Go(func() {
				ok, _, err := h.Verify(t.Context(), phc, right)
				assert.NoError(t, err)
				assert.True(t, ok)
			})
		}
		synctest.Wait() // they stand in the queue
		_, _, err = h.Verify(t.Context(), phc, right)
		assert.ErrorIs(t, err, ErrBusy)
		_, err = h.Hash(t.Context(), right)
		assert.ErrorIs(t, err, ErrBusy)

		h.slots.Release(h.width)
		queued.Wait()
		ok, _, err := h.Verify(t.Context(), phc, right)
		assert.NoError(t, err)
		assert.True(t, ok, "the queue is empty again")
	})
}

func TestCallerThatGoesAwayLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hasher()
		require.NoError(t, h.slots.Acquire(t.Context(), h.width))
		ctx, leave := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range h.maxQueued {
			waiting.Go(func() {
				_, err := h.Hash(ctx, right)
				assert.ErrorIs(t, err, context.Canceled)
			})
		}
		synctest.Wait()
		leave()
		waiting.Wait()
		assert.Zero(t, h.queued.Load())
		_, err := h.Hash(ctx, right)
		assert.ErrorIs(t, err, context.Canceled)

		h.slots.Release(h.width)
		_, err = h.Hash(t.Context(), right)
		assert.NoError(t, err)
	})
}

// Many hashes at once never take more slots than there are, and each comes out right.
func TestHashesAtOnceAreBoundedAndRight(t *testing.T) {
	h := New(Config{Params: light(), MaxConcurrent: 2, MaxQueued: 100})
	phc, err := h.Hash(t.Context(), right)
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			pw := right
			if i%2 == 1 {
				pw = "wrong"
			}
			ok, _, err := h.Verify(t.Context(), phc, pw)
			assert.NoError(t, err)
			assert.Equal(t, i%2 == 0, ok)
		})
	}
	all.Wait()
	assert.True(t, h.slots.TryAcquire(h.width), "every slot was given back")
}

// A hash of four times our memory takes four slots, and one of more than all
// takes all, but never more than there are.
func TestDearHashesTakeMoreSlots(t *testing.T) {
	h := New(Config{Params: light(), MaxConcurrent: 8})
	for memory, want := range map[uint32]int64{8: 1, 64: 1, 65: 2, 256: 4, 512: 8, maxMemoryKiB: 8} {
		assert.Equal(t, want, h.weight(argon2id{Params: Params{MemoryKiB: memory}}), memory)
	}
	assert.Equal(t, int64(1), h.weight(bcryptHash{}))
	assert.Equal(t, int64(8), h.weight(scryptHash{n: 1 << 17, r: 8, p: 1}))
}

func FuzzParse(f *testing.F) {
	h := hasher()
	phc, err := h.Hash(f.Context(), right)
	require.NoError(f, err)
	f.Add(phc)
	f.Add("$2b$04$" + strings.Repeat("C", 53))
	f.Add("$scrypt$ln=14,r=8,p=1$" + raw("saltsalt") + "$" + raw(strings.Repeat("d", 32)))
	f.Add("$pbkdf2-sha256$i=1000,l=32$" + raw("saltsalt") + "$" + raw(strings.Repeat("d", 32)))
	f.Fuzz(func(t *testing.T, s string) {
		kept, err := parse(s, light())
		if err != nil {
			return
		}
		if m := kept.memoryKiB(); m < 0 || m > maxMemoryKiB {
			t.Fatalf("%q takes %d KiB", s, m)
		}
		// What is ours has one spelling.
		if a, ok := kept.(argon2id); ok && a.String() != s {
			t.Fatalf("%q was read as %q", s, a)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := New(Config{})
	phc, err := h.Hash(b.Context(), right)
	if err != nil {
		b.Fatal(err)
	}
	for name, kept := range map[string]string{"known user": phc, "unknown user": ""} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := h.Verify(b.Context(), kept, right); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
