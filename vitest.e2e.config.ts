import { defineConfig } from 'vitest/config'

// End to end: the built daemons behind a real Postfix. Slow, needs root and Debian's postfix; see docs/contributing.md.
export default defineConfig({
  test: {
    include: ['apps/*/e2e/**/*.e2e.ts'],
    globalSetup: ['packages/tooling/temporary-directory.ts'],
    setupFiles: ['packages/tooling/no-network.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file starts several programs, and some tests are about time that goes by: one after the other.
    fileParallelism: false,
  },
})
