package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// once answers a POST with an Idempotency-Key at most once: the same caller's
// same request gets the same answer for ten minutes. Answers may hold secrets,
// so they are sealed under the key-encryption key, bound to the caller.
//
// Only successes are kept. A request that failed changed nothing and may be
// sent again with the same key.
func (a *API) once(k *call, act func() (answer, error)) (answer, error) {
	values := k.echo.Request().Header["Idempotency-Key"]
	if len(values) == 0 || k.op.Method != http.MethodPost {
		return act()
	}
	if len(values) != 1 || !printable(values[0]) {
		return answer{}, parameter("Idempotency-Key", "Send one key of 1 to 255 printable ASCII characters.")
	}
	name := k.callerKey(values[0])
	print := sha256.Sum256(k.body)
	sealed, err := a.KV.Idempotent(k.ctx, name, print[:])
	switch {
	case errors.Is(err, kv.ErrMismatch):
		return answer{}, problem.IdempotencyMismatch
	case errors.Is(err, kv.ErrInProgress):
		return answer{}, problem.IdempotencyBusy
	case err != nil:
		return answer{}, err
	case sealed != nil:
		return a.recall(name, sealed)
	}
	ans, err := act()
	// Whoever waits for this answer must get it even where this caller has left.
	ctx := context.WithoutCancel(k.ctx)
	if err != nil {
		// Where the key cannot be given back it frees itself within a minute.
		_ = a.KV.DropIdempotent(ctx, name)
		return answer{}, err
	}
	a.remember(ctx, name, print[:], &ans)
	return ans, nil
}

// remember keeps the answer. Where that fails, the act stands and a retry finds
// what it has made.
func (a *API) remember(ctx context.Context, name string, print []byte, ans *answer) {
	raw, err := ans.encoded()
	if err != nil {
		return
	}
	ans.Raw = raw
	plain, err := json.Marshal(ans)
	if err != nil {
		return
	}
	if sealed, err := a.Root.Seal(plain, idempotencyAAD(name)); err == nil {
		_ = a.KV.PutIdempotent(ctx, name, print, sealed)
	}
}

func (a *API) recall(name string, sealed []byte) (answer, error) {
	plain, err := a.Root.Open(sealed, idempotencyAAD(name))
	if err != nil {
		return answer{}, problem.IdempotencyMismatch.Because("the kept answer does not open", err)
	}
	var ans answer
	if err := json.Unmarshal(plain, &ans); err != nil {
		return answer{}, problem.Internal.Because("the kept answer cannot be read", err)
	}
	return ans, nil
}

func idempotencyAAD(name string) []byte { return keys.AAD("admin api", "idempotency", name) }

// callerKey names the caller, what it asks for, and its key. A caller without a
// credential is its address.
func (k *call) callerKey(key string) string {
	who := k.caller.ID()
	if who == "" {
		who = server.PeerOf(k.echo).IP.String()
	}
	return strings.Join([]string{k.caller.Kind(), who, k.op.Method, k.echo.Request().URL.Path, key}, "\n")
}

func printable(key string) bool {
	if key == "" || len(key) > 255 {
		return false
	}
	for i := range len(key) {
		if key[i] < 0x21 || key[i] > 0x7E {
			return false
		}
	}
	return true
}
