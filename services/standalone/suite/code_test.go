package suite_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// CO-01
func TestCodeCannotBeRedeemedTwice(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		r := app.Authorize()
		code := r.Code(t, w.Browser(t), user)
		tokens := party.ReadTokens(t, r.Redeem(t, code))
		next := party.ReadTokens(t, app.Refresh(t, tokens.Refresh))

		refused(t, r.RedeemAt(t, 1, code), "invalid_grant")
		for node := range tg.Nodes {
			soon(t, revocationBound, "a replay ends what the code gave", func() bool {
				return !app.Active(t, node, tokens.Access) && !app.Active(t, node, next.Access) && !app.Active(t, node, next.Refresh)
			})
		}
		refused(t, app.Refresh(t, next.Refresh), "invalid_grant")
		require.Equal(t, http.StatusUnauthorized, w.UserInfo(t, tokens.Access).Status)
	})
}

// CO-02, F-20
func TestOneOfManyRedemptionsAtOnceSucceeds(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		for range 3 {
			r := app.Authorize()
			code := r.Code(t, b, user)
			n, won := successes(t, together(50, func(i int) wire.Answer { return r.RedeemAt(t, i, code) }), "invalid_grant")
			require.Equal(t, 1, n)
			tokens := party.ReadTokens(t, won)
			for node := range tg.Nodes {
				soon(t, revocationBound, "the race was a replay: what it gave has ended", func() bool { return !app.Active(t, node, tokens.Access) })
			}
			refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant")
		}
	})
}

// CO-03
func TestCodeIsBoundToItsClient(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		confidential, public := w.NewApp(t, nil), w.Public(t, nil)
		for _, c := range []struct{ owner, thief *party.App }{{confidential, public}, {public, confidential}} {
			r := c.owner.Authorize()
			code := r.Code(t, w.Browser(t), user)
			stolen := *r
			stolen.App = c.thief
			refused(t, stolen.Redeem(t, code), "invalid_grant")
			refused(t, stolen.Redeem(t, code, "client_id", c.owner.ID), "invalid_request", "invalid_client", "invalid_grant")
			tokens := party.ReadTokens(t, r.Redeem(t, code))

			refused(t, stolen.Redeem(t, code), "invalid_grant")
			require.Equal(t, http.StatusOK, c.owner.Refresh(t, tokens.Refresh).Status, "a replay by another client ends nothing")
		}
		// A confidential client cannot pass as public by leaving its secret out.
		r := confidential.Authorize()
		code := r.Code(t, w.Browser(t), user)
		a := w.Post(t, 0, "/oauth2/token", form("grant_type", "authorization_code", "code", code, "client_id", confidential.ID, "code_verifier", r.Verifier, "redirect_uri", confidential.RedirectURI), "Content-Type", formType)
		refused(t, a, "invalid_client")
		require.Equal(t, http.StatusOK, r.Redeem(t, code).Status)
	})
}

// PK-05, PK-06, CO-07
func TestCodeIsBoundToItsVerifier(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)

		r := app.Authorize()
		code := r.Code(t, b, user)
		refused(t, r.Redeem(t, code, "code_verifier", ""), "invalid_grant")
		for _, verifier := range []string{party.NewVerifier(), party.Challenge(r.Verifier)} {
			refused(t, r.Redeem(t, code, "code_verifier", verifier), "invalid_grant")
		}
		body := form("grant_type", "authorization_code", "code", code, "redirect_uri", app.RedirectURI, "code_verifier", r.Verifier, "code_verifier", r.Verifier)
		refused(t, w.Post(t, 0, "/oauth2/token", body, "Content-Type", formType, "Authorization", party.Basic(app.ID, app.Secret)), "invalid_request")
		body = form("grant_type", "authorization_code", "code", code, "redirect_uri", app.RedirectURI, "code_verifier[]", r.Verifier)
		refused(t, w.Post(t, 0, "/oauth2/token", body, "Content-Type", formType, "Authorization", party.Basic(app.ID, app.Secret)), "invalid_grant")
		require.Equal(t, http.StatusOK, r.Redeem(t, code).Status, "a few slips do not burn the code")

		for _, verifier := range []string{r.Verifier[:42], r.Verifier + r.Verifier + r.Verifier, r.Verifier + "!", r.Verifier + "ü"} {
			other := app.Authorize()
			refused(t, other.Redeem(t, other.Code(t, b, user), "code_verifier", verifier), "invalid_grant", "invalid_request")
		}

		guessed := app.Authorize()
		code = guessed.Code(t, b, user)
		for i := range 10 {
			refused(t, guessed.RedeemAt(t, i, code, "code_verifier", party.NewVerifier()), "invalid_grant")
		}
		refused(t, guessed.Redeem(t, code), "invalid_grant") // burnt by guessing
	})
}

// PK-07
func TestVerifierWithoutChallengeIsADowngrade(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"pkce": "required_for_public"})
		user, app, public := w.NewUser(t), w.NewApp(t, nil), w.Public(t, nil)
		r := app.Authorize("code_challenge", "", "code_challenge_method", "")
		code := r.Code(t, w.Browser(t), user)
		refused(t, r.Redeem(t, code), "invalid_grant")
		require.Equal(t, http.StatusOK, r.Redeem(t, code, "code_verifier", "").Status, "the page's literal body works with this setting")

		r = public.Authorize("code_challenge", "", "code_challenge_method", "")
		redirected(t, r, r.Open(t, w.Browser(t)), "invalid_request")
	})
}

// CO-10
func TestRedemptionCannotWidenWhatWasGranted(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		r := app.Authorize("scope", "openid profile")
		code := r.Code(t, w.Browser(t), user)
		a := r.Redeem(t, code, "scope", "openid profile email")
		if a.Status == http.StatusOK {
			require.NotContains(t, a.Text("scope"), "email")
		} else {
			refused(t, a, "invalid_scope")
		}
		r = app.Authorize()
		refused(t, r.Redeem(t, r.Code(t, w.Browser(t), user), "resource", "https://api.example"), "invalid_target")
	})
}

// CO-11
func TestCodesAreLongAndUnlike(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		b := w.Browser(t)
		app.Authorize().Code(t, b, user)
		seen := map[string]bool{}
		positions := make([]map[byte]bool, 43)
		for range 64 {
			r := app.Authorize()
			code := r.ReadCode(t, r.Open(t, b))
			require.Len(t, code, 43, "256 bits")
			require.False(t, seen[code])
			seen[code] = true
			for i := range code {
				if positions[i] == nil {
					positions[i] = map[byte]bool{}
				}
				positions[i][code[i]] = true
			}
		}
		for i, values := range positions[:42] {
			require.Greater(t, len(values), 20, "position %d hardly varies", i)
		}
	})
}

// CO-13
func TestConsentSentTwiceGivesOneCode(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		r := app.Authorize()
		consent := party.LogIn(t, r.Open(t, b), user)
		require.NotEmpty(t, r.ReadCode(t, consent.Press(t, "consent-accept")))
		again := consent.Press(t, "consent-accept")
		errorPage(t, again)
		errorPage(t, consent.Press(t, "consent-deny"))

		_, action, values := party.LogIn(t, app.Authorize("prompt", "login consent").Open(t, b), user).Fill(t, "consent-accept")
		pages := make(chan int, 8)
		for range cap(pages) {
			go func() {
				codes := 0
				if b.Post(t, action.String(), values, "same-origin").Answer().Has("code") {
					codes = 1
				}
				pages <- codes
			}()
		}
		codes := 0
		for range cap(pages) {
			codes += <-pages
		}
		require.Equal(t, 1, codes)
	})
}

// HX-14, TE-13
func TestEveryUselessCodeLooksTheSame(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app, other := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, nil)
		b := w.Browser(t)
		used, foreign := app.Authorize(), other.Authorize()
		usedCode, foreignCode := used.Code(t, b, user), foreign.Code(t, b, user)
		party.ReadTokens(t, used.Redeem(t, usedCode))
		var body string
		for name, a := range map[string]wire.Answer{
			"unknown": used.Redeem(t, "x"), "used": used.Redeem(t, usedCode), "another client's": used.Redeem(t, foreignCode),
			"wrong verifier": used.Redeem(t, foreignCode, "code_verifier", "x"),
		} {
			refused(t, a, "invalid_grant")
			if body == "" {
				body = impersonal(a)
			}
			require.Equal(t, body, impersonal(a), name)
		}
		// Who is not authenticated learns nothing of codes at all.
		nobody := *foreign
		nobody.App = &party.App{Workspace: w, ID: other.ID, Secret: "wrong", Method: "client_secret_basic", RedirectURI: other.RedirectURI}
		refused(t, nobody.Redeem(t, foreignCode), "invalid_client")
		refused(t, nobody.Redeem(t, "x"), "invalid_client")
		require.Equal(t, http.StatusOK, foreign.Redeem(t, foreignCode).Status)
	})
}
