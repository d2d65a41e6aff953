// What every script with a real Chromium shares: visits that notice whatever a
// browser complains of, laws with their screenshots, and the policies that hold
// for each page of ours.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'

const run = promisify(execFile)

export const input = JSON.parse(process.env.SUITE)
export const shots = process.env.SHOTS || (await mkdtemp(join(tmpdir(), 'signet-browser-')))
await mkdir(shots, { recursive: true })

export const chrome = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

/** What went wrong in any page, beside what the laws themselves look at. */
export const complaints = []

const current = { page: null }

/**
 * Opens a browser of its own and returns its page. expected names the statuses of
 * failed requests that are part of the story, own the origins that belong to it.
 */
export async function visit({ expected = [401], own = [], ...options } = {}) {
  const context = await chrome.newContext({ viewport: { width: 420, height: 860 }, ...options })
  context.on('page', (page) => watch(page, expected, [new URL(input.url ?? input.authorize).origin, ...own]))
  current.page = await context.newPage()
  return current.page
}

function watch(page, expected, own) {
  const say = (what) => complaints.push(`${what} (at ${page.url()})`)
  page.on('console', (m) => m.type() === 'error' && !m.text().includes('Failed to load resource') && say(m.text()))
  page.on('pageerror', (e) => say(String(e)))
  page.on('request', (r) => {
    const url = new URL(r.url())
    if (/^(https?|wss?):$/.test(url.protocol) && !own.includes(url.origin)) say(`a foreign request: ${r.url()}`)
  })
  page.on('response', async (r) => {
    if (r.status() >= 400 && !expected.includes(r.status())) say(`${r.status()} ${r.request().method()} ${r.url()}`)
    if (r.request().resourceType() === 'document' && new URL(r.url()).origin === own[0] && r.status() < 300) {
      for (const fault of laxity(r.headers()['content-security-policy'])) say(`${fault}: ${r.url()}`)
    }
  })
}

/** What is wrong with the policy of a page. */
function laxity(policy) {
  if (!policy) return ['no Content-Security-Policy']
  const directives = new Map(policy.split(';').map((d) => d.trim().split(/\s+/)).map(([name, ...values]) => [name, values]))
  const scripts = directives.get('script-src') ?? directives.get('default-src') ?? ["'unsafe-inline'"]
  const faults = []
  if (scripts.some((s) => s.startsWith("'unsafe-") || s === '*' || s.endsWith(':'))) faults.push(`scripts are allowed from ${scripts.join(' ')}`)
  if (directives.get('default-src')?.join() !== "'none'") faults.push('what is not named is allowed')
  if (directives.get('base-uri')?.join() !== "'none'") faults.push('base-uri is open')
  if (directives.get('frame-ancestors')?.join() !== "'none'") faults.push('it can be framed')
  return faults
}

/** The parts of a page of the console, found as a person finds them: by their names. */
export const partsOf = (page) => ({
  button: (name, at = page) => at.getByRole('button', { name, exact: true }),
  link: (name, at = page) => at.getByRole('link', { name, exact: true }),
  heading: (name, at = page) => at.getByRole('heading', { name }),
  dialog: (at = page) => at.getByRole('dialog'),
})

/** Signs a member in to the console. */
export async function signIn(page, { tid, email, password }) {
  await page.goto(`${input.url}/console/login?tid=${tid}`)
  await page.fill('#login', email)
  await page.fill('#password', password)
  await page.click('#login-submit')
  await page.waitForURL(`**/console/${tid}`)
}

/** The snippet that is shown, in the language asked for, as it is printed. */
export async function printed(page, language) {
  await page.getByRole('radiogroup', { name: 'Language' }).getByText(language, { exact: true }).click()
  const code = page.locator('.code').filter({ hasNot: page.locator('.code .code') }).first()
  await code.locator('pre').waitFor()
  return (await code.locator('pre').innerText()).replaceAll('\u00a0', ' ')
}

const programs = { curl: ['bash', 'get-token.sh'], Go: ['go', 'main.go'], 'Node.js': ['node', 'get-token.mjs'], Python: ['python3', 'get_token.py'] }

/** Runs a snippet as its page says: saved under its name, by its command. */
export async function runs(dir, language, code, environment = {}) {
  const [command, file] = programs[language]
  await writeFile(join(dir, file), code)
  const env = { ...process.env, GOWORK: 'off', GOFLAGS: '', ...environment }
  const args = command === 'go' ? ['run', file] : [file]
  const { stdout } = await run(command, args, { cwd: dir, env }).catch((e) => ({ stdout: `${e.stdout}${e.stderr}` }))
  return stdout
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What keeps people out of the page as it stands, by the rules of axe. */
export async function faultsOf(page, name) {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${name}: ${v.impact} ${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('\n  ')}`)
}

export async function shot(name, page = current.page) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

/** Runs one law, and shows what stood on the screen where it does not hold. */
export async function law(name, check) {
  try {
    await check()
  } catch (err) {
    await shot('failure').catch(() => {})
    const text = await current.page.locator('body').innerText().catch(() => '')
    console.error(`${name}\nat ${current.page.url()}, screenshots in ${shots}\n${text}\n${complaints.join('\n')}`)
    throw err
  }
  console.log(`ok ${name}`)
}

/** The last law: nothing beside. */
export async function finish() {
  await law('no complaint in the browser, no foreign request, a strict policy on every page', () => {
    if (complaints.length) throw new Error(complaints.join('\n'))
  })
  await chrome.close()
}
