import { readFileSync } from 'node:fs'
import { createZone, startZoneServer } from '@postern/dns/testing'
import { openLmdbStore } from '@postern/store-lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../src/commands/index.ts'
import { Desk } from './harness.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** What the README says that each command line prints, in its n-th transcript. */
const transcriptOf = (n: number) =>
  ([...readme.matchAll(/```console\n([^`]*)```/g)][n - 1]?.[1] ?? '')
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.trimEnd().split('\n')
      return { line, printed }
    })

/** Words as the shell has them; only plain quotes. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word)

let desk: Desk
beforeEach(() => {
  desk = new Desk()
})
afterEach(() => desk.clear())

it.each(transcriptOf(1))('$line prints what the README says', async ({ line, printed }) => {
  const opened = openLmdbStore({ directory: `${desk.directory}/state` })
  if (!opened.ok) throw opened.error.cause
  await opened.store.update(['k'], () => ({ value: 0, next: [{ first: 0, last: 0, count: 0 }] }))
  await opened.store.close()
  const isAboutMistakes = line.includes('config check')
  desk.settings(
    isAboutMistakes
      ? '[greylist]\ndelay_secondz = 300\nmode = observe\n'
      : '[store]\ndirectory = "state"\n[dns]\nservers = ["127.0.0.1:1"]\n',
  )
  const { out, err } = await desk.run(...wordsOf(line).slice(1))
  const lines = (out + err).trimEnd().split('\n')
  expect(lines).toHaveLength(printed.length)
  // An ellipsis stands for the rest of a line.
  expect(
    lines.map((text, i) => (printed[i]!.endsWith('…') ? `${text.slice(0, printed[i]!.length - 1)}…` : text)),
  ).toEqual(printed)
})

it('names every command', () => {
  for (const { words } of commands) {
    const [group = '', name = ''] = words.split(' ')
    expect(readme).toMatch(new RegExp(`\`postern ${group}[^|]*${name}`))
  }
})

describe('the transcript about SPF', () => {
  const zone = createZone(`
    example.org       TXT "v=spf1 mx include:_spf.example.net -all"
    example.org       MX  10 mx1.example.org
    mx1.example.org   A   192.0.2.1
    _spf.example.net  TXT "v=spf1 ip4:198.51.100.0/24 ?all"
    example.com       MX  10 mail.example.com
    example.com       A   192.0.2.80
    mail.example.com  A   192.0.2.25
  `)
  it.each(transcriptOf(2))('$line prints what the README says', async ({ line, printed }) => {
    const server = await startZoneServer(zone)
    try {
      const { out } = await desk.run(...wordsOf(line).slice(1), '--dns', server.address)
      // A last line of an ellipsis stands for all the rest.
      const isWhole = printed.at(-1)?.trim() !== '…'
      const shown = isWhole ? printed : printed.slice(0, -1)
      expect(
        out
          .trimEnd()
          .split('\n')
          .slice(0, isWhole ? undefined : shown.length),
      ).toEqual(shown)
    } finally {
      await server.close()
    }
  })
})

describe('the transcript about DKIM', () => {
  // RFC 8463 §A.2, §A.3.
  const text = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
  const mistyped = text.replaceAll(';', '\\\\;')
  const zone = createZone(`
    2026a._domainkey.example.org              TXT "${mistyped}"
    brisbane._domainkey.football.example.com  TXT "${text}"
  `)
  it.each(transcriptOf(3))('$line prints what the README says', async ({ line, printed }) => {
    desk.write('message.eml', message)
    const server = await startZoneServer(zone)
    try {
      const { out } = await desk.run(...wordsOf(line).slice(1), '--dns', server.address)
      const isWhole = printed.at(-1)?.trim() !== '…'
      const shown = isWhole ? printed : printed.slice(0, -1)
      expect(
        out
          .trimEnd()
          .split('\n')
          .slice(0, isWhole ? undefined : shown.length),
      ).toEqual(shown)
    } finally {
      await server.close()
    }
  })
})

const message = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

`
