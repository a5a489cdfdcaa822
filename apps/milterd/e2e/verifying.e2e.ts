// Mail that others have signed, with opendkim and dkimpy: what is told about it, and what becomes of it.

import path from 'node:path'
import { type DkimpySignature, signWithDkimpy } from '@postern/e2e/dkimpy'
import { preparePostfix } from '@postern/e2e/postfix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, zoneOf } from './key-pair.ts'
import { oddMessages } from './odd-messages.ts'
import {
  internalClient,
  onlyMessage,
  openStage,
  ourResults,
  type Places,
  queueIdOf,
  type Stage,
} from './stage.ts'

const prepared = preparePostfix()
const keys = path.join(prepared.directory, 'keys')
const rsa = makeKey(keys, 'rsa')
const ed25519 = makeKey(keys, 'ed25519', { algorithm: 'ed25519' })

const zone = zoneOf({
  'rsa._domainkey.example.org': rsa.record,
  'ed._domainkey.example.org': ed25519.record,
})

const internal = 'internal_hosts = ["192.0.2.0/24"]'
const canonicalizations = ['relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'] as const

type Way = 'arriving'
let stage: Stage<Way>

const signer = (lines: string) =>
  `Mode s\nDomain example.org\nInternalHosts 192.0.2.0/24\nRequireSafeKeys no\n${lines}`
const signerName = (canonicalization: string) => `signer-${canonicalization.replace('/', '-')}`

beforeAll(async () => {
  const signers: Record<string, string> = {}
  for (const canonicalization of canonicalizations)
    signers[signerName(canonicalization)] = signer(
      `Selector rsa\nKeyFile ${rsa.file}\nCanonicalization ${canonicalization}`,
    )
  signers['signer-ed'] = signer(
    `Selector ed\nKeyFile ${ed25519.file}\nSignatureAlgorithm ed25519-sha256\nCanonicalization relaxed/relaxed`,
  )
  stage = await openStage<Way>({
    prepared,
    zone,
    ways: {
      // What dkimpy has signed comes with bare carriage returns, in whose place Postfix otherwise puts blanks.
      arriving: {
        settings: `[signing]\n${internal}\n`,
        smtpd: '  -o cleanup_service_name=unchanged',
      },
    },
    opendkims: signers,
    smtpds: Object.fromEntries(
      Object.keys(signers).map((name) => [
        name,
        ({ portOf, opendkim }: Places) =>
          `  -o smtpd_milters=${opendkim(name)}\n  -o content_filter=smtp:[127.0.0.1]:${portOf('arriving')}`,
      ]),
    ),
    masterCf: 'unchanged unix n - n - 0 cleanup -o cleanup_replace_stray_cr_lf=no',
    mainCf: () => 'smtp_line_length_limit = 0',
  })
})
afterAll(() => stage?.stop())

type OddName = keyof typeof oddMessages
const oddNames = Object.keys(oddMessages) as OddName[]
const recipient = (...words: readonly string[]) =>
  `${words.join('-').replaceAll(/[^\w]/g, '-')}@lab.example.com`

/** The results of all odd messages. */
async function resultsOf(
  smtpd: string,
  { tag, contentOf }: { tag: string; contentOf: (name: OddName) => string },
): Promise<Readonly<Record<string, string>>> {
  const send = async (name: OddName) =>
    queueIdOf(
      await stage.send(smtpd, {
        client: sender(smtpd),
        to: recipient(tag, name),
        content: contentOf(name),
      }),
    )
  if (smtpd === 'arriving') await Promise.all(oddNames.map(send))
  // opendkim 2.11 dies now and then when several messages come at once.
  else for (const name of oddNames) await send(name)
  const results: Record<string, string> = {}
  for (const name of oddNames)
    results[name] = ourResults(await onlyMessage(stage.postfix, recipient(tag, name)))
  return results
}

const sender = (smtpd: string) => (smtpd === 'arriving' ? { address: '203.0.113.66' } : internalClient)
const allPass = (pattern: RegExp) =>
  Object.fromEntries(oddNames.map((name) => [name, expect.stringMatching(pattern)]))

describe('mail signed by opendkim is marked pass', () => {
  it.each(canonicalizations)('%s', async (canonicalization) => {
    const smtpd = signerName(canonicalization)
    expect(await resultsOf(smtpd, { tag: smtpd, contentOf: (name) => oddMessages[name] })).toEqual(
      allPass(
        /^dkim=pass \(2048-bit key\) header\.d=example\.org header\.s=rsa header\.a=rsa-sha256 header\.b=/,
      ),
    )
  })

  it('with Ed25519', async () => {
    expect(await resultsOf('signer-ed', { tag: 'ed', contentOf: (name) => oddMessages[name] })).toEqual(
      allPass(
        /^dkim=pass \(256-bit key\) header\.d=example\.org header\.s=ed header\.a=ed25519-sha256 header\.b=/,
      ),
    )
  })
})

const byRsa: DkimpySignature = { domain: 'example.org', selector: 'rsa', key: rsa.pem }
const byEd25519: DkimpySignature = {
  domain: 'example.org',
  selector: 'ed',
  key: ed25519.seed,
  algorithm: 'ed25519-sha256',
}

describe('mail signed by dkimpy is marked pass', () => {
  it.each(canonicalizations)('%s', async (canonicalization) => {
    // As it comes out of Postfix: of line ends, all of \r*\n is CRLF, and no field name has a blank.
    const contents = oddNames.map((name) => oddMessages[name].replaceAll(/\r*\n/g, '\r\n').replace(' :', ':'))
    const [first, second] = [byRsa, byEd25519].map((how) =>
      signWithDkimpy(contents.map((content) => [content, { ...how, canonicalization }])),
    )
    const contentOf = (name: OddName) => {
      const index = oddNames.indexOf(name)
      return `${first![index]}${second![index]}${contents[index]}`
    }
    expect(await resultsOf('arriving', { tag: `dkimpy-${canonicalization}`, contentOf })).toEqual(
      allPass(
        /^dkim=pass \(2048-bit key\) .* header\.a=rsa-sha256 .*; dkim=pass \(256-bit key\) .* header\.a=ed25519-sha256 /,
      ),
    )
  })
})
