// Drives an issuer with openid-client and oauth4webapi, as applications written
// with them would, one for every client that it is given. A person with a browser
// sits at the other end of the standard streams: "open URL" asks for a walk
// through login and consent, and the line that comes back is where the browser
// ended.
import { createInterface } from 'node:readline'
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import * as client from 'openid-client'
import * as oauth from 'oauth4webapi'
import * as undici from 'undici'

const { issuer, redirectURI, scope, subject, trust, apps } = JSON.parse(process.env.SUITE)
const plain = issuer.startsWith('http://')
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

// --- how an application proves itself --------------------------------------------------------

async function privateKey({ key, kid, alg }) {
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  const algorithm = {
    ES: () => ({ name: 'ECDSA', namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg] }),
    RS: () => ({ name: 'RSASSA-PKCS1-v1_5', hash: `SHA-${alg.slice(2)}` }),
    PS: () => ({ name: 'RSA-PSS', hash: `SHA-${alg.slice(2)}` }),
    Ed: () => ({ name: 'Ed25519' }),
  }[alg.slice(0, 2)]()
  return { key: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']), kid }
}

// Both libraries name them alike.
const proofs = {
  client_secret_basic: (lib, app) => lib.ClientSecretBasic(app.secret),
  client_secret_post: (lib, app) => lib.ClientSecretPost(app.secret),
  client_secret_jwt: (lib, app) => lib.ClientSecretJwt(app.secret),
  private_key_jwt: async (lib, app) => lib.PrivateKeyJwt(await privateKey(app)),
  tls_client_auth: (lib) => lib.TlsClientAuth(),
  self_signed_tls_client_auth: (lib) => lib.TlsClientAuth(),
  none: (lib) => lib.None(),
}

// A client with a certificate shows it to whoever asks, and calls the aliases.
function fetchOf(app) {
  if (!app.certificate) return fetch
  const dispatcher = new undici.Agent({ connect: { cert: app.certificate, key: app.key, ca: trust } })
  return (url, options) => undici.fetch(url, { ...options, dispatcher })
}

// --- openid-client ---------------------------------------------------------------------------

async function configured(app) {
  const metadata = { use_mtls_endpoint_aliases: Boolean(app.certificate) }
  const execute = plain ? [client.allowInsecureRequests] : []
  const options = { execute, [client.customFetch]: fetchOf(app) }
  return client.discovery(new URL(issuer), app.id, metadata, await proofs[app.method](client, app), options)
}

async function codeFlow(config, pushed) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const nonce = client.randomNonce()
  const request = {
    redirect_uri: redirectURI, scope, state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }
  const url = pushed ? await client.buildAuthorizationUrlWithPAR(config, request) : client.buildAuthorizationUrl(config, request)
  assert.equal(url.searchParams.has('request_uri'), pushed)
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

// --- oauth4webapi ----------------------------------------------------------------------------

const as = await (async () => {
  const identifier = new URL(issuer)
  const documents = []
  for (const algorithm of ['oidc', 'oauth2']) {
    const response = await oauth.discoveryRequest(identifier, { [oauth.allowInsecureRequests]: plain, algorithm })
    documents.push(await oauth.processDiscoveryResponse(identifier, response))
  }
  assert.deepEqual(documents[0], documents[1])
  return documents[0]
})()

async function bare(app) {
  const http = { [oauth.allowInsecureRequests]: plain, [oauth.customFetch]: fetchOf(app) }
  return { self: { client_id: app.id, use_mtls_endpoint_aliases: Boolean(app.certificate) }, proof: await proofs[app.method](oauth, app), http }
}

async function bareCodeFlow({ self, proof, http }, pushed) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const request = new URLSearchParams({
    client_id: self.client_id, redirect_uri: redirectURI, response_type: 'code', scope, state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const url = new URL(as.authorization_endpoint)
  url.search = request
  if (pushed) {
    const response = await oauth.pushedAuthorizationRequest(as, self, proof, request, http)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, self, response)
    url.search = new URLSearchParams({ client_id: self.client_id, request_uri })
  }
  const answer = oauth.validateAuthResponse(as, self, await walk(url), state)
  const response = await oauth.authorizationCodeGrantRequest(as, self, proof, answer, redirectURI, verifier, http)
  const tokens = await oauth.processAuthorizationCodeResponse(as, self, response, { expectedNonce: nonce, requireIdToken: true })
  await oauth.validateApplicationLevelSignature(as, response, http)
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, subject)

  const info = await oauth.userInfoRequest(as, self, tokens.access_token, http)
  assert.equal((await oauth.processUserInfoResponse(as, self, subject, info)).sub, subject)

  if (!self.use_mtls_endpoint_aliases) { // the library's resource servers know no tokens that are bound to certificates
    const resource = new Request('https://resource.example/', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    const claims = await oauth.validateJwtAccessToken(as, resource, issuer, http)
    assert.equal(claims.client_id, self.client_id)
  }

  const refresh = async (token) => oauth.processRefreshTokenResponse(as, self, await oauth.refreshTokenGrantRequest(as, self, proof, token, http))
  const refreshed = await refresh(tokens.refresh_token)
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, self, proof, refreshed.refresh_token, http))
  await assert.rejects(refresh(refreshed.refresh_token), { error: 'invalid_grant' })
}

async function bareOwnTokens({ self, proof, http }) {
  const tokens = await oauth.processClientCredentialsResponse(as, self, await oauth.clientCredentialsGrantRequest(as, self, proof, { scope: 'profile' }, http))
  const seen = await oauth.processIntrospectionResponse(as, self, await oauth.introspectionRequest(as, self, proof, tokens.access_token, http))
  assert.equal(seen.active, true)
}

// --- every application -----------------------------------------------------------------------

for (const app of apps) {
  const name = [app.method, app.alg].filter(Boolean).join(', ')
  const config = await configured(app)
  const own = await bare(app)
  for (const pushed of as.pushed_authorization_request_endpoint && app.flows ? [false, true] : app.flows ? [false] : []) {
    const how = pushed ? 'pushed code flow' : 'code flow'
    await law(`openid-client: ${how}, ${name}`, () => codeFlow(config, pushed))
    await law(`oauth4webapi: ${how}, ${name}`, () => bareCodeFlow(own, pushed))
  }
  if (app.method !== 'none') {
    await law(`openid-client: client credentials, ${name}`, () => ownTokens(config))
    await law(`oauth4webapi: client credentials, ${name}`, () => bareOwnTokens(own))
  }
}
process.exit(0)
