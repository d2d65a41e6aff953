package suite_test

import (
	"crypto/tls"
	"net/http"
	"testing"
	"time"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
)

// ways has an entry for every method.
func ways() map[string]way {
	return map[string]way{
		"client_secret_basic": secretWay("client_secret_basic", func(id, secret string) party.Credentials {
			return party.Credentials{Authorization: party.Basic(id, secret)}
		}, func(c party.Credentials, f *field) party.Credentials {
			c.Form = party.Form("client_secret", f.own.Secret)
			return c
		}),
		"client_secret_post": secretWay("client_secret_post", func(id, secret string) party.Credentials {
			return party.Credentials{Form: party.Form("client_id", id, "client_secret", secret)}
		}, func(c party.Credentials, f *field) party.Credentials {
			c.Authorization = party.Basic(f.own.ID, f.own.Secret)
			return c
		}),
		"client_secret_jwt": assertionWay("assertion MAC matches", func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return g.NewMACApp(t, metadata)
		}, func(_ testing.TB, own *jose.Key) *jose.Key { return jose.Secret(own.Alg, wrongSecret) }),
		"private_key_jwt": assertionWay("assertion signature verifies", func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return g.NewKeyApp(t, metadata, jose.NewKey(t, "ES256"))
		}, func(t testing.TB, own *jose.Key) *jose.Key { return jose.NewKey(t, own.Alg).Named(own.ID) }),
		"tls_client_auth": certificateWay(func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return g.NewCertApp(t, g.authority, metadata)
		}, authorityShots),
		"self_signed_tls_client_auth": certificateWay(func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return g.NewSelfSignedApp(t, metadata)
		}, registeredShots),
		"none": noneWay(),
	}
}

const (
	wrongSecret   = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	oneMethod     = "client authentication presented"
	notRegistered = "method is the registered one"
)

// one is a trial of a single request.
func one(want outcome, with func(t testing.TB, f *field) party.Credentials) trial {
	return func(t testing.TB, f *field) []shot { return []shot{{with: with(t, f), want: want}} }
}

// right are the client's own credentials, and the client is let in.
func right(t testing.TB, f *field) []shot {
	return []shot{{with: f.own.Credentials(t), want: letIn}}
}

// again are the same credentials twice; nothing about them is used up.
func again(t testing.TB, f *field) []shot {
	same := f.own.Credentials(t)
	return []shot{{with: same, want: letIn}, {with: same, want: letIn}}
}

// shutOut is a client whose method its workspace has shut out.
func shutOut(t testing.TB, f *field) []shot {
	return []shot{{about: f.shut, with: f.shut.Credentials(t), want: refusal("method allowed by the workspace")}}
}

// secretWay is a method that sends the secret itself: show writes it into a
// request, twice adds another method.
func secretWay(method string, show func(id, secret string) party.Credentials, twice func(party.Credentials, *field) party.Credentials) way {
	const check = "secret matched"
	of := func(whose func(*field) string) trial {
		return one(refusal(check), func(_ testing.TB, f *field) party.Credentials { return show(f.own.ID, whose(f)) })
	}
	return way{
		client: func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return g.NewApp(t, party.With(map[string]any{"trusted": true, "token_endpoint_auth_method": method}, metadata))
		},
		Right:             right,
		WrongCredential:   of(func(*field) string { return wrongSecret }),
		AnotherClients:    of(func(f *field) string { return f.other.Secret }),
		AnotherWorkspaces: of(func(f *field) string { return f.neighbour.Secret }),
		AnotherTenants:    of(func(f *field) string { return f.foreigner.Secret }),
		MethodDisabled:    shutOut,
		TwoMethods: one(outcome{"invalid_request", oneMethod}, func(_ testing.TB, f *field) party.Credentials {
			return twice(show(f.own.ID, f.own.Secret), f)
		}),
		Expired: one(refusal(check), func(t testing.TB, f *field) party.Credentials { return show(f.own.ID, expiredSecret(t, f.own)) }),
		// A secret is no proof of the moment: whoever has it may send it again.
		Replayed: again,
	}
}

// expiredSecret gives the client a second secret, whose time is over.
func expiredSecret(t testing.TB, app *party.App) string {
	t.Helper()
	end := time.Now().Add(2 * time.Second).UTC().Truncate(time.Second)
	made := app.Workspace.Must(t, http.MethodPost, "/clients/"+app.ID+"/secrets", map[string]any{"label": "for a while", "expires_at": end.Format(time.RFC3339)})
	time.Sleep(time.Until(end.Add(100 * time.Millisecond)))
	return made.Text("client_secret")
}

// assertionWay is a method by client assertion. proof is the check that a
// signature by a key other than the client's fails, wrong makes such a key.
func assertionWay(proof string, client func(testing.TB, *ground, map[string]any) *party.App, wrong func(testing.TB, *jose.Key) *jose.Key) way {
	signed := func(t testing.TB, f *field, changes ...party.Change) party.Credentials {
		return party.Asserted(f.own.Assertion(t, changes...))
	}
	// Of another workspace's client of the same id, what is meant for that
	// workspace, and what it makes for this one.
	of := func(whose func(*field) *party.App) trial {
		return func(t testing.TB, f *field) []shot {
			return []shot{
				{with: whose(f).Credentials(t), want: refusal("assertion audience is this server alone")},
				{with: signed(t, f, party.Signed(whose(f).Key)), want: refusal(proof)},
			}
		}
	}
	return way{
		client: func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return client(t, g, party.With(map[string]any{"trusted": true}, metadata))
		},
		Right: right,
		WrongCredential: func(t testing.TB, f *field) []shot {
			return []shot{{with: signed(t, f, party.Signed(wrong(t, f.own.Key))), want: refusal(proof)}}
		},
		AnotherClients: func(t testing.TB, f *field) []shot {
			named := f.other.Credentials(t)
			named.Form.Set("client_id", f.own.ID)
			return []shot{
				{with: signed(t, f, party.Signed(f.other.Key)), want: refusal(proof)},
				{with: named, want: refusal("assertion issuer and subject are the client")},
			}
		},
		AnotherWorkspaces: of(func(f *field) *party.App { return f.neighbour }),
		AnotherTenants:    of(func(f *field) *party.App { return f.foreigner }),
		MethodDisabled:    shutOut,
		TwoMethods: func(t testing.TB, f *field) []shot {
			basic, post := f.own.Credentials(t), f.own.Credentials(t)
			basic.Authorization = party.Basic(f.own.ID, wrongSecret)
			post.Form.Set("client_secret", wrongSecret)
			both := outcome{"invalid_request", oneMethod}
			return []shot{{with: basic, want: both}, {with: post, want: both}}
		},
		Expired: func(t testing.TB, f *field) []shot {
			now := time.Now()
			return []shot{{with: signed(t, f, party.Claim("iat", now.Add(-6*time.Minute).Unix()), party.Claim("exp", now.Add(-time.Second).Unix())), want: refusal("assertion has not expired")}}
		},
		Replayed: func(t testing.TB, f *field) []shot {
			same := f.own.Credentials(t)
			return []shot{{with: same, want: letIn}, {with: same, want: refusal("assertion is used once")}}
		},
	}
}

// certificateWay is a method by client certificate. judged says what comes of a
// certificate that is not the client's own.
func certificateWay(client func(testing.TB, *ground, map[string]any) *party.App, judged func(t testing.TB, f *field, theirs *party.App) []shot) way {
	return way{
		client: func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			return client(t, g, party.With(map[string]any{"trusted": true}, metadata))
		},
		Right:             right,
		WrongCredential:   func(t testing.TB, f *field) []shot { return judged(t, f, nil) },
		AnotherClients:    func(t testing.TB, f *field) []shot { return judged(t, f, f.other) },
		AnotherWorkspaces: func(t testing.TB, f *field) []shot { return judged(t, f, f.neighbour) },
		AnotherTenants:    func(t testing.TB, f *field) []shot { return judged(t, f, f.foreigner) },
		MethodDisabled:    shutOut,
		TwoMethods: func(t testing.TB, f *field) []shot {
			basic, post, both := f.own.Credentials(t), f.own.Credentials(t), f.own.Credentials(t)
			basic.Authorization = party.Basic(f.own.ID, wrongSecret)
			post.Form.Set("client_secret", wrongSecret)
			both.Authorization = basic.Authorization
			both.Form.Set("client_secret", wrongSecret)
			// Two methods they are where the certificate proves the client, else a wrong one.
			stranger := basic
			stranger.Certificate = f.other.Certificate
			two := outcome{"invalid_request", "one method is presented"}
			return []shot{{with: basic, want: two}, {with: post, want: two}, {with: both, want: outcome{"invalid_request", oneMethod}}, {with: stranger, want: refusal(notRegistered)}}
		},
		Expired: func(t testing.TB, f *field) []shot {
			return []shot{{with: shown(f, f.own.Former), want: refusal("certificate has not expired")}}
		},
		// The connection proves possession of the key, each time anew.
		Replayed: again,
	}
}

// shown are the own client's credentials with another certificate.
func shown(f *field, certificate *tls.Certificate) party.Credentials {
	return party.Credentials{Form: party.Form("client_id", f.own.ID), Certificate: certificate}
}

// authorityShots show certificates that an authority must vouch for: theirs, and
// one of the client's very name by whoever vouches for theirs.
func authorityShots(t testing.TB, f *field, theirs *party.App) []shot {
	const chain, name = "certificate chain leads to an authority of the workspace", "certificate has the registered name"
	self := f.own.Certificate.Leaf.Subject.CommonName
	if theirs == nil {
		return []shot{
			{with: shown(f, party.SelfSigned(t, self)), want: refusal(chain)},
			{with: shown(f, party.Issue(t, party.Authority(t), self)), want: refusal(chain)},
			{with: shown(f, party.Issue(t, f.home.authority, self+"x")), want: refusal(name)},
		}
	}
	if theirs == f.other {
		return []shot{{with: shown(f, theirs.Certificate), want: refusal(name)}}
	}
	return []shot{
		{with: shown(f, theirs.Certificate), want: refusal(chain)},
		{with: shown(f, party.Issue(t, f.ground(theirs).authority, self)), want: refusal(chain)},
	}
}

// registeredShots show certificates where the client registered its own.
func registeredShots(t testing.TB, f *field, theirs *party.App) []shot {
	self := f.own.Certificate.Leaf.Subject.CommonName
	shots := []shot{{with: shown(f, party.SelfSigned(t, self)), want: refusal("certificate is registered")}}
	if theirs != nil {
		shots[0].with.Certificate = theirs.Certificate
	}
	return shots
}

// noneWay is that of clients that prove nothing: their id is all there is.
func noneWay() way {
	// Such a client is let in, and may do what is its own: it can prove nothing
	// to an endpoint that answers about tokens.
	unproven := map[string]outcome{"introspection_endpoint": refusal("caller is confidential")}
	bare := func(id string) party.Credentials { return party.Credentials{Form: party.Form("client_id", id)} }
	only := func(whose func(*field) *party.App) trial {
		// Its id is known there alone, so the request is about a client that is not here.
		return func(t testing.TB, f *field) []shot {
			return []shot{{with: bare(whose(f).ID), want: refusal("client found")}}
		}
	}
	return way{
		client: func(t testing.TB, g *ground, metadata map[string]any) *party.App {
			// A bare id would do as another's credential, if it were the same.
			return g.Public(t, party.With(map[string]any{"trusted": true}, party.With(metadata, map[string]any{"client_id": party.Name("public")})))
		},
		Right: func(t testing.TB, f *field) []shot { return []shot{{with: bare(f.own.ID), want: letIn, at: unproven}} },
		// There is no secret, so any is wrong.
		WrongCredential: func(t testing.TB, f *field) []shot {
			return []shot{
				{with: party.Credentials{Form: party.Form("client_id", f.own.ID, "client_secret", wrongSecret)}, want: refusal(notRegistered)},
				{with: party.Credentials{Authorization: party.Basic(f.own.ID, wrongSecret)}, want: refusal(notRegistered)},
			}
		},
		// Whoever names another client is that client, and has nothing of the first.
		AnotherClients: func(t testing.TB, f *field) []shot {
			return []shot{{with: bare(f.other.ID), want: letIn, at: map[string]outcome{
				"token_endpoint": {"invalid_grant", "code belongs to the client"}, "revocation_endpoint": {"invalid_grant", "token belongs to the caller"},
				"introspection_endpoint": refusal("caller is confidential"),
			}}}
		},
		AnotherWorkspaces: only(func(f *field) *party.App { return f.neighbour }),
		AnotherTenants:    only(func(f *field) *party.App { return f.foreigner }),
		MethodDisabled:    shutOut,
		TwoMethods: func(t testing.TB, f *field) []shot {
			return []shot{{with: party.Credentials{Form: party.Form("client_id", f.own.ID), Authorization: party.Basic(f.own.ID, wrongSecret)}, want: refusal(notRegistered)}}
		},
		// Nothing of it ends, and nothing is used up.
		Expired: func(t testing.TB, f *field) []shot { return []shot{{with: bare(f.own.ID), want: letIn, at: unproven}} },
		Replayed: func(t testing.TB, f *field) []shot {
			s := shot{with: bare(f.own.ID), want: letIn, at: unproven}
			return []shot{s, s}
		},
	}
}
