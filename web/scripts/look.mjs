// Pictures of pages of a running UI, in both themes and two sizes, with axe's findings.
// WHENCE_TOKEN signs in.
// usage: node scripts/look.mjs [--only name,name] [--base http://127.0.0.1:4173] [--out /tmp/look]
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : process.argv[at + 1]
}
const base = option('base', 'http://127.0.0.1:4173')
const out = option('out', '/tmp/look')
const only = option('only', '').split(',').filter(Boolean)
const token = process.env.WHENCE_TOKEN ?? ''
const signedIn = await fetch(`${base}/v1/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', origin: base },
  body: JSON.stringify({ token }),
})
const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';')
const [cookieName, cookieValue] = cookie.split('=')
const api = async (path) => (await fetch(`${base}${path}`, { headers: { cookie } })).json()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const { events } = await api('/v1/events?kind=change&limit=5')
const { problems } = await api('/v1/problems?limit=20')
const { entities } = await api('/v1/entities?q=checkout&limit=1')
const worst = [...problems].sort((a, b) => b.alert_count - a.alert_count)[0]
const addLanes = async (page) => {
  await page.getByRole('button', { name: 'Lanes' }).click()
  await page.getByRole('button', { name: /^Add all that/ }).click()
  await page.waitForTimeout(500)
}
const pages = {
  events: '/events',
  event: `/events?event=${events[0]?.id}`,
  filtered: '/events?severity=error&severity=critical&q=orders&live=true',
  nothing: '/events?type=no-such-type',
  problems: '/problems?state=all',
  problem: `/problems/${worst?.name}`,
  services: '/services',
  service: `/services/${entities[0]?.id}`,
  why: '/why',
  catalogue: '/catalogue',
  import: '/catalogue?tab=import',
  relations: '/catalogue?tab=relations',
  maintenance: '/maintenance',
  webhooks: '/webhooks',
  tokens: '/tokens',
  audit: '/audit',
  health: '/health',
  lost: '/nowhere',
  signin: '/events',
  menu: [
    '/events',
    (page) =>
      page
        .getByRole('button', { name: /^(Menu|Views)$/ })
        .first()
        .click(),
  ],
  range: ['/events', (page) => page.getByRole('button', { name: /^Time range/ }).click()],
  help: ['/events', (page) => page.keyboard.press('?')],
  lanes: [`/services/${entities[0]?.id}`, (page) => page.getByRole('button', { name: 'Lanes' }).click()],
  lanes2: [`/services/${entities[0]?.id}?last=2d`, addLanes],
  plan: ['/maintenance', (page) => page.getByRole('button', { name: 'Plan maintenance' }).click()],
  make: ['/tokens', (page) => page.getByRole('button', { name: 'Make a token' }).click()],
  address: ['/webhooks', (page) => page.getByRole('button', { name: 'Show the address' }).first().click()],
}
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }

mkdirSync(out, { recursive: true })
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
let faults = 0
for (const [name, wanted] of Object.entries(pages)) {
  const [path, act] = Array.isArray(wanted) ? wanted : [wanted]
  if (only.length > 0 && !only.includes(name)) continue
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', bypassCSP: false })
      if (name !== 'signin') await context.addCookies([{ name: cookieName, value: cookieValue, url: base }])
      const page = await context.newPage()
      page.on('console', (line) => {
        if (line.type() === 'error') console.log(`  console ${name}: ${line.text()}`)
      })
      page.on('pageerror', (error) => console.log(`  broken ${name}: ${error.message}`))
      page.on('request', (request) => {
        if (!request.url().startsWith(base)) console.log(`  outside request: ${request.url()}`)
      })
      await page.goto(`${base}${path}`)
      await page.waitForLoadState(path.includes('live') || name === 'health' ? 'load' : 'networkidle')
      await page.waitForTimeout(name === 'health' ? 7000 : 700)
      if (act) {
        await act(page)
        await page.waitForTimeout(400)
      }
      await page.screenshot({ path: `${out}/${name}-${size}-${colorScheme}.png` })
      await page.evaluate(axe)
      const { violations } = await page.evaluate(() => globalThis.axe.run(document))
      for (const { id, nodes } of violations) {
        faults += 1
        console.log(`  axe ${name} ${size} ${colorScheme}: ${id} ×${nodes.length}: ${nodes[0].html.slice(0, 160)}`)
        console.log(`      ${nodes[0].failureSummary.split('\n')[1]?.trim().slice(0, 200)}`)
      }
      await context.close()
    }
  }
  console.log(name)
}
await browser.close()
if (faults > 0) process.exitCode = 1
