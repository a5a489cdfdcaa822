import { defineConfig } from 'vitest/config'

// Tests run on the sources, without a build: the '@postern/source' condition of each package's exports points at src.
const conditions = ['@postern/source', 'node', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/e2e/**'],
    globalSetup: ['packages/tooling/temporary-directory.ts'],
    setupFiles: ['packages/tooling/no-network.ts'],
    testTimeout: 20_000,
  },
})
