import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = process.env.WHENCE_URL ?? 'http://127.0.0.1:8080'
const token = process.env.WHENCE_TOKEN
const proxied = {
  target: server,
  changeOrigin: false,
  ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
}
const proxy = { '/v1': proxied, '/metrics': proxied, '/readyz': proxied, '/healthz': proxied }

/** What the server sends with the UI; `npm run preview` sends it too, so that a breach shows here first. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export default defineConfig({
  base: '/',
  plugins: [react()],
  server: { port: 5173, proxy },
  preview: { port: 4173, proxy, headers: { 'content-security-policy': policy } },
  build: {
    outDir: '../src/whence/static',
    emptyOutDir: true,
    assetsInlineLimit: 0, // a data: address would need a wider policy
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], restoreMocks: true },
})
