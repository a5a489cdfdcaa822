import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyModifications, type Modification } from '../src/client.ts'
import { SMFIF, SMFIP } from '../src/index.ts'
import { cleanValue, faultOf, formatModifications } from '../src/modification.ts'
import { readFilterFrame } from '../src/reply-frame.ts'
import { bytesOf, framesOf, number, textOf } from './wire.ts'

const negotiated = { version: 6, actions: 0xff, steps: 0 }
const style = { dropsSpace: false }
const format = (...changes: Modification[]) => framesOf(formatModifications(changes, negotiated, style))

describe('a modification on the wire', () => {
  it.each<[Modification, [string, string]]>([
    [{ kind: 'add-header', name: 'A', value: 'b' }, ['h', 'A\0b\0']],
    [{ kind: 'insert-header', index: 1, name: 'A', value: 'b' }, ['i', `${number(1)}A\0b\0`]],
    [{ kind: 'change-header', occurrence: 2, name: 'A', value: 'b' }, ['m', `${number(2)}A\0b\0`]],
    [{ kind: 'delete-header', occurrence: 2, name: 'A' }, ['m', `${number(2)}A\0\0`]],
    [{ kind: 'add-recipient', address: 'a@b', parameters: [] }, ['+', '<a@b>\0']],
    [{ kind: 'add-recipient', address: '<a@b>', parameters: ['X=1', 'Y'] }, ['2', '<a@b>\0X=1 Y\0']],
    [{ kind: 'delete-recipient', address: 'a@b' }, ['-', '<a@b>\0']],
    [{ kind: 'change-sender', address: '', parameters: [] }, ['e', '<>\0']],
    [{ kind: 'change-sender', address: 'a@b', parameters: ['X=1'] }, ['e', '<a@b>\0X=1\0']],
    [{ kind: 'quarantine', reason: 'why\r\nnot ü' }, ['q', 'why  not \xc3\xbc\0']],
    [{ kind: 'replace-body', body: [bytesOf('x\r\n')] }, ['b', 'x\r\n']],
    [{ kind: 'replace-body', body: [] }, ['b', '']],
    [{ kind: 'replace-body', body: [bytesOf('')] }, ['b', '']],
  ])('%o', (change, wire) => {
    expect(format(change)).toEqual([wire])
  })

  it.each<[string, Modification, number, string]>([
    [
      'plain, as parameters are not negotiated',
      { kind: 'add-recipient', address: 'a', parameters: ['X'] },
      SMFIF.ADDRCPT,
      '+',
    ],
    ['with parameters only', { kind: 'add-recipient', address: 'a', parameters: [] }, SMFIF.ADDRCPT_PAR, '2'],
  ])('a recipient is added %s', (_, change, actions, letter) => {
    expect(framesOf(formatModifications([change], { ...negotiated, actions }, style))[0]![0]).toBe(letter)
  })

  it('a body goes out in chunks as large as negotiated', () => {
    const body = [bytesOf('x'.repeat(70_000)), bytesOf('y')]
    const sizes = (steps: number) =>
      framesOf(formatModifications([{ kind: 'replace-body', body }], { ...negotiated, steps }, style)).map(
        ([letter, data]) => letter + data.length,
      )
    expect(sizes(0)).toEqual(['b65535', 'b4465', 'b1'])
    expect(sizes(SMFIP.MDS_256K)).toEqual(['b70000', 'b1'])
  })

  it.each([
    ['a', 'a'],
    [' a\r\n\tb', ' a\n\tb'],
    ['a\n b\r\n', 'a\n b'],
    ['a\nBcc: x', 'a\n Bcc: x'],
    ['a\rBcc: x', 'a\n Bcc: x'],
    ['a\r\n\r\nbody', 'a\n body'],
    ['a\0b', 'ab'],
    ['\r\n', ''],
  ])('the value %j is written %j: it cannot begin another header', (value, written) => {
    expect(cleanValue(value)).toBe(written)
  })

  it.each([
    [' value', 'value'],
    ['value', 'value'],
    ['  value', ' value'],
    ['\tvalue', '\tvalue'],
    // Nothing would be left, and an empty value deletes.
    [' ', ' '],
  ])('the MTA adds a space of its own: %j goes out as %j', (value, written) => {
    const text = formatModifications([{ kind: 'add-header', name: 'A', value }], negotiated, {
      dropsSpace: true,
    })
    expect(framesOf(text)).toEqual([['h', `A\0${written}\0`]])
  })

  it('header changes go first, the last occurrence before the first, the latest wish for each', () => {
    expect(
      format(
        { kind: 'insert-header', index: 0, name: 'New', value: 'x' },
        { kind: 'delete-header', name: 'A', occurrence: 1 },
        { kind: 'change-header', name: 'a', occurrence: 3, value: 'old' },
        { kind: 'delete-header', name: 'A', occurrence: 2 },
        { kind: 'delete-header', name: 'A', occurrence: 3 },
        { kind: 'change-header', name: 'A', occurrence: 2, value: 'two' },
        { kind: 'add-header', name: 'Last', value: 'y' },
      ),
    ).toEqual([
      ['m', `${number(3)}A\0\0`],
      ['m', `${number(2)}A\0two\0`],
      ['m', `${number(1)}A\0\0`],
      ['i', `${number(0)}New\0x\0`],
      ['h', 'Last\0y\0'],
    ])
  })

  it('what is written is what the MTA reads', () => {
    const token = fc.string({ unit: fc.constantFrom(...'abcAB-1'), minLength: 1, maxLength: 8 })
    const value = token.map((word) => ` ${word}`)
    const change: fc.Arbitrary<Modification> = fc.oneof(
      fc.record({ kind: fc.constant('add-header' as const), name: token, value }),
      fc.record({ kind: fc.constant('insert-header' as const), index: fc.nat(), name: token, value }),
      fc.record({
        kind: fc.constant('change-header' as const),
        occurrence: fc.integer({ min: 1, max: 9 }),
        name: token,
        value,
      }),
      fc.record({
        kind: fc.constant('delete-header' as const),
        occurrence: fc.integer({ min: 1, max: 9 }),
        name: token,
      }),
      fc.record({ kind: fc.constant('add-recipient' as const), address: token, parameters: fc.array(token) }),
      fc.record({ kind: fc.constant('delete-recipient' as const), address: token }),
      fc.record({ kind: fc.constant('change-sender' as const), address: token, parameters: fc.array(token) }),
      fc.record({ kind: fc.constant('quarantine' as const), reason: token }),
    )
    fc.assert(
      fc.property(change, (modification) => {
        const [[letter, data]] = format(modification) as [[string, string]]
        expect(readFilterFrame(letter, data)).toEqual({ kind: 'modification', modification })
      }),
    )
  })
})

describe('a mistake', () => {
  it.each<[string, Modification]>([
    ['no header name', { kind: 'add-header', name: '', value: 'x' }],
    ['a colon in the name', { kind: 'add-header', name: 'A:', value: 'x' }],
    ['a line break in the name', { kind: 'delete-header', name: 'A\n', occurrence: 1 }],
    ['a character that is no byte', { kind: 'add-header', name: 'A', value: '\u010aBcc: x' }],
    ['index -1', { kind: 'insert-header', index: -1, name: 'A', value: 'x' }],
    ['index 1.5', { kind: 'insert-header', index: 1.5, name: 'A', value: 'x' }],
    ['occurrence 0', { kind: 'delete-header', occurrence: 0, name: 'A' }],
    ['an occurrence beyond 31 bits', { kind: 'delete-header', occurrence: 2 ** 31, name: 'A' }],
    ['a NUL in an address', { kind: 'delete-recipient', address: 'a\0b' }],
    ['a line break in an address', { kind: 'change-sender', address: 'a\nb', parameters: [] }],
    ['a blank in a parameter', { kind: 'add-recipient', address: 'a', parameters: ['X Y'] }],
    ['an empty parameter', { kind: 'add-recipient', address: 'a', parameters: [''] }],
  ])('%s is named', (_, change) => {
    expect(faultOf(change, negotiated)).toContain(change.kind)
  })

  it.each<[Modification, number]>([
    [{ kind: 'add-header', name: 'A', value: 'x' }, SMFIF.ADDHDRS],
    [{ kind: 'insert-header', index: 0, name: 'A', value: 'x' }, SMFIF.ADDHDRS],
    [{ kind: 'change-header', occurrence: 1, name: 'A', value: 'x' }, SMFIF.CHGHDRS],
    [{ kind: 'delete-header', occurrence: 1, name: 'A' }, SMFIF.CHGHDRS],
    [{ kind: 'replace-body', body: [] }, SMFIF.CHGBODY],
    [{ kind: 'add-recipient', address: 'a', parameters: [] }, SMFIF.ADDRCPT | SMFIF.ADDRCPT_PAR],
    [{ kind: 'delete-recipient', address: 'a' }, SMFIF.DELRCPT],
    [{ kind: 'change-sender', address: 'a', parameters: [] }, SMFIF.CHGFROM],
    [{ kind: 'quarantine', reason: 'a' }, SMFIF.QUARANTINE],
  ])('%o needs the action %i', (change, actions) => {
    expect(faultOf(change, { ...negotiated, actions })).toBeUndefined()
    expect(faultOf(change, { ...negotiated, actions: 0x1ff & ~actions })).toContain('does not offer')
  })
})

/** Applies what is on the wire as sendmail does: what is deleted still counts. */
function applyAsSendmail(fields: string[], changes: readonly Modification[]): string[] {
  const rows = fields.map((field) => ({
    name: field.split(':')[0]!,
    text: field,
    isGone: false,
    isOurs: true,
  }))
  rows.unshift({ name: '', text: '', isGone: true, isOurs: false })
  for (const change of changes) {
    if (!('name' in change)) continue
    const text = 'value' in change ? `${change.name}:${change.value}` : ''
    const row = { name: change.name, text, isGone: false, isOurs: true }
    if (change.kind === 'add-header') rows.push(row)
    else if (change.kind === 'insert-header') {
      const shown = rows.filter(({ isGone, isOurs }) => !isGone || !isOurs)
      const next = shown[change.index]
      rows.splice(next === undefined ? rows.length : rows.indexOf(next), 0, row)
    } else {
      const same = rows.filter(({ name }) => name.toLowerCase() === change.name.toLowerCase())
      const hit = same[change.occurrence - 1]
      if (hit === undefined) {
        if (change.kind === 'change-header') rows.push(row)
      } else if (change.kind === 'delete-header') hit.isGone = true
      else hit.text = text
    }
  }
  return rows.filter(({ isGone }) => !isGone).map(({ text }) => text)
}

/** What was meant: occurrences of the message as it was received. */
function applyAsMeant(fields: string[], changes: readonly Modification[]): string[] {
  const result = new Map(fields.map((field, at) => [at, field] as [number, string | undefined]))
  for (const change of changes) {
    if (!('occurrence' in change)) continue
    const places = fields.flatMap((field, at) =>
      field.split(':')[0]!.toLowerCase() === change.name.toLowerCase() ? [at] : [],
    )
    result.set(
      places[change.occurrence - 1]!,
      'value' in change ? `${change.name}:${change.value}` : undefined,
    )
  }
  const left = ['', ...[...result.values()].filter((field) => field !== undefined)]
  for (const change of changes) {
    if (change.kind === 'add-header') left.push(`${change.name}:${change.value}`)
    if (change.kind === 'insert-header') left.splice(change.index, 0, `${change.name}:${change.value}`)
  }
  return left.filter((field) => field !== '')
}

describe('changes hit what was meant', () => {
  const names = ['A', 'B', 'a']
  const field = fc.tuple(fc.constantFrom(...names), fc.nat(99)).map(([name, n]) => `${name}: ${n}`)
  const wish = fc.record({
    pick: fc.nat(),
    kind: fc.constantFrom('change', 'delete', 'insert', 'add'),
    n: fc.nat(99),
  })

  it('by Postfix, which renumbers after each deletion, and by sendmail, which does not', () => {
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 8 }),
        fc.array(wish, { maxLength: 8 }),
        (fields, wishes) => {
          const changes = wishes.map(({ pick, kind, n }): Modification => {
            const [name] = fields[pick % fields.length]!.split(':') as [string]
            const count = fields.filter(
              (text) => text.split(':')[0]!.toLowerCase() === name.toLowerCase(),
            ).length
            const occurrence = (n % count) + 1
            if (kind === 'change') return { kind: 'change-header', name, occurrence, value: ` c${n}` }
            if (kind === 'delete') return { kind: 'delete-header', name, occurrence }
            if (kind === 'insert') return { kind: 'insert-header', index: n % 6, name, value: ` i${n}` }
            return { kind: 'add-header', name, value: ` a${n}` }
          })
          const read = format(...changes).map(([letter, data]) => {
            const filterFrame = readFilterFrame(letter, data)
            if (filterFrame?.kind !== 'modification') throw new Error('no modification')
            return filterFrame.modification
          })
          const meant = applyAsMeant(fields, changes)
          const message = bytesOf(`${fields.join('\r\n')}\r\n\r\nbody\r\n`)
          const { message: result } = applyModifications(message, read, { leadingSpace: true })
          const header = [...meant, ''].join('\r\n')
          expect(textOf(result)).toBe(`${header}\r\nbody\r\n`)
          expect(applyAsSendmail(fields, read)).toEqual(meant)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('applied to a message', () => {
  const message = bytesOf('From: a\r\nSubject: s\r\n\tt\r\n\r\nhello\r\n')
  const apply = (changes: Modification[], leadingSpace = false) => {
    const { message: result, ...envelope } = applyModifications(message, changes, { leadingSpace })
    return { text: textOf(result), ...envelope }
  }

  it('nothing changes nothing', () => {
    expect(apply([])).toEqual({
      text: textOf(message),
      sender: undefined,
      addedRecipients: [],
      deletedRecipients: [],
      quarantine: undefined,
    })
  })

  it.each<[string, Modification, string]>([
    [
      'at the top',
      { kind: 'insert-header', index: 0, name: 'X', value: 'y\n z' },
      'X: y\r\n z\r\nFrom: a\r\nSubject: s\r\n\tt\r\n',
    ],
    [
      'above the first',
      { kind: 'insert-header', index: 1, name: 'X', value: 'y' },
      'X: y\r\nFrom: a\r\nSubject: s\r\n\tt\r\n',
    ],
    [
      'below the first',
      { kind: 'insert-header', index: 2, name: 'X', value: 'y' },
      'From: a\r\nX: y\r\nSubject: s\r\n\tt\r\n',
    ],
    [
      'beyond the last',
      { kind: 'insert-header', index: 99, name: 'X', value: 'y' },
      'From: a\r\nSubject: s\r\n\tt\r\nX: y\r\n',
    ],
    [
      'where there is none to change',
      { kind: 'change-header', occurrence: 1, name: 'X', value: 'y' },
      'From: a\r\nSubject: s\r\n\tt\r\nX: y\r\n',
    ],
    [
      'changed',
      { kind: 'change-header', occurrence: 1, name: 'subject', value: 'y' },
      'From: a\r\nsubject: y\r\n',
    ],
    ['deleted', { kind: 'delete-header', occurrence: 1, name: 'SUBJECT' }, 'From: a\r\n'],
    [
      'where there is none to delete',
      { kind: 'delete-header', occurrence: 2, name: 'From' },
      'From: a\r\nSubject: s\r\n\tt\r\n',
    ],
  ])('a header %s', (_, change, header) => {
    expect(apply([change]).text).toBe(`${header}\r\nhello\r\n`)
  })

  it('values are exact when leading spaces were negotiated', () => {
    expect(apply([{ kind: 'add-header', name: 'X', value: 'y' }], true).text).toContain('X:y\r\n')
  })

  it('a body is all its pieces, and may be empty', () => {
    const pieces: Modification[] = ['new\r\n', 'body\r\n'].map((text) => ({
      kind: 'replace-body',
      body: [bytesOf(text)],
    }))
    expect(apply(pieces).text).toBe('From: a\r\nSubject: s\r\n\tt\r\n\r\nnew\r\nbody\r\n')
    expect(apply([{ kind: 'replace-body', body: [] }]).text).toBe('From: a\r\nSubject: s\r\n\tt\r\n\r\n')
  })

  it('the envelope is told apart', () => {
    expect(
      apply([
        { kind: 'change-sender', address: 'new', parameters: [] },
        { kind: 'add-recipient', address: 'b', parameters: [] },
        { kind: 'delete-recipient', address: 'c' },
        { kind: 'quarantine', reason: 'why' },
      ]),
    ).toMatchObject({ sender: 'new', addedRecipients: ['b'], deletedRecipients: ['c'], quarantine: 'why' })
  })

  it.each([
    ['no header', '\r\nbody\r\n'],
    ['no body', 'A: b\r\n\r\n'],
    ['nothing', '\r\n'],
  ])('a message with %s stays what it is', (_, text) => {
    expect(textOf(applyModifications(bytesOf(text), []).message)).toBe(text)
  })
})
