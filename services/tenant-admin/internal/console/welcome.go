package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

const welcomeTimeout = 8 * time.Second

// registrant is whom a registration makes an owner.
type registrant struct {
	TID   string `json:"tid"`
	Owner struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	} `json:"owner"`
}

// welcome signs the owner of a new tenant in, once the registration that the
// request asks for has succeeded: in the moment before its answer goes out, with
// the password that they have just chosen. Where that fails they sign in by hand.
// came is the request as the browser sent it, with its cookies.
func (c *Console) welcome(ctx echo.Context, came *http.Request) {
	r := ctx.Request()
	raw, err := io.ReadAll(r.Body)
	r.Body = &replay{Reader: bytes.NewReader(raw), err: err, Closer: r.Body}
	var who registrant
	if err != nil || json.Unmarshal(raw, &who) != nil {
		return // the handler says what is wrong
	}
	ctx.Response().Before(func() {
		if ctx.Response().Status != http.StatusCreated {
			return
		}
		ctx.SetRequest(came)
		defer ctx.SetRequest(r)
		c.signInOwner(ctx, who)
	})
}

func (c *Console) signInOwner(ctx echo.Context, who registrant) {
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx.Request().Context()), welcomeTimeout)
	defer cancel()
	w, err := c.Resolver.Workspace(work, who.TID, domain.AdminWorkspace)
	if err != nil {
		return // it waits for the owner's address to be verified
	}
	t, found, err := c.Party.SignIn(work, w, who.Owner.Email, who.Owner.Password, ctx.Request().UserAgent())
	if err == nil {
		err = c.admit(ctx, w, t)
	}
	if err != nil {
		ev := c.event(ctx, w, "console.sign_in", relying.Identity{})
		ev.Outcome, ev.Detail = "failure", map[string]string{"reason": "after registration"}
		c.Record(ev)
		return
	}
	for _, k := range found {
		// Only what belongs to this workspace's pages is handed on.
		if k.Path == w.CookiePath() {
			http.SetCookie(ctx.Response(), k)
		}
	}
}

// replay is a body that has been read, with the error that ended it.
type replay struct {
	*bytes.Reader
	io.Closer
	err error
}

// Read returns the error where the body broke off.
func (b *replay) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}
