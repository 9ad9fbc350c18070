// What the first page loads, compressed: the entry, what it imports at once, and the events page.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 450
const root = '../src/whence/static'
const kb = (file) => gzipSync(readFileSync(join(root, 'assets', file)), { level: 9 }).length / 1000
const files = readdirSync(join(root, 'assets')).filter((name) => name.endsWith('.js'))
const text = (file) => readFileSync(join(root, 'assets', file), 'utf8')

const html = readFileSync(join(root, 'index.html'), 'utf8')
const seen = new Set()
const walk = (file) => {
  if (seen.has(file)) return
  seen.add(file)
  for (const [, name] of text(file).matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) walk(name)
}
for (const [, name] of html.matchAll(/assets\/([^"]+\.js)/g)) walk(name)
for (const name of files.filter((one) => one.startsWith('EventsPage'))) walk(name)

const first = [...seen].reduce((sum, file) => sum + kb(file), 0)
for (const file of files.sort((a, b) => kb(b) - kb(a)).slice(0, 14)) {
  console.log(`${kb(file).toFixed(1).padStart(7)} kB ${seen.has(file) ? '*' : ' '} ${file}`)
}
console.log(`first load of /events (*): ${first.toFixed(1)} kB compressed, limit ${LIMIT_KB} kB`)
if (first > LIMIT_KB) process.exitCode = 1
