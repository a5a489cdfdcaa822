import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fieldAddresses } from '../src/index.ts'

const written = (body: string) =>
  fieldAddresses(body).map(({ localPart, domain }) => `${localPart}|${domain}`)

it.each<[body: string, addresses: string[]]>([
  [' ann@example.org', ['ann|example.org']],
  [' Ann <ann@example.org>', ['ann|example.org']],
  [' "Ann, <x@y.example>" <ann@example.org>', ['ann|example.org']],
  [' Ann (bob@x.example (nested\\) "x") ) <ann@example.org> (c@d)', ['ann|example.org']],
  [' a@b.example, c@d.example', ['a|b.example', 'c|d.example']],
  [' Group: a@b.example, C <c@d.example>;, e@f.example', ['a|b.example', 'c|d.example', 'e|f.example']],
  [' undisclosed-recipients:;', []],
  [' <@relay.example,@other.example:ann@example.org>', ['ann|example.org']],
  [' "a b"@example.org', ['"a b"|example.org']],
  [' "a@b"@example.org', ['"a@b"|example.org']],
  [' ann@[IPv6:2001:db8::1]', ['ann|[IPv6:2001:db8::1]']],
  [' ann\r\n @ (x) example.org', ['ann|example.org']],
  [' ann@evil.example <ann@example.org>', ['ann|example.org']],
  [' ann', []],
  [' @example.org', []],
  [' ann@', []],
  [' <>', []],
  [' "unclosed <ann@example.org>', []],
  [' (unclosed ann@example.org', []],
  [' <ann@example.org', ['ann|example.org']],
  [' "a\\"b"@example.org', ['"a\\"b"|example.org']],
  [' M\xc3\xbcller <m\xc3\xbc@m\xc3\xbc.example>', ['m\xc3\xbc|m\xc3\xbc.example']],
])('%j', (body, addresses) => {
  expect(written(body)).toEqual(addresses)
})

it('takes any text in time that grows with it', () => {
  const unit = fc.constantFrom('<', '>', '(', ')', '"', '\\', '@', ',', ':', ';', '[', ']', ' ', 'a', '\r\n ')
  fc.assert(
    fc.property(fc.string({ unit }), (body) => {
      for (const { localPart, domain } of fieldAddresses(body)) {
        expect(localPart).not.toBe('')
        expect(domain).not.toBe('')
      }
    }),
  )
  expect(fieldAddresses('("['.repeat(300_000))).toEqual([])
  expect(fieldAddresses('a@b.example,'.repeat(100_000))).toHaveLength(100_000)
})
