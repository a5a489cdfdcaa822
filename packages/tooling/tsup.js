// The only file that knows the bundler: every package's tsup.config.ts calls one of these two.
import { defineConfig } from 'tsup'

const shared = {
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  sourcemap: false,
  treeshake: false,
  outDir: 'dist',
  // Sources import './x.ts'; other workspace packages stay imports of their built form.
  esbuildOptions(options) {
    options.conditions = ['import', 'default']
  },
}

/** A library: one ESM file and one declaration file for each entry. */
export const library = (entries = ['src/index.ts']) =>
  defineConfig({
    ...shared,
    entry: entries,
    dts: { compilerOptions: { customConditions: [], composite: false, incremental: false } },
  })

/**
 * A program: our packages and their small dependencies in one file, as loading a hundred files takes longer than all the rest
 * of a start (measured: 0.35 s of CPU, in one file 0.2 s). What is native or rarely needed stays outside.
 */
export const program = (entries = ['src/main.ts']) =>
  defineConfig({
    ...shared,
    entry: entries,
    noExternal: [/^@postern\//, /^(zod|toml-eslint-parser|ip-address|punycode|dns-packet|entities)(\/|$)/],
    // The CommonJS among them asks for Node's own modules through require.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as requireOf } from 'node:module'\nconst require = requireOf(import.meta.url)",
    },
  })
