import { defineConfig } from 'vitest/config'

// End to end: the built daemons behind a real Postfix. Slow, needs root and Debian's postfix; see docs/contributing.md.
export default defineConfig({
  test: {
    include: ['apps/*/e2e/**/*.e2e.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
