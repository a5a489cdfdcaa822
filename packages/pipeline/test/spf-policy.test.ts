// What the settings make of each result.
import { describe, expect, it } from 'vitest'
import { fieldsOf, type Result, results, short, spfOf, textOf, words } from './spf-setup.ts'

const refused = '550 5.7.23'
const mended = '550 5.5.2'
const later = '451 4.4.3'

/** Verdicts by result; what is not named passes. */
type Verdicts = Partial<Record<Result, string>>
const fail: Verdicts = { fail: refused }
const softfail: Verdicts = { fail: refused, softfail: refused }
const notPass: Verdicts = { fail: refused, softfail: refused, neutral: refused }

async function verdictsOf(settings: object, subjectOf: (result: Result) => object): Promise<Verdicts> {
  const { run } = spfOf(settings)
  const found: Verdicts = {}
  for (const result of results) {
    const { verdict } = await run(subjectOf(result))
    if (verdict.kind !== 'none') found[result] = short(verdict)
  }
  return found
}

const fromDomain = (result: Result) => ({ sender: `a@${result}.example` })
const fromHelo = (result: Result) => ({ helo: `${result}.example` })
const bounce = (result: Result) => ({ helo: `${result}.example`, sender: '' })

const only = (settings: object) => ({ helo_reject: 'none', mail_from_reject: 'none', ...settings })

describe("the sender's domain", () => {
  it.each<[settings: object, verdicts: Verdicts]>([
    [{}, fail],
    [only({ mail_from_reject: 'fail' }), fail],
    [only({ mail_from_reject: 'softfail' }), softfail],
    [only({ mail_from_reject: 'not-pass' }), notPass],
    [only({ mail_from_reject: 'none' }), {}],
    [only({ mail_from_reject: 'off' }), {}],
    [{ permerror: 'reject' }, { ...fail, permerror: mended }],
    [{ temperror: 'defer' }, { ...fail, temperror: later }],
    [only({ permerror: 'reject', temperror: 'defer' }), {}],
    [{ mode: 'observe', mail_from_reject: 'not-pass', permerror: 'reject', temperror: 'defer' }, {}],
    [{ recipients_not_refused: ['bob@example.net'] }, {}],
    [{ recipients_not_refused: ['Example.NET'] }, {}],
    [{ recipients_not_refused: ['net'] }, {}],
    [{ recipients_not_refused: ['alice@example.net', 'example.org'] }, fail],
    [
      only({ reject_not_pass_domains: ['example'] }),
      { ...notPass, none: refused, permerror: mended, temperror: later },
    ],
    [
      only({ reject_not_pass_domains: ['softfail.example', 'NONE.example'] }),
      { softfail: refused, none: refused },
    ],
    [{ reject_not_pass_domains: ['neutral.example'] }, { ...fail, neutral: refused }],
  ])('%j', async (settings, verdicts) => {
    expect(await verdictsOf(settings, fromDomain)).toEqual(verdicts)
  })
})

describe('the HELO name', () => {
  it.each<[settings: object, verdicts: Verdicts]>([
    [{}, fail],
    [only({ helo_reject: 'fail' }), fail],
    [only({ helo_reject: 'softfail' }), softfail],
    [only({ helo_reject: 'not-pass' }), notPass],
    [only({ helo_reject: 'null-sender' }), {}],
    [only({ helo_reject: 'none' }), {}],
    [only({ helo_reject: 'off' }), {}],
    [{ permerror: 'reject' }, { ...fail, permerror: mended }],
    [{ temperror: 'defer' }, { ...fail, temperror: later }],
    [{ helo_reject: 'null-sender', permerror: 'reject', temperror: 'defer' }, {}],
    [{ mode: 'observe' }, {}],
    // Hosts have no SPF record as a rule: the list is about senders.
    [only({ reject_not_pass_domains: ['example'], mail_from_reject: 'off' }), {}],
  ])('%j', async (settings, verdicts) => {
    expect(await verdictsOf(settings, fromHelo)).toEqual(verdicts)
  })
})

describe('the HELO name of a bounce', () => {
  it.each<[settings: object, verdicts: Verdicts]>([
    [{}, fail],
    [only({ helo_reject: 'null-sender' }), fail],
    [
      { helo_reject: 'null-sender', permerror: 'reject', temperror: 'defer' },
      { ...fail, permerror: mended, temperror: later },
    ],
    [only({ helo_reject: 'softfail' }), softfail],
    [{ helo_reject: 'none' }, {}],
    [{ helo_reject: 'off' }, {}],
  ])('%j', async (settings, verdicts) => {
    expect(await verdictsOf(settings, bounce)).toEqual(verdicts)
  })
})

describe('domains that send no mail', () => {
  const of = (settings: object) => async (subject: object) =>
    short((await spfOf(settings).run(subject)).verdict)
  it('are refused where nothing else is', async () => {
    const ask = of(only({ no_mail: true }))
    expect(await ask({ sender: 'a@nomail.example' })).toBe(refused)
    expect(await ask({ helo: 'nomail.example' })).toBe(refused)
    expect(await ask({ sender: '', helo: 'nomail.example' })).toBe(refused)
    expect(await ask({ sender: 'a@fail.example' })).toBe('none')
  })
  it('unless that is not wanted, or only looked at', async () => {
    expect(await of(only({}))({ sender: 'a@nomail.example' })).toBe('none')
    expect(await of({ mode: 'observe', no_mail: true })({ sender: 'a@nomail.example' })).toBe('none')
  })
  it('are told so', async () => {
    const outcome = await spfOf().run({ sender: 'a@nomail.example' })
    expect(textOf(outcome)).toMatch(/^nomail\.example says that it sends no mail at all /)
  })
})

describe('which identity counts', () => {
  it('the HELO name first', async () => {
    const outcome = await spfOf().run({ helo: 'fail.example', sender: 'a@exp.example' })
    expect(textOf(outcome)).toMatch(/^fail\.example does not allow 192\.0\.2\.7 to use its name in HELO /)
    expect(words(outcome)).toBe('helo:fail(fail.example:-all)')
  })
  it('the sender otherwise', async () => {
    const outcome = await spfOf().run({ helo: 'pass.example', sender: 'a@fail.example' })
    expect(textOf(outcome)).toMatch(/^fail\.example does not allow 192\.0\.2\.7 to send its mail /)
    expect(words(outcome)).toBe('helo:pass,mailfrom:fail(fail.example:-all)')
  })
})

describe('a pass', () => {
  const classes = { helo_pass_restriction: 'helo_ok', mail_from_pass_restriction: 'from_ok, log_it' }
  it.each<[settings: object, subject: object, verdict: string]>([
    [{}, { sender: 'a@pass.example' }, 'none'],
    [classes, { sender: 'a@pass.example' }, 'restriction from_ok, log_it'],
    [classes, { sender: 'a@pass.example', helo: 'pass.example' }, 'restriction from_ok, log_it'],
    [classes, { helo: 'pass.example' }, 'restriction helo_ok'],
    [classes, { helo: 'pass.example', sender: '' }, 'restriction helo_ok'],
    [classes, {}, 'none'],
    // As with policyd-spf: the HELO name's pass comes before a refused sender, a refused HELO name before everything.
    [classes, { helo: 'pass.example', sender: 'a@fail.example' }, 'restriction helo_ok'],
    [classes, { helo: 'fail.example', sender: 'a@pass.example' }, refused],
    [{ ...classes, mode: 'observe' }, { sender: 'a@pass.example' }, 'none'],
    [
      { ...classes, recipients_not_refused: ['example.net'] },
      { sender: 'a@pass.example' },
      'restriction from_ok, log_it',
    ],
  ])('%j %j: %s', async (settings, subject, verdict) => {
    expect(short((await spfOf(settings).run(subject)).verdict)).toBe(verdict)
  })
  it('goes on with its header beside the restriction', async () => {
    const outcome = await spfOf(classes).run({ sender: 'a@pass.example' })
    expect(fieldsOf(outcome)).toEqual([expect.stringMatching(/^Received-SPF: pass /)])
  })
})

describe('refusals', () => {
  it('have your page, and what the domain explains', async () => {
    const subject = { sender: 'a@exp.example' }
    const outcome = await spfOf({ url: 'https://example.net/spf' }).run(subject)
    expect(textOf(outcome)).toMatch(
      / See https:\/\/example\.net\/spf exp\.example explains: "Write to postmaster"$/,
    )
    const quiet = spfOf({ explanation: false })
    expect(textOf(await quiet.run(subject))).not.toContain('explains')
    expect(quiet.asked()).not.toContain('why.example TXT')
  })
  it('may be in your own words', async () => {
    const text = '{identity} {domain} {client} {sender} {helo} {result} {url}'
    const outcome = await spfOf({ text, url: 'https://example.net/' }).run({ sender: 'a@fail.example' })
    expect(textOf(outcome)).toBe(
      'mailfrom fail.example 192.0.2.7 a@fail.example mx.none.example fail https://example.net/',
    )
  })
  it('leave room in the reply for the words of Postfix', async () => {
    const recipient = `${'r'.repeat(60)}@${'d'.repeat(60)}.example`
    const outcome = await spfOf().run({ sender: 'a@fail.example', recipient })
    const line = `550 5.7.23 <${recipient}>: Recipient address rejected: ${textOf(outcome)}\r\n`
    expect(line.length).toBeLessThanOrEqual(512)
  })
})

describe('observing', () => {
  it.each([
    [{ sender: 'a@fail.example' }, 'would-refuse:helo:none,mailfrom:fail(fail.example:-all)'],
    [{ sender: 'a@temperror.example' }, 'would-defer:helo:none,mailfrom:temperror(servfail)'],
    [{ helo: 'fail.example' }, 'would-refuse:helo:fail(fail.example:-all),mailfrom:none'],
    [{ sender: 'a@pass.example' }, 'helo:none,mailfrom:pass'],
  ])('%j: %s', async (subject, said) => {
    const outcome = await spfOf({ mode: 'observe', temperror: 'defer' }).run(subject)
    expect(words(outcome)).toBe(said)
    expect(fieldsOf(outcome)).toHaveLength(1)
  })
})
