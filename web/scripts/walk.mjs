// Walks through a running UI as a person would, and fails at the first thing that is not as promised.
// WHENCE_TOKEN signs in. usage: node scripts/walk.mjs [--base http://127.0.0.1:4173]
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const at = process.argv.indexOf('--base')
const base = at < 0 ? 'http://127.0.0.1:4173' : process.argv[at + 1]
const token = process.env.WHENCE_TOKEN ?? ''
const asked = { headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }
const send = async (event) => {
  const answered = await fetch(`${base}/v1/events`, { ...asked, method: 'POST', body: JSON.stringify(event) })
  assert.equal(answered.status, 201, await answered.text())
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  permissions: ['clipboard-read', 'clipboard-write'],
})
const page = await context.newPage()
page.setDefaultTimeout(10_000)
page.on('pageerror', (error) => assert.fail(`broken: ${error.message}`))
page.on('console', (line) => {
  if (/Content Security Policy|Refused/.test(line.text())) assert.fail(line.text())
})
const step = async (name, act) => {
  const before = performance.now()
  await act()
  console.log(`ok ${String(Math.round(performance.now() - before)).padStart(5)} ms  ${name}`)
}
const main = page.locator('#content')
const rows = page.locator('[role=row][aria-rowindex]:not([aria-rowindex="1"])')
const title = `walk ${Date.now()}`

try {
  await step('a shared link asks for a token, and leads on', async () => {
    await page.goto(`${base}/events?severity=critical`)
    await page.getByLabel('Token', { exact: true }).fill('wrong-token-00000')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page
      .getByText('not a good', { exact: false })
      .or(page.locator('.mantine-PasswordInput-error'))
      .first()
      .waitFor()
    await page.getByLabel('Token', { exact: true }).fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await rows.first().waitFor()
    assert.match(page.url(), /severity=critical/)
  })
  await step('facets narrow, and the back button widens again', async () => {
    await page.goto(`${base}/events`)
    await rows.first().waitFor()
    await page.getByRole('checkbox', { name: /^deploy/ }).click()
    await page.waitForURL(/type=deploy/)
    await page.getByRole('checkbox', { name: /^config/ }).click()
    await page.waitForURL(/type=deploy&type=config/)
    await page.goBack()
    await page.waitForURL((url) => url.search === '?type=deploy')
    await page.getByRole('button', { name: 'Remove type deploy' }).click()
    await page.waitForURL((url) => url.search === '')
  })
  await step('/ searches, j and k walk, Enter opens, Esc closes', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('orders')
    await page.waitForURL(/q=orders/)
    await page.keyboard.press('Escape')
    await page.locator('[data-stale=true]').first().waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/event=/)
    await page.getByRole('complementary', { name: /^Event:/ }).waitFor()
    const first = page.url()
    await page.keyboard.press('j')
    await page.waitForURL((url) => url.href !== first)
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('event='))
    assert.equal(await page.getByRole('complementary', { name: /^Event:/ }).count(), 0)
  })
  await step('dragging over the histogram zooms in', async () => {
    await page.goto(`${base}/events`)
    const chart = page.locator('svg[role=img]').first()
    await chart.waitFor()
    const box = await chart.boundingBox()
    await page.mouse.move(box.x + box.width * 0.4, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9, box.y + 40, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/from=.*to=/)
    await page.goBack()
    await page.waitForURL((url) => url.search === '')
  })
  await step('live counts what is new, and shows it when asked', async () => {
    await page.keyboard.press('l')
    await page.waitForURL(/live=true/)
    await page.locator('[data-state=live]').waitFor()
    await send({
      kind: 'change',
      type: 'deploy',
      title,
      scope: { services: ['checkout'] },
      properties: { rollout: { to: 'v9' } },
    })
    await page.getByRole('button', { name: '1 new event: show' }).click()
    await page.getByText(title).first().waitFor()
  })
  await step('the drawer shows details, and leads to events with the same value', async () => {
    await page.getByText(title).first().click()
    await page.getByText('rollout.to').waitFor()
    await page.getByRole('button', { name: 'Show what was received' }).click()
    await page.getByLabel('raw body').getByText('"rollout"').waitFor()
    await page.getByRole('link', { name: 'Events with rollout.to = v9' }).click()
    await page.waitForURL(/prop\.rollout\.to=v9/)
    await page.locator('[role=row]').getByText(title).waitFor()
  })
  await step('markup of a sender is text', async () => {
    const evil = `<img src=x onerror=alert(1)> ${title}`
    await send({
      title: evil,
      url: 'https://example.com/a',
      description: '<script>alert(2)</script>',
      properties: { '<b>': '<i>x</i>', link: 'javascript:alert(3)' },
    })
    await page.goto(`${base}/events?q=onerror`)
    await rows.first().click()
    await page.getByRole('heading', { name: evil }).waitFor()
    assert.equal(await page.locator('#content img, #content script, a[href^="javascript"]').count(), 0)
    assert.equal(await page.getByRole('link', { name: /example\.com/ }).getAttribute('rel'), 'noopener noreferrer')
  })
  await step('a view is saved, and opened', async () => {
    await page.goto(`${base}/events?kind=change`)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByLabel('Name this view').fill('my changes')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.goto(`${base}/events`)
    await page.getByRole('button', { name: 'Views' }).click()
    await page.getByRole('link', { name: 'my changes' }).click()
    await page.waitForURL(/kind=change/)
  })
  await step('times are shown in another zone at a click', async () => {
    await page.goto(`${base}/events`)
    await rows.first().waitFor()
    await page.getByRole('button', { name: /^Time range/ }).click()
    await page
      .getByRole('textbox', { name: 'Time zone' })
      .or(page.getByRole('combobox', { name: 'Time zone' }))
      .first()
      .fill('Tokyo')
    await page.getByRole('option', { name: /Tokyo/ }).click()
    await page.getByText('UTC+9').first().waitFor()
    await page.evaluate(() => localStorage.removeItem('whence.zone'))
  })
  await step('the export is a file', async () => {
    await page.goto(`${base}/events`)
    await page.getByRole('button', { name: 'Export' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /CSV/ }).click(),
    ])
    assert.match(file.suggestedFilename(), /events\.csv/)
  })
  await step('a problem is acknowledged, commented on, and shows its causes', async () => {
    await page.goto(`${base}/problems`)
    await main.locator('a[href^="/problems/"]').first().click()
    await page.getByText('Where it began').waitFor()
    const acknowledge = page.getByRole('button', { name: /^Acknowledge( \d+ alerts)?$/ }).first()
    if (await acknowledge.isVisible()) {
      await acknowledge.click()
      await page.getByText('Acknowledged', { exact: true }).first().waitFor()
    }
    await page.getByLabel('Your comment').fill(title)
    await page.getByRole('button', { name: 'Comment' }).click()
    await page.locator('article').getByText(title).waitFor()
  })
  await step('a service has its lane, others are added, a mark is found by keys', async () => {
    await page.goto(`${base}/services`)
    await main.locator('a[href^="/services/"]').first().click()
    await page.locator('canvas[role=img]').waitFor()
    await page.getByRole('button', { name: 'Lanes' }).click()
    await page.getByRole('button', { name: /^Add all that/ }).click()
    await page.waitForURL(/lane=/)
    await page.getByRole('dialog', { name: 'Lanes' }).waitFor({ state: 'detached' })
    await page.locator('canvas[role=img]').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.waitForURL(/event=/)
    await page.getByRole('button', { name: 'Close the event' }).click()
  })
  await step('why', async () => {
    await page.getByRole('link', { name: 'Why?' }).click()
    await page.getByText('Which change began it').waitFor()
  })
  await step('entities are imported', async () => {
    await page.goto(`${base}/catalogue?tab=import`)
    await page.getByLabel('JSON, as PUT /v1/entities takes it').fill('[{"name":"walked","cluster":"walk"}]')
    await page.getByRole('button', { name: 'Import 1' }).click()
    await page.getByText('1 registered.').waitFor()
    await page.goto(`${base}/catalogue?q=walked`)
    await page.getByRole('button', { name: 'Remove walked' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('Nothing matches').waitFor()
  })
  await step('maintenance is planned and removed', async () => {
    await page.goto(`${base}/maintenance`)
    await page.getByRole('button', { name: 'Plan maintenance' }).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(title)
    await page
      .getByRole('combobox', { name: 'Services' })
      .or(page.getByRole('textbox', { name: 'Services' }))
      .first()
      .fill('search')
    await page.keyboard.press('Enter')
    await page.getByText(/Of \d+ of \d+ services/).waitFor()
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.getByRole('button', { name: `Remove ${title}` }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText(title).first().waitFor({ state: 'detached' })
  })
  await step('a webhook is made, shown, disabled and removed', async () => {
    await page.goto(`${base}/webhooks`)
    await page.getByRole('button', { name: 'Make a webhook' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(title)
    await page.getByRole('button', { name: 'Make it' }).click()
    const webhook = page.locator('section').filter({ hasText: title })
    await webhook.getByRole('button', { name: 'Show the address' }).click()
    await webhook.getByText('webhook_configs').waitFor()
    await webhook.getByRole('switch').focus()
    await page.keyboard.press('Space')
    await webhook.getByText('Takes nothing').waitFor()
    await webhook.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText(title).first().waitFor({ state: 'detached' })
  })
  await step('a token is shown once, limits what is shown, and is revoked', async () => {
    await page.goto(`${base}/tokens`)
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(title)
    await page.getByLabel('events:write: send events').uncheck()
    await page.getByLabel(/^events:read/).check()
    await page.getByRole('button', { name: 'Make it' }).click()
    const secret = (await page.getByRole('region', { name: 'token', exact: true }).textContent()) ?? ''
    assert.match(secret, /^wh_/)
    await page.getByRole('button', { name: 'I have copied it' }).click()

    const reader = await browser.newContext()
    const other = await reader.newPage()
    await other.goto(`${base}/problems`)
    await other.getByLabel('Token', { exact: true }).fill(secret)
    await other.getByRole('button', { name: 'Sign in' }).click()
    await other.locator('#content a[href^="/problems/"]').first().click()
    assert.equal(await other.getByRole('link', { name: 'Tokens' }).count(), 0)
    await other.getByLabel('Your comment').waitFor()
    assert.equal(await other.getByLabel('Your comment').isDisabled(), true)
    await reader.close()

    await page.getByRole('button', { name: `Revoke ${title}` }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByRole('button', { name: `Revoke ${title}` }).waitFor({ state: 'detached' })
  })
  await step('? helps, and signing out ends it', async () => {
    await page.keyboard.press('?')
    await page.getByText('Keys and signs').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /session and appearance/ }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Whence' }).waitFor()
  })
} catch (error) {
  await page.screenshot({ path: '/tmp/walk-failed.png' })
  console.error(`failed at ${page.url()}; see /tmp/walk-failed.png`)
  throw error
} finally {
  await browser.close()
}
