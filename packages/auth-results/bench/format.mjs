// Nanoseconds of CPU for one field. node bench/format.mjs, after a build.
import {
  authservIdOf,
  formatAuthenticationResults,
  formatReceivedSpf,
  parseAuthenticationResults,
  parseReceivedSpf,
} from '../dist/index.js'

const comment =
  'mx.example.org: domain of newsletter@example.com designates 198.51.100.17 as permitted sender'
const spf = {
  result: 'pass',
  comment,
  identity: 'mailfrom',
  clientIp: '198.51.100.17',
  envelopeFrom: 'newsletter@example.com',
  helo: 'mail-wr1-f41.example.com',
  receiver: 'mx.example.org',
}
const long = { ...spf, comment: comment.repeat(9), envelopeFrom: `${'a'.repeat(65_536)}@example.com` }
const results = {
  authservId: 'mx.example.org',
  results: [
    {
      method: 'spf',
      result: 'pass',
      comment,
      properties: [
        { ptype: 'smtp', property: 'mailfrom', value: 'newsletter@example.com' },
        { ptype: 'smtp', property: 'helo', value: 'mail-wr1-f41.example.com' },
      ],
    },
  ],
}
const spfLine = formatReceivedSpf(spf)
const resultsLine = formatAuthenticationResults(results)

// The last character is looked at, so that a text put together lazily is put together.
const written = (text) => text.charCodeAt(text.length - 1) > 0
const cases = {
  'Received-SPF written': () => written(formatReceivedSpf(spf)),
  'Received-SPF written, folded': () => written(formatReceivedSpf(spf, { fold: true })),
  'Received-SPF written, all too long': () => written(formatReceivedSpf(long)),
  'Authentication-Results written': () => written(formatAuthenticationResults(results)),
  'Authentication-Results written, folded': () =>
    written(formatAuthenticationResults(results, { fold: true })),
  'Received-SPF read': () => parseReceivedSpf(spfLine).ok,
  'Authentication-Results read': () => parseAuthenticationResults(resultsLine).ok,
  'authserv-id read': () => authservIdOf(resultsLine) !== undefined,
}

for (const [name, run] of Object.entries(cases)) {
  const rounds = []
  for (let round = 0; round < 5; round++) {
    let count = 0
    const start = process.cpuUsage().user
    for (let i = 0; i < 200_000; i++) if (run()) count++
    rounds.push(((process.cpuUsage().user - start) * 1000) / count)
  }
  const best = Math.min(...rounds)
  console.log(
    `${String(Math.round(best)).padStart(6)} ns ${String(Math.round(1e9 / best)).padStart(9)}/s  ${name}`,
  )
}
