// Every page, in light and dark, wide and narrow: accessible by the rules of axe,
// never wider than its window, and photographed for whoever wants to look.
import { complaints, faultsOf, finish, input, law, partsOf, shot, signIn, visit } from './stage.mjs'

const { url, owner, user, console: pages, people } = input

// What the service says to a wrong address or a wrong password is no fault here.
const expected = [400, 401, 404]
const wide = { width: 1440, height: 900 }
const narrow = { width: 390, height: 844 }

/** A page that can be scrolled sideways is broken on a telephone, and one that runs a name anywhere. */
async function breakageOf(page, name) {
  const pwned = await page.evaluate('window.pwned')
  if (pwned) return [`${name}: runs what somebody called themselves`]
  const [has, may] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  return has > may ? [`${name}: ${has} pixels wide in a window of ${may}`] : []
}

/** Looks at one page as it stands, in both widths: menus and tables differ. */
async function look(page, name, scheme, faults) {
  await page.setViewportSize(wide)
  await shot(`${name}-${scheme}-wide`, page)
  faults.push(...(await faultsOf(page, `${name}, ${scheme}, wide`)))
  await page.setViewportSize(narrow)
  await page.waitForTimeout(120) // the layout follows the width in a moment
  await shot(`${name}-${scheme}-narrow`, page)
  faults.push(...(await faultsOf(page, `${name}, ${scheme}, narrow`)))
  faults.push(...(await breakageOf(page, `${name}, ${scheme}`)))
  await page.setViewportSize(wide)
}

const none = (faults) => {
  if (faults.length) throw new Error(faults.join('\n'))
}

/** Waits until a page of the console has all that it asked for. */
async function settled(page) {
  await page.locator('h1').first().waitFor()
  await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => {}) // the live list never ends
  await page.locator('[aria-busy="true"], .mantine-Skeleton-root').first().waitFor({ state: 'detached' })
}

for (const scheme of ['light', 'dark']) {
  await law(`the console's pages for visitors, ${scheme}`, async () => {
    const faults = []
    const page = await visit({ viewport: wide, colorScheme: scheme, expected })
    for (const [name, path] of Object.entries({ front: '/', register: '/console/register', 'sign-in': '/console/sign-in?error=expired', invitation: '/console/invitation?tid=x', verify: '/console/verify?tid=x#token=y', missing: '/console/sign-in/nothing', docs: '/docs/plain' })) {
      await page.goto(url + path)
      await settled(page)
      await look(page, name, scheme, faults)
    }
    await page.context().close()
    none(faults)
  })

  await law(`the console's pages for members, ${scheme}`, async () => {
    const faults = []
    const page = await visit({ viewport: wide, colorScheme: scheme, expected })
    await signIn(page, owner)
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${url}/console/${owner.tid}${path}`)
      await settled(page)
      await look(page, name, scheme, faults)
    }
    await page.context().close()
    none(faults)
  })

  await law(`what opens over the console's pages, ${scheme}`, async () => {
    const faults = []
    const page = await visit({ viewport: wide, colorScheme: scheme, expected })
    const { button, dialog } = partsOf(page)
    await signIn(page, owner)
    const opened = async (name, at, open) => {
      await open()
      await at.waitFor()
      await page.waitForTimeout(250) // axe sees no colours while they fade in
      await shot(`${name}-${scheme}`, page)
      faults.push(...(await faultsOf(page, `${name}, ${scheme}`)))
      await page.keyboard.press('Escape')
      await at.waitFor({ state: 'detached' })
    }
    for (const [width, size] of Object.entries({ wide, narrow })) {
      await page.setViewportSize(size)
      await page.goto(`${url}/console/${owner.tid}${pages.services}`)
      await settled(page)
      if (width === 'narrow') await opened('drawer', dialog(), () => button('Open the navigation').click())
      for (const name of ['Language', 'Appearance', 'Account']) await opened(`${name}-${width}`.toLowerCase(), page.getByRole('menu'), () => page.locator('header').getByRole('button', { name }).click())
      await opened(`row-${width}`, page.getByRole('menu'), () => button('invoices: …').click())
      await opened(`palette-${width}`, dialog(), async () => {
        await page.keyboard.press('Control+k')
        await dialog().locator('input').fill('Bil')
      })
      await page.goto(`${url}/console/${owner.tid}${pages.client}`)
      await settled(page)
      await opened(`change-${width}`, dialog(), () => button('Change the method').click())
    }
    await page.context().close()
    none(faults)
  })

  await law(`the end users' pages, ${scheme}`, async () => {
    const faults = []
    const page = await visit({ viewport: wide, colorScheme: scheme, expected })
    await page.goto(people.authorize)
    await look(page, 'login', scheme, faults)
    await page.fill('#login', user.email)
    await page.fill('#password', 'wrong')
    await page.click('#login-submit')
    await page.waitForSelector('#error')
    await look(page, 'login-refused', scheme, faults)
    await page.fill('#login', user.email)
    await page.fill('#password', user.password)
    await page.click('#login-submit')
    await page.waitForSelector('#consent-accept')
    await look(page, 'consent', scheme, faults)
    for (const name of ['strange', 'account', 'logout', 'error']) {
      await page.goto(people[name])
      await look(page, name, scheme, faults)
    }
    await page.goto(people.logout)
    await page.click('#logout-yes')
    await page.waitForLoadState()
    await look(page, 'signed-out', scheme, faults)
    await page.context().close()
    none(faults)
  })
}

await law('what opens over a page gives the focus back, however it is closed', async () => {
  const page = await visit({ viewport: wide, expected })
  const { button, dialog } = partsOf(page)
  await signIn(page, owner)
  const at = async (path) => {
    await page.goto(`${url}/console/${owner.tid}${path}`)
    await settled(page)
  }
  const closing = { escape: () => page.keyboard.press('Escape'), cancel: () => button('Cancel', dialog()).click() }
  const givesBack = async (opener, ways, open = () => opener.press('Enter')) => {
    for (const way of ways) {
      await opener.focus()
      await open()
      await dialog().waitFor()
      await page.waitForFunction(() => document.querySelector('[role=dialog]')?.contains(document.activeElement))
      await closing[way]()
      await dialog().waitFor({ state: 'detached' })
      const mine = await opener.elementHandle()
      await page.waitForFunction((mine) => document.activeElement === mine, mine, { timeout: 4000 }).catch(async () => {
        throw new Error(`${await opener.innerText()} by ${way}: the focus is at ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`)
      })
    }
  }
  const both = ['escape', 'cancel']
  for (const [path, name] of Object.entries({ [pages.services]: 'New API', [pages.scopes]: 'New scope', [pages.users]: 'New user', [pages.members]: 'Invite somebody' })) {
    await at(path)
    await givesBack(button(name), both)
  }
  await at('')
  await givesBack(button('New workspace'), both)
  await at(pages.client)
  await givesBack(button('Change the method'), ['escape'])
  await givesBack(button('New secret'), both)
  await givesBack(page.locator('.top-find'), ['escape'])
  await givesBack(button('Change the method'), ['escape'], () => page.keyboard.press('Control+k'))
  await at(pages.services)
  const row = button('invoices: …')
  await givesBack(row, both, async () => {
    await row.press('Enter')
    await page.getByRole('menuitem').last().press('Enter')
  })
  await page.context().close()
})

await law('a first visit loads less than 350 kB', async () => {
  const page = await visit({ viewport: wide, expected })
  await signIn(page, owner)
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  let bytes = 0
  network.on('Network.loadingFinished', (e) => (bytes += e.encodedDataLength)) // as it came, compressed
  for (const path of ['/', '/console/register', `/console/${owner.tid}/workspaces/default`]) {
    await network.send('Network.clearBrowserCache')
    bytes = 0
    await page.goto(url + path)
    await settled(page)
    if (bytes > 350_000 || bytes < 100_000) throw new Error(`${path} loads ${bytes} bytes`)
  }
  await page.context().close()
})

await law('the reference of the APIs fetches nothing from elsewhere', async () => {
  const before = complaints.length
  const page = await visit({ viewport: wide, expected: [404] }) // it looks for source maps
  for (const api of ['admin', 'protocol']) {
    await page.goto(`${url}/docs?api=${api}`)
    await page.getByRole('heading', { name: api === 'admin' ? 'Signet admin API' : 'Signet protocol endpoints' }).first().waitFor()
    await shot(`reference-${api}`, page)
  }
  await page.context().close()
  // Small styles of its dependencies carry no nonce, and are rightly refused.
  const rest = complaints.splice(before).filter((what) => !what.includes('inline style'))
  none(rest)
})

await finish()
