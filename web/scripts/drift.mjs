// Fails when src/api/schema.ts is not what openapi.json says.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const folder = mkdtempSync(join('src', 'api', '.drift-'))
const fresh = join(folder, 'schema.ts')
try {
  execFileSync(
    'npx',
    [
      '--no-install',
      'openapi-typescript',
      'openapi.json',
      '--output',
      fresh,
      '--alphabetize',
      '--default-non-nullable=false',
    ],
    {
      stdio: 'pipe',
    },
  )
  execFileSync('npx', ['--no-install', 'biome', 'format', '--write', fresh], { stdio: 'pipe' })
  if (readFileSync(fresh, 'utf8') !== readFileSync('src/api/schema.ts', 'utf8')) {
    console.error('src/api/schema.ts is not what openapi.json says: npm run api')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
