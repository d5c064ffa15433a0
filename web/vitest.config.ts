import { defineConfig } from 'vitest/config'
import own from './vite.config.ts'

/** The pure parts, in Node: no browser, no service (those are tests/browser). */
export default defineConfig({ ...own, test: { include: ['tests/**/*.test.ts'], environment: 'node' } })
