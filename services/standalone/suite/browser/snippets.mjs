// Every program that the console prints and this machine can run, copied as it
// is printed: for machines by each method, and for people in each kind of
// application, with somebody who signs in.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import assert from 'node:assert/strict'
import { finish, input, law, partsOf, printed, runs, signIn, visit } from './stage.mjs'

const { url, owner, user, ports, mtls } = input

const page = await visit({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
const { button, heading, dialog } = partsOf(page)
await signIn(page, owner)

// What the snippets for signed assertions need in Python is not part of it.
const signsInPython = await promisify(execFile)('python3', ['-c', 'import jwt, cryptography']).then(() => true, () => false)
const withAssertion = (languages) => (signsInPython ? [...languages, 'Python'] : languages)

/** Registers an application by the guide, as a person would. */
async function register(kind, name, { redirect, method } = {}) {
  await page.goto(`${url}/console/${owner.tid}/workspaces/default/new-client`)
  await page.getByRole('radio', { name: new RegExp(`^${kind}`) }).click()
  await page.getByLabel('Name of the application').fill(name)
  if (redirect) await page.getByLabel('Redirect URI').fill(redirect)
  if (method) await page.getByRole('radio', { name: method }).click()
  await page.locator('button[type=submit]').click()
  await heading(`${name} is registered`).waitFor()
  return mkdtemp(join(tmpdir(), 'signet-snippets-'))
}

const secret = () => page.getByTestId('once-CLIENT_SECRET').innerText()

/** Presses a button that saves a file, and puts it beside the programs. */
async function saves(save, dir) {
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  await download.saveAs(join(dir, download.suggestedFilename()))
}

/** Changes the method of the application that the guide has just made, and goes to its code. */
async function changes(method, provide = async () => {}) {
  await button('Change the method').click()
  await dialog().getByRole('radio', { name: new RegExp(`\\b${method}$`) }).click()
  await provide(dialog())
  await button('Change the method', dialog()).click()
  await page.getByText(/^Changing from/).waitFor()
  const close = button('Close', dialog()).last()
  if (await close.isVisible()) await close.click()
  await page.getByRole('tab', { name: 'Code' }).click()
}

async function giveTokens(dir, languages, environment) {
  for (const language of languages) {
    const out = await runs(dir, language, await printed(page, language), environment)
    assert.match(out, /access_token/, `${language}: ${out}`)
  }
}

await law('client_secret_jwt', async () => {
  const dir = await register('Machine', 'Reports', { method: /client_secret_jwt/ })
  await giveTokens(dir, withAssertion(['curl', 'Go', 'Node.js']))
})

await law('private_key_jwt, with the key that the guide makes', async () => {
  const dir = await register('Machine', 'Shop', { method: /private_key_jwt/ })
  await saves(button('Save client-key.pem'), dir)
  await giveTokens(dir, withAssertion(['Go', 'Node.js']))
})

const machine = await register('Machine', 'Legacy', { method: /client_secret_basic/ })
const CLIENT_SECRET = await secret()
await law('client_secret_post, with the secret in the environment', async () => {
  await giveTokens(machine, ['curl'])
  await page.getByRole('link', { name: 'Open the application' }).click()
  await changes('client_secret_post')
  await giveTokens(machine, ['curl', 'Go', 'Node.js', 'Python'], { CLIENT_SECRET })
})

// Whoever vouches for the service in a test is known to nobody else.
const trust = mtls && { CURL_CA_BUNDLE: mtls.ca, NODE_EXTRA_CA_CERTS: mtls.ca, SSL_CERT_FILE: mtls.ca }
const giveCertificate = (at) => at.locator('input[type=file]').setInputFiles(mtls.cert)

async function hasCertificate(dir) {
  await copyFile(mtls.cert, join(dir, 'client-cert.pem'))
  await copyFile(mtls.key, join(dir, 'client-key.pem'))
}

if (mtls) {
  await law('self_signed_tls_client_auth', async () => {
    await hasCertificate(machine)
    await page.getByRole('tab', { name: 'Proof' }).click()
    await button('Stop accepting the old one now').click()
    await page.getByText(/^Changing from/).waitFor({ state: 'detached' })
    await changes('self_signed_tls_client_auth', giveCertificate)
    await giveTokens(machine, ['curl', 'Node.js', 'Python'], trust)
  })
}

const signInPrograms = { 'Node.js': ['node', 'sign-in.mjs'], Python: ['python3', 'sign_in.py'] }

/** Starts a program in which somebody signs in, and returns the address that it prints. */
async function starts(dir, language, environment = {}) {
  const [command, file] = signInPrograms[language]
  await writeFile(join(dir, file), await printed(page, language))
  const program = spawn(command, [file], { cwd: dir, timeout: 30_000, env: { ...process.env, ...environment } })
  const ended = once(program, 'close')
  let out = ''
  const address = await new Promise((found, fail) => {
    const hear = (chunk) => {
      const at = /^(http\S+\/oauth2\/authorize\S+)\n/m.exec((out += chunk))
      if (at) found(at[1])
    }
    program.stdout.on('data', hear)
    program.stderr.on('data', hear)
    ended.then(() => fail(new Error(out)))
  })
  return { address, ended: async () => ({ code: (await ended)[0], out }) }
}

/** Somebody in a browser of their own, who signs in at the address and allows what is asked. */
async function person(address, redirect) {
  const at = await visit({ own: [new URL(redirect).origin], expected: [404] }) // the icon
  await at.goto(address)
  await at.fill('#login', user.email)
  await at.fill('#password', user.password)
  await at.click('#login-submit')
  return at
}

async function signsIn(dir, language, redirect, { consent = true, environment } = {}) {
  const { address, ended } = await starts(dir, language, environment)
  const at = await person(address, redirect)
  if (consent) await at.click('#consent-accept')
  await at.getByText('Go back to the program').waitFor()
  const { code, out } = await ended()
  assert.equal(code, 0, out)
  assert.match(out, /access_token/, out)
  assert.ok(out.includes(user.sub), out)
  await at.context().close()
}

for (const [i, method] of ['client_secret_basic', 'client_secret_post'].entries()) {
  const redirect = `http://localhost:${ports[i]}/callback`
  await law(`a web server with ${method} gets its tokens, in Node.js and Python`, async () => {
    const dir = await register('Web server', `Calendar ${method}`, { redirect, method: new RegExp(method) })
    await signsIn(dir, 'Node.js', redirect)
    await page.getByText('Your application has its first token').waitFor()
    await signsIn(dir, 'Python', redirect, { consent: false })
  })
}

await law('a program says that the person refused', async () => {
  const redirect = `http://127.0.0.1:${ports[2]}/back`
  const dir = await register('Mobile or desktop', 'Phone', { redirect })
  for (const language of ['Node.js', 'Python']) {
    const { address, ended } = await starts(dir, language)
    const at = await person(address, redirect)
    await at.click('#consent-deny')
    await at.getByText('Go back to the program').waitFor()
    const { code, out } = await ended()
    assert.equal(code, 1, out)
    assert.match(out, /access_denied/)
    await at.context().close()
  }
})

await law('a public program gets its tokens, in Node.js and Python', async () => {
  const redirect = `http://127.0.0.1:${ports[3]}/back`
  const dir = await register('Mobile or desktop', 'Desktop', { redirect })
  for (const language of ['Node.js', 'Python']) await signsIn(dir, language, redirect) // a public program is allowed each time
})

/** Registers a web server by the guide, and goes to its page. */
async function registerServer(name, redirect) {
  const dir = await register('Web server', name, { redirect })
  await button('Download').first().click() // the secret, without which the guide asks before it is left
  await page.getByRole('link', { name: 'Applications', exact: true }).first().click()
  await page.getByRole('link', { name, exact: true }).click()
  return dir
}

await law('a web server with a key of its own gets its tokens, in Node.js', async () => {
  const redirect = `http://localhost:${ports[4]}/callback`
  const dir = await registerServer('Vault', redirect)
  await changes('private_key_jwt', async (at) => {
    await button('Make the key pair', at).click()
    await saves(button('Save client-key.pem', at), dir)
  })
  await signsIn(dir, 'Node.js', redirect)
  if (signsInPython) await signsIn(dir, 'Python', redirect, { consent: false })
})

if (mtls) {
  await law('a web server with a certificate of its own gets its tokens, in Python', async () => {
    const redirect = `http://localhost:${ports[6]}/callback`
    const dir = await registerServer('Safe', redirect)
    await hasCertificate(dir)
    await changes('self_signed_tls_client_auth', giveCertificate)
    await signsIn(dir, 'Python', redirect, { environment: trust })
  })
}

await law('a single page gets its tokens, and no second time from the same answer', async () => {
  const origin = `http://localhost:${ports[5]}`
  await register('Single page', 'Board', { redirect: `${origin}/callback` })
  const code = await printed(page, 'JavaScript')
  const files = {
    '/sign-in.js': ['text/javascript', code],
    '/': ['text/html', '<!doctype html><link rel="icon" href="data:,"><button id="go">Sign in</button><script type="module">import { signIn } from "/sign-in.js"; document.getElementById("go").onclick = signIn</script>'],
    '/callback': ['text/html', '<!doctype html><link rel="icon" href="data:,"><pre id="out"></pre><script type="module">import { finishSignIn } from "/sign-in.js"; document.getElementById("out").textContent = await finishSignIn().then(JSON.stringify, String)</script>'],
  }
  const server = createServer((request, response) => {
    const [type, body] = files[request.url.split('?')[0]] ?? ['text/plain', '']
    response.setHeader('Content-Type', type)
    response.end(body)
  }).listen(ports[5], '127.0.0.1')
  const at = await visit({ own: [origin] })
  await at.goto(origin)
  await at.click('#go')
  await at.fill('#login', user.email)
  await at.fill('#password', user.password)
  await at.click('#login-submit')
  await at.click('#consent-accept')
  const said = at.locator('#out:not(:empty)')
  const tokens = JSON.parse(await said.innerText())
  assert.ok(tokens.access_token && tokens.id_token, 'both tokens')
  assert.equal(at.url(), `${origin}/callback`, 'no code in the address')
  await at.reload()
  assert.match(await said.innerText(), /not for us/)
  await at.context().close()
  server.close()
  server.closeAllConnections()
})

await finish()
