// The only file that knows the bundler: every package's tsup.config.ts calls one of these two.
import { defineConfig } from 'tsup'

const shared = {
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  clean: true,
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

/** A program: no declarations, run by node. */
export const program = (entries = ['src/main.ts']) =>
  defineConfig({ ...shared, entry: entries, banner: { js: '#!/usr/bin/env node' } })
