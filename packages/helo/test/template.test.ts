import { formatTemplate } from '@postern/smtp-reply'
import { describe, expect, it } from 'vitest'
import { parseTemplate } from '../src/index.ts'

describe('parseTemplate', () => {
  it('knows these placeholders', () => {
    const text = 'HELO <{helo}> from {client}: {rule}. {advice} {url}'
    const template = parseTemplate(text)
    expect(template).toMatchObject({ ok: true })
    if (template.ok) expect(formatTemplate(template.value)).toBe(text)
  })

  it('knows no others', () => {
    expect(parseTemplate('no {name} here')).toEqual({
      ok: false,
      error: { code: 'unknown-placeholder', at: 3 },
    })
  })
})
