// Drives an issuer with openid-client and oauth4webapi, as applications written
// with them would. A person with a browser sits at the other end of the
// standard streams: "open URL" asks for a walk through login and consent, and
// the line that comes back is where the browser ended.
import { createInterface } from 'node:readline'
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import * as oauth from 'oauth4webapi'

const { issuer, redirectURI, scope, subject, basic, post, none } = JSON.parse(process.env.SUITE)
const http = { [oauth.allowInsecureRequests]: issuer.startsWith('http://') }
const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function walk(url) {
  console.log(`open ${url.href}`)
  const { value } = await answers.next()
  return new URL(value)
}

async function law(name, check) {
  await check()
  console.log(`ok ${name}`)
}

// --- openid-client ---------------------------------------------------------------------------

async function configured(app, authentication) {
  const execute = issuer.startsWith('http://') ? [client.allowInsecureRequests] : []
  return client.discovery(new URL(issuer), app.id, undefined, authentication, { execute })
}

async function codeFlow(config) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectURI, scope, state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const tokens = await client.authorizationCodeGrant(config, await walk(url), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
  })
  assert.equal(tokens.claims().sub, subject)
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, subject)).sub, subject)

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' })
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' })
}

async function ownTokens(config) {
  const tokens = await client.clientCredentialsGrant(config, { scope: 'profile' })
  assert.equal(tokens.scope, 'profile')
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)
  await client.tokenRevocation(config, tokens.access_token)
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false)
}

await law('openid-client: code flow, client_secret_basic', async () => codeFlow(await configured(basic, client.ClientSecretBasic(basic.secret))))
await law('openid-client: code flow, client_secret_post', async () => codeFlow(await configured(post, client.ClientSecretPost(post.secret))))
await law('openid-client: code flow, public client', async () => codeFlow(await configured(none, client.None())))
await law('openid-client: client credentials, client_secret_basic', async () => ownTokens(await configured(basic, client.ClientSecretBasic(basic.secret))))
await law('openid-client: client credentials, client_secret_post', async () => ownTokens(await configured(post, client.ClientSecretPost(post.secret))))

// --- oauth4webapi ----------------------------------------------------------------------------

const as = await (async () => {
  const identifier = new URL(issuer)
  const documents = []
  for (const algorithm of ['oidc', 'oauth2']) {
    documents.push(await oauth.processDiscoveryResponse(identifier, await oauth.discoveryRequest(identifier, { ...http, algorithm })))
  }
  assert.deepEqual(documents[0], documents[1])
  return documents[0]
})()

async function bareCodeFlow(app, authentication) {
  const self = { client_id: app.id }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: app.id, redirect_uri: redirectURI, response_type: 'code', scope, state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const answer = oauth.validateAuthResponse(as, self, await walk(url), state)
  const response = await oauth.authorizationCodeGrantRequest(as, self, authentication, answer, redirectURI, verifier, http)
  const tokens = await oauth.processAuthorizationCodeResponse(as, self, response, { expectedNonce: nonce, requireIdToken: true })
  await oauth.validateApplicationLevelSignature(as, response, http)
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, subject)

  const info = await oauth.userInfoRequest(as, self, tokens.access_token, http)
  assert.equal((await oauth.processUserInfoResponse(as, self, subject, info)).sub, subject)

  const resource = new Request('https://resource.example/', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  const claims = await oauth.validateJwtAccessToken(as, resource, issuer, http)
  assert.equal(claims.client_id, app.id)

  const refreshed = await oauth.processRefreshTokenResponse(as, self, await oauth.refreshTokenGrantRequest(as, self, authentication, tokens.refresh_token, http))
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, self, authentication, refreshed.refresh_token, http))
  await assert.rejects(async () => oauth.processRefreshTokenResponse(as, self, await oauth.refreshTokenGrantRequest(as, self, authentication, refreshed.refresh_token, http)), { error: 'invalid_grant' })
}

async function bareOwnTokens(app, authentication) {
  const self = { client_id: app.id }
  const tokens = await oauth.processClientCredentialsResponse(as, self, await oauth.clientCredentialsGrantRequest(as, self, authentication, { scope: 'profile' }, http))
  const seen = await oauth.processIntrospectionResponse(as, self, await oauth.introspectionRequest(as, self, authentication, tokens.access_token, http))
  assert.equal(seen.active, true)
}

await law('oauth4webapi: code flow, client_secret_basic', () => bareCodeFlow(basic, oauth.ClientSecretBasic(basic.secret)))
await law('oauth4webapi: code flow, client_secret_post', () => bareCodeFlow(post, oauth.ClientSecretPost(post.secret)))
await law('oauth4webapi: code flow, public client', () => bareCodeFlow(none, oauth.None()))
await law('oauth4webapi: client credentials, client_secret_basic', () => bareOwnTokens(basic, oauth.ClientSecretBasic(basic.secret)))
await law('oauth4webapi: client credentials, client_secret_post', () => bareOwnTokens(post, oauth.ClientSecretPost(post.secret)))
process.exit(0)
