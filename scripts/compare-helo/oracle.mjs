// What the real Postfix says, in two runs over the same names: the lab's helo-oracle, and one of our own that tells what a
// policy server gets and whether an unknown name is unknown for good or only because the DNS could not say.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** Runs a program to its end; its standard output goes to the file. */
function run(program, args, file) {
  const output = fs.openSync(file, 'w')
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', output, 'inherit'] })
    child.on('error', reject)
    child.on('close', (status) => {
      fs.closeSync(output)
      if (status === 0) resolve()
      else reject(new Error(`${program} ended with ${status}`))
    })
  })
}

/** name<TAB>reply<TAB>reply<TAB>reply. A name may hold tabs; a reply does not. */
function readRows(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => /^(.*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$/s.exec(line))
    .map(([, sent, ...replies]) => ({ sent: Buffer.from(sent, 'utf8').toString('latin1'), replies }))
}

/** `-` for a name that passes, else the reply's two codes. */
const codesOf = (reply) => /^([45]\d\d) (\d\.\d\.\d) /.exec(reply)?.slice(1).join(' ') ?? '-'

/**
 * Asks about each name of the file. A row: `sent`, the bytes on the wire; `helo`, what a policy server gets; and a verdict
 * for each restriction: `-`, two codes, or `temporary` where the DNS was in trouble. Names that never get as far as the
 * restrictions (not UTF-8, nothing but blanks) have no row.
 */
export async function askPostfix(namesFile, lab) {
  const first = `${namesFile}.1`
  const second = `${namesFile}.2`
  await run(path.join(lab, 'helo-oracle.sh'), [namesFile], first)
  const smtpd = '-o smtpd_delay_reject=no -o smtpd_helo_required=yes -o smtpd_helo_restrictions='
  const sorted = '-o unknown_hostname_reject_code=550 -o unknown_helo_hostname_tempfail_action=defer'
  const ports = [
    ['10031', `${smtpd}check_policy_service,inet:127.0.0.1:10023`],
    ['10032', `${smtpd}reject_unknown_helo_hostname ${sorted}`],
    ['10033', `${smtpd}reject_invalid_helo_hostname`],
  ].flatMap(([port, settings]) => ['--smtpd', port, settings])
  const driver = ['--', process.execPath, path.join(lab, 'helo-oracle.mjs'), namesFile]
  await run(path.join(lab, 'postfix-lab.sh'), [...ports, ...driver], second)
  const more = readRows(second)
  return readRows(first).flatMap(({ sent, replies }, index) => {
    const [echo, unknown] = more[index].replies
    const hex = /hex=((?:[0-9a-f]{2})+)\./.exec(echo)?.[1]
    if (hex === undefined) return []
    const verdicts = {
      invalid: codesOf(replies[0]),
      nonFqdn: codesOf(replies[1]),
      unknown: sort(replies[2], unknown),
    }
    return [{ sent, helo: Buffer.from(hex, 'hex').toString('utf8'), ...verdicts }]
  })
}

/** One word from both runs on reject_unknown_helo_hostname, which must agree. */
function sort(usual, sorted) {
  const pair = `${codesOf(usual)} / ${codesOf(sorted)}`
  // By default trouble in the DNS defers at the end of the restrictions, so the greeting itself passes.
  if (pair === '- / 450 4.7.1') return 'temporary'
  if (pair === '450 4.7.1 / 550 5.7.1') return '450 4.7.1'
  return codesOf(usual) === codesOf(sorted) ? codesOf(usual) : pair
}
