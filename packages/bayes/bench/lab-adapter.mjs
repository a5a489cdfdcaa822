// For ../shared/lab/bayes-bench.py --ours 'node packages/bayes/bench/lab-adapter.mjs': TRAINDIR TESTDIR OUT
import { loadSource } from './load-source.mjs'

const { runLab } = await loadSource(new URL('lab.ts', import.meta.url))
await runLab(...process.argv.slice(2))
