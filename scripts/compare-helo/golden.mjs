// The table of what Postfix said that goes into the tree, so that a fresh clone has something to be measured against.
import fs from 'node:fs'

/** Rows per combination of verdicts, beyond the zone's names and the hand-picked ones. */
const SAMPLES = 40

const HEADER = `# What Postfix @VERSION@ answered to HELO <name>, asked by scripts/compare-helo.mjs --golden over helo.zone.
# name (a JSON string, as a policy server gets it), then the codes under reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname
# and reject_unknown_helo_hostname; - for a name that passes, temporary where the DNS was in trouble.
`

/** The rows worth keeping: all known names, and some of the random ones for each combination of verdicts. */
export function goldenRows(rows, known) {
  const keep = new Set(known)
  const seen = new Map()
  const names = new Set()
  return rows.filter((row) => {
    if (names.has(row.helo)) return false
    const verdicts = `${row.invalid}\t${row.nonFqdn}\t${row.unknown}`
    const count = seen.get(verdicts) ?? 0
    if (!keep.has(row.sent) && (count >= SAMPLES || row.helo.length > 300)) return false
    if (!keep.has(row.sent)) seen.set(verdicts, count + 1)
    names.add(row.helo)
    return true
  })
}

/** Writes the table. Anything beyond printable ASCII is escaped, so that the file is text everywhere. */
export function writeGolden(file, rows, version) {
  const toAscii = (text) =>
    JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const lines = rows.map((row) => [toAscii(row.helo), row.invalid, row.nonFqdn, row.unknown].join('\t'))
  fs.writeFileSync(file, `${HEADER.replace('@VERSION@', version)}${lines.join('\n')}\n`)
}
