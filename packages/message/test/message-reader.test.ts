import { describe, expect, it } from 'vitest'
import { createMessageReader } from '../src/index.ts'
import { collect } from './collect.ts'

describe('a message', () => {
  it.each<[name: string, text: string, fields: string[], body: string]>([
    ['plain', 'A: 1\r\nB: 2\r\n\r\nbody\r\n', ['A: 1', 'B: 2'], 'body\r\n'],
    ['no body', 'A: 1\r\n\r\n', ['A: 1'], ''],
    ['no empty line', 'A: 1\r\nB: 2\r\n', ['A: 1', 'B: 2'], ''],
    ['no line end at all', 'A: 1', ['A: 1'], ''],
    ['nothing', '', [], ''],
    ['no header', '\r\nbody', [], 'body'],
    ['an empty line first, then white space', '\r\n body', [], ' body'],
    ['folds are kept', 'A: 1\r\n 2\r\n\t3\r\nB: 4\r\n\r\n', ['A: 1\r\n 2\r\n\t3', 'B: 4'], ''],
    ['a fold of white space only', 'A: 1\r\n \r\nB: 2\r\n\r\nx', ['A: 1\r\n ', 'B: 2'], 'x'],
    ['a fold at the very end', 'A: 1\r\n 2', ['A: 1\r\n 2'], ''],
    ['a fold before the first field', ' x\r\nA: 1\r\n\r\n', [' x', 'A: 1'], ''],
    ['a line without colon', 'A: 1\r\nno field\r\nB: 2\r\n\r\nx', ['A: 1', 'no field', 'B: 2'], 'x'],
    ['the line of a mailbox file', 'From ann@a.example Tue\r\nA: 1\r\n\r\nx', ['A: 1'], 'x'],
    ['such a line elsewhere', 'A: 1\r\nFrom ann\r\n\r\nx', ['A: 1', 'From ann'], 'x'],
    ['From with a colon', 'From : ann\r\n\r\nx', ['From : ann'], 'x'],
    ['the body begins with an empty line', 'A: 1\r\n\r\n\r\nx', ['A: 1'], '\r\nx'],
    ['NUL and 8-bit bytes', 'A: \0\xff\xe9\r\n\r\n\0\xfe', ['A: \0\xff\xe9'], '\0\xfe'],
    ['a bare LF is data', 'A: 1\nB: 2\r\n\r\nx\ny', ['A: 1\nB: 2'], 'x\ny'],
    ['a bare CR is data', 'A: 1\rB: 2\r\r\n\r\nx\ry\r', ['A: 1\rB: 2\r'], 'x\ry\r'],
    ['an empty line of bare LFs is none', 'A: 1\n\nx\r\n', ['A: 1\n\nx'], ''],
    ['CR at the end', 'A: 1\r', ['A: 1\r'], ''],
  ])('%s', (_, text, fields, body) => {
    expect(collect(text)).toEqual({ fields, body, ends: 1 })
  })

  it('has as many fields as it has', () => {
    const { fields, body } = collect(`${'X: y\r\n'.repeat(10_000)}\r\nbody`)
    expect(fields).toHaveLength(10_000)
    expect(new Set(fields)).toEqual(new Set(['X: y']))
    expect(body).toBe('body')
  })
})

describe('line ends', () => {
  it.each<[lineEnds: 'crlf' | 'any' | 'auto', text: string, fields: string[], body: string]>([
    ['any', 'A: 1\n 2\nB: 3\n\nx\ny\n', ['A: 1\r\n 2', 'B: 3'], 'x\r\ny\r\n'],
    ['any', 'A: 1\r\nB: 3\n\r\nx\r\ny\n\n', ['A: 1', 'B: 3'], 'x\r\ny\r\n\r\n'],
    ['any', 'A: 1\r\r\n\nx\ry\r\r\n', ['A: 1\r'], 'x\ry\r\r\n'],
    ['any', '\n\n', [], '\r\n'],
    ['auto', 'A: 1\nB: 3\n\nx\r\ny\n', ['A: 1', 'B: 3'], 'x\r\ny\r\n'],
    ['auto', 'A: 1\r\nB: 3\n4\r\n\r\nx\ny', ['A: 1', 'B: 3\n4'], 'x\ny'],
    ['auto', 'A: 1', ['A: 1'], ''],
    ['auto', '\nx\n', [], 'x\r\n'],
  ])('%s: %j', (lineEnds, text, fields, body) => {
    expect(collect(text, { lineEnds })).toEqual({ fields, body, ends: 1 })
  })
})

describe('limits', () => {
  it('a field of a megabyte is handed on, and more is cut', () => {
    const long = `A: ${'x'.repeat(1_048_573)}`
    expect(collect(`${long}\r\nB: 1\r\n\r\nbody`)).toEqual({ fields: [long, 'B: 1'], body: 'body', ends: 1 })
    const cut = collect(`${long}yz\r\n and more\r\nB: 1\r\n\r\nbody`)
    expect(cut).toEqual({ fields: [long, 'B: 1'], body: 'body', ends: 1 })
  })

  it('keeps no more of a field without end', () => {
    const fields: string[] = []
    const sink = { field: (raw: string) => void fields.push(raw), endOfHeader() {}, body() {} }
    const reader = createMessageReader(sink, { limits: { fieldBytes: 100 } })
    reader.write(Buffer.from('A: '))
    for (let i = 0; i < 2000; i++) reader.write(Buffer.alloc(65_536, 'x'))
    reader.end()
    expect(fields).toEqual([`A: ${'x'.repeat(97)}`])
  })

  it('takes a long field byte by byte in bearable time', () => {
    const text = `A: ${'x'.repeat(200_000)}\r\n\r\n`
    const cuts = Array.from(text, (_, at) => at)
    expect(collect(text, {}, cuts).fields[0]).toHaveLength(200_003)
  })
})
