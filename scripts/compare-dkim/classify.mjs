// Which known deviation of a peer a difference is. Reasons are in packages/dkim/test/deviations.json, by the same ids.

/** The id of the first deviation that accounts for the difference; undefined when none does. */
export function classify(row) {
  const found = Object.entries(deviations[row.peer]).find(([, holds]) => holds(row))
  return found && `${row.peer}: ${found[0]}`
}

const hasBareLf = ({ message }) => /(^|[^\r])\n/.test(message)
const hasBareCr = ({ message }) => /\r(?!\n)/.test(message)
const hasNul = ({ message }) => message.includes('\0')

const headerOf = ({ message }) => message.slice(0, message.indexOf('\r\n\r\n') + 2)
const hasOddLine = (row) =>
  headerOf(row)
    .split(/\r\n(?![ \t])/)
    .some((line) => line !== '' && !/^[!-9;-~]+:/.test(line))

const isRelaxedBody = ({ ours }) => ours.signature?.canonicalization.body === 'relaxed'
const bodyOf = ({ message }) => message.slice(message.indexOf('\r\n\r\n') + 4)
const endsWithoutLineEnd = (row) => !/(^|\r\n)$/.test(bodyOf(row))
const endsWithBlanks = (row) => isRelaxedBody(row) && /[ \t]$/.test(bodyOf(row))

const saidPass = ({ theirs }) => theirs === 'pass'
const weSay =
  (...reasons) =>
  ({ ours }) =>
    reasons.includes(ours.reason)
const all =
  (...tests) =>
  (row) =>
    tests.every((test) => test(row))
const theySay =
  (pattern) =>
  ({ theirs }) =>
    pattern.test(theirs)
const syntaxOf =
  (tag) =>
  ({ ours }) =>
    ours.problem?.tag === tag

/** h= lists DKIM-Signature, and there is no other one. */
const coversItself = ({ ours, message }) =>
  ours.signature?.signedFields.includes('dkim-signature') &&
  message.match(/(^|\r\n)dkim-signature *:/gi)?.length === 1

const deviations = {
  dkimpy: {
    'odd-header-line': all(
      theySay(/^MessageFormatError: Unexpected characters in RFC822 header/),
      (row) => hasOddLine(row) || hasBareLf(row),
    ),
    'bare-lf': (row) => hasBareLf(row) && (row.withAnyLineEnd().result === 'pass') === saidPass(row),
    'bare-cr': hasBareCr,
    'last-line-blanks': endsWithBlanks,
    'case-of-words': theySay(
      /^(MessageFormatError: invalid c= value|ValidationError: unknown signature algorithm)/,
    ),
    'base64-padding': theySay(/b= value is not valid base64/),
    'one-query': theySay(/^ValidationError: q= value is not dns\/txt/),
    'covers-itself': coversItself,
    'body-length': all(saidPass, weSay('body-length', 'body-shorter')),
    'no-clock': all(saidPass, (row) => weSay('expired', 'future-timestamp')(row) || syntaxOf('x')(row)),
    'from-not-signed': all(saidPass, (row) => weSay('from-not-signed')(row) || syntaxOf('h')(row)),
    'key-hash': all(saidPass, weSay('key-hash-forbidden')),
    'key-strict': all(saidPass, weSay('key-strict')),
    'key-repeated-tag': all(saidPass, weSay('key-syntax'), ({ zone }) =>
      Object.values(zone).some((text) => /; p=.*; p=/.test(text)),
    ),
    'key-version': all(saidPass, weSay('key-syntax'), ({ zone }) =>
      Object.values(zone).some((text) => /^[^v].*v=DKIM1/.test(text)),
    ),
  },
  opendkim: {
    'odd-header-line': all(theySay(/header: status 5/), hasOddLine),
    'ed25519-simple': ({ ours, signedBy }) =>
      signedBy === 'opendkim' &&
      ours.signature?.algorithm === 'ed25519-sha256' &&
      ours.signature.canonicalization.header === 'simple',
    'last-line': endsWithoutLineEnd,
    'bare-lf': hasBareLf,
    'bare-cr': hasBareCr,
    nul: hasNul,
    'identity-at': all(theySay(/^invalid domain coverage/), ({ ours }) =>
      /@.*@/.test(ours.signature?.identity),
    ),
    'covers-itself': coversItself,
    'base64-after-padding': all(saidPass, syntaxOf('b')),
    'body-length': all(saidPass, weSay('body-length')),
    'key-repeated-tag': all(saidPass, weSay('key-syntax'), ({ zone }) =>
      Object.values(zone).some((text) => /; p=.*; p=/.test(text)),
    ),
    'key-version': all(saidPass, weSay('key-syntax'), ({ zone }) =>
      Object.values(zone).some((text) => /^[^v].*v=DKIM1/.test(text)),
    ),
  },
}

export const deviationIds = Object.entries(deviations).flatMap(([peer, tests]) =>
  Object.keys(tests).map((id) => `${peer}: ${id}`),
)
