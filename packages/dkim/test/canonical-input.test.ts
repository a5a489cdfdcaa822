import { createHash, generateKeyPairSync, verify as verifyData } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalInputs, parseSignature, publicHalf, readSigningKey, sign } from '../src/index.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 1024 })
const read = readSigningKey(pair.privateKey.export({ type: 'pkcs8', format: 'der' }))
if (!read.ok) throw new Error(read.error.code)
const key = read.value

const crlf = (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1')
const message = crlf(
  'Received: x\nFrom:  Ann \n\t<ann@example.org>\nsubject : Hi\nTo: bob@example.net\n\nLine  one \n\n\tline two\n\n\n',
)

async function signed(canonicalization: 'relaxed/relaxed' | 'simple/simple', bodyLength?: number) {
  const request = { domain: 'example.org', selector: 's', key, canonicalization, bodyLength }
  const fields = await sign(message, { signatures: [request], now: 1_700_000_000 })
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n`, 'latin1'), message])
}

describe('the input of a signature', () => {
  it('is shown as it is hashed, relaxed', async () => {
    const [input] = await canonicalInputs(await signed('relaxed/relaxed'), { bodyBytes: 1000 })
    expect(input!.header).toMatch(
      /^from:Ann <ann@example\.org>\r\nsubject:Hi\r\nto:bob@example\.net\r\ndkim-signature:v=1; .* b=$/,
    )
    expect(input!.body.toString('latin1')).toBe('Line one\r\n\r\n line two\r\n')
    expect(input).toMatchObject({ at: 0, bodyBytes: 23 })
  })
  it('is shown as it is hashed, simple', async () => {
    const [input] = await canonicalInputs(await signed('simple/simple'), { bodyBytes: 1000 })
    expect(input!.header).toContain('From:  Ann \r\n\t<ann@example.org>\r\nsubject : Hi\r\n')
    expect(input!.body.toString('latin1')).toBe('Line  one \r\n\r\n\tline two\r\n')
  })
  it.each(['relaxed/relaxed', 'simple/simple'] as const)(
    'is what %s was signed over',
    async (canonicalization) => {
      const whole = await signed(canonicalization)
      const [input] = await canonicalInputs([whole.subarray(0, 100), whole.subarray(100)], { bodyBytes: 1e6 })
      const field = whole.subarray(0, whole.indexOf('\r\nReceived:')).toString('latin1')
      const signature = parseSignature(field)
      if (!signature.ok) throw new Error(signature.error.code)
      const data = Buffer.from(input!.header, 'latin1')
      expect(verifyData('sha256', data, publicHalf(key), signature.value.data)).toBe(true)
      expect(createHash('sha256').update(input!.body).digest()).toEqual(signature.value.bodyHash)
    },
  )
  it('ends where l= says, and no later than wanted', async () => {
    const [input] = await canonicalInputs(await signed('simple/simple', 4), { bodyBytes: 1000 })
    expect(input).toMatchObject({ body: Buffer.from('Line'), bodyBytes: 4 })
    const [cut] = await canonicalInputs(await signed('simple/simple'), { bodyBytes: 4 })
    expect(cut).toMatchObject({ body: Buffer.from('Line'), bodyBytes: 25 })
  })
  it('is none where there is no signature, or none that can be read', async () => {
    expect(await canonicalInputs(message, { bodyBytes: 10 })).toEqual([])
    const broken = Buffer.concat([Buffer.from('DKIM-Signature: v=1; x\r\n'), await signed('simple/simple')])
    expect((await canonicalInputs(broken, { bodyBytes: 10 })).map(({ at }) => at)).toEqual([1])
  })
  it('is that of a file with the line ends of a Unix system', async () => {
    const whole = await signed('relaxed/relaxed')
    const unix = Buffer.from(whole.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    expect(await canonicalInputs(unix, { bodyBytes: 1000 })).toEqual(
      await canonicalInputs(whole, { bodyBytes: 1000 }),
    )
  })
})
