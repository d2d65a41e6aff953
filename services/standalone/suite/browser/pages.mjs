// Drives the pages with a real Chromium: what a person sees and does, by the
// ids that the pages promise.
import { createServer } from 'node:http'
import assert from 'node:assert/strict'
import { finish, input, law, shot, visit } from './stage.mjs'

const { authorize, account, logout, state, user, port } = input

// The client's own page, where the answer lands.
const own = [`http://127.0.0.1:${port}`]
const landed = []
const application = createServer((request, response) => {
  if (request.url.startsWith('/callback')) landed.push(new URL(request.url, own[0]))
  response.setHeader('Content-Type', 'text/html')
  response.end('<!doctype html><title>Application</title><link rel="icon" href="data:,"><h1 id="landed">Welcome back</h1>')
}).listen(port, '127.0.0.1')

let page

async function logIn(password) {
  await page.fill('#login', user.email)
  await page.fill('#password', password)
  await page.click('#login-submit')
}

page = await visit({ own })
await law('a wrong password shows an error and keeps the name', async () => {
  await page.goto(authorize)
  await shot('login')
  await logIn('wrong')
  await page.waitForSelector('#error')
  assert.equal(await page.inputValue('#login'), user.email)
  assert.equal(await page.inputValue('#password'), '')
  await shot('login-refused')
})
await law('login and consent lead back to the application with a code', async () => {
  await logIn(user.password)
  await page.waitForSelector('#consent-accept')
  await shot('consent')
  await page.click('#consent-accept')
  await page.waitForSelector('#landed')
  const answer = landed.at(-1).searchParams
  assert.ok(answer.get('code'))
  assert.equal(answer.get('state'), state)
})
await law('a second visit asks nothing', async () => {
  await page.goto(authorize)
  await page.waitForSelector('#landed')
  assert.equal(landed.length, 2)
})
await law('the answer travels by form_post too', async () => {
  await page.goto(`${authorize}&response_mode=form_post`)
  await page.waitForSelector('#landed')
})
await law('the account page shows the session and what was allowed', async () => {
  await page.goto(account)
  await page.waitForSelector('button[name=client_id]')
  await page.waitForSelector('button[name=session]')
  await shot('account')
})
await law('logout asks, and then the login page comes again', async () => {
  await page.goto(logout)
  await shot('logout')
  await page.click('#logout-yes')
  await page.waitForLoadState()
  await shot('signed-out')
  await page.goto(authorize)
  await page.waitForSelector('#login-submit')
})
await law('cancelling tells the application', async () => {
  await page.click('#login-cancel')
  await page.waitForSelector('#landed')
  assert.equal(landed.at(-1).searchParams.get('error'), 'access_denied')
})
page = await visit({ own, javaScriptEnabled: false, colorScheme: 'dark', locale: 'de-DE' })
await law('everything works without JavaScript', async () => {
  await page.goto(authorize)
  assert.equal(await page.getAttribute('html', 'lang'), 'de')
  await shot('login-dark-de')
  await logIn(user.password)
  await page.waitForSelector('#landed')
  assert.ok(landed.at(-1).searchParams.get('code'))
})
await law('so does a new password, which signs out everywhere else', async () => {
  await page.goto(account)
  const change = async (from) => {
    await page.fill('#current_password', from)
    await page.fill('#new_password', `${user.password}, and more`)
    await page.click('#password-submit')
  }
  await change('wrong')
  await page.waitForSelector('#error')
  await shot('password-refused')
  await change(user.password)
  await page.waitForSelector('#notice')
  await page.goto(authorize)
  await page.waitForSelector('#landed') // this browser stays signed in
})
await finish()
application.close()
