import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultSettings, formatProblems, loadSettings, type SettingsProblem } from '../src/index.ts'

const problemsOf = (text: string): readonly SettingsProblem[] => {
  const loaded = loadSettings(text)
  return loaded.ok ? [] : loaded.problems
}

const linesOf = (text: string) => formatProblems(problemsOf(text), 'f')

describe('settings that are right', () => {
  it('an empty file is all defaults', () => {
    expect(loadSettings('')).toEqual({ ok: true, settings: defaultSettings() })
    expect(defaultSettings().policy.listen).toEqual(['127.0.0.1:10023'])
    expect(defaultSettings().greylist.delay_seconds).toBe(180)
    expect(defaultSettings().store.directory).toBeUndefined()
  })
  it.each([
    ['a table', '[greylist]\ndelay_seconds = 300'],
    ['a dotted key', 'greylist.delay_seconds = 300'],
    ['an inline table', 'greylist = { delay_seconds = 300 }'],
    ['quoted names', '["greylist"]\n"delay_seconds" = 300'],
    ['a byte order mark and DOS line ends', '\ufeff[greylist]\r\ndelay_seconds = 300\r\n'],
    ['a comment at the end', '[greylist]\ndelay_seconds = 300 # five minutes'],
  ])('%s', (_, text) => {
    const loaded = loadSettings(text)
    expect(loaded.ok && loaded.settings.greylist).toEqual({
      ...defaultSettings().greylist,
      delay_seconds: 300,
    })
  })
  it.each([
    '127.0.0.1:10023',
    'localhost:0',
    '[::1]:10023',
    '0.0.0.0:65535',
    'unix:/run/postern/policy.sock',
  ])('listens at %s', (address) => {
    expect(loadSettings(`[policy]\nlisten = ["${address}"]`).ok).toBe(true)
  })
  it.each([
    '10023',
    '127.0.0.1',
    '127.0.0.1:65536',
    '::1:10023',
    '[127.0.0.1]:10',
    '[::1]',
    'unix:sock',
    'a b:1',
    '',
    `unix:/${'x'.repeat(107)}`,
  ])('does not listen at %s', (address) => {
    expect(problemsOf(`[policy]\nlisten = ["${address}"]`)).toMatchObject([
      { line: 2, column: 11, path: 'policy.listen[0]', code: 'bad-value' },
    ])
  })
})

it.each([
  ['a misspelt key', '[greylist]\nprivat = true\ndelay_seconds = 7200\nretry_window_hours = 2', [2, 3]],
  ['a wrong delay', '[greylist]\ndelay_seconds = "x"\nretry_window_hours = 2', [2]],
  ['a wrong window', '[greylist]\ndelay_seconds = 7200\nretry_window_hours = true', [3]],
])('the wait is compared with the retry window beside %s, when both are numbers', (_, text, lines) => {
  expect(problemsOf(text).map(({ line }) => line)).toEqual(lines)
})

describe('one mistake, one sentence', () => {
  it.each<[name: string, text: string, line: string]>([
    [
      'a misspelt key',
      '[store]\nknid = "lmdb"',
      'f:2:1: [store] knid is no setting here; did you mean kind? It may be one of: kind, directory',
    ],
    [
      'a key far from any',
      '[store]\nzzzzzzzz = 1',
      'f:2:1: [store] zzzzzzzz is no setting here. It may be one of: kind, directory',
    ],
    [
      'a key of another table',
      '[store]\nlisten = []',
      'f:2:1: [store] listen is no setting here, it belongs below [policy]',
    ],
    [
      'a table inside a table',
      '[store]\npolicy.enabled = true',
      'f:2:1: [store] policy is a table: write [policy] on a line of its own',
    ],
    [
      'a key above all tables',
      'delay_seconds = 1',
      'f:1:1: delay_seconds stands outside of all tables. It belongs below [greylist]',
    ],
    [
      'a word in quotes',
      '[log]\nlevel = 3',
      'f:2:9: [log] level must be "error", "warn", "info" or "debug", not 3',
    ],
    [
      'no choice',
      '[log]\nlevel = "warning"',
      'f:2:9: [log] level must be "error", "warn", "info" or "debug", not "warning"; did you mean "warn"?',
    ],
    [
      'a number in quotes',
      '[dns]\nattempts = "3"',
      'f:2:12: [dns] attempts must be a whole number from 1 to 5, not "3": leave out the quotes',
    ],
    [
      'a broken number',
      '[dns]\nattempts = 2.5',
      'f:2:12: [dns] attempts must be a whole number from 1 to 5, not 2.5',
    ],
    [
      'infinity',
      '[greylist]\nmax_age_days = inf',
      'f:2:16: [greylist] max_age_days must be a number above 0, at most 3650, not inf',
    ],
    [
      'a date',
      '[dns]\nattempts = 2026-11-22',
      'f:2:12: [dns] attempts must be a whole number from 1 to 5, not 2026-11-22',
    ],
    [
      'below the range',
      '[greylist]\nmax_age_days = 0',
      'f:2:16: [greylist] max_age_days must be a number above 0, at most 3650, not 0',
    ],
    [
      'a wait that outlasts the retry window',
      '[greylist]\nmode = "observe"\ndelay_seconds = 7200\nretry_window_hours = 2',
      'f:3:17: [greylist] delay_seconds must be shorter than retry_window_hours (else no retry ever passes), not 7200',
    ],
    [
      'a retry window shorter than the default wait',
      '[greylist]\nretry_window_hours = 0.05',
      'f:1:2: [greylist] delay_seconds must be shorter than retry_window_hours (else no retry ever passes)',
    ],
    [
      'truth in quotes',
      '[policy]\nenabled = "true"',
      'f:2:11: [policy] enabled must be true or false, not "true": leave out the quotes',
    ],
    [
      'a list that is none',
      '[dns]\nservers = "127.0.0.1"',
      'f:2:11: [dns] servers must be a list of texts in quotes, not "127.0.0.1": write ["127.0.0.1"]',
    ],
    [
      'an element of the wrong kind',
      '[dns]\nservers = ["127.0.0.1", 5]',
      'f:2:25: [dns] element 2 of servers must be text in quotes, not 5: write "5"',
    ],
    [
      'an element of the wrong form, lines below',
      '[dns]\nservers = [\n  "127.0.0.1",\n  "localhost",\n]',
      'f:4:3: [dns] element 2 of servers must be an address such as "192.0.2.53", "127.0.0.1:5353" or "[::1]:5353", not "localhost"',
    ],
    [
      'host bits',
      '[policy]\nown_networks = ["192.0.2.1/24"]',
      'f:2:17: [policy] element 1 of own_networks must be an address or a network such as "192.0.2.0/24" or "2001:db8::/32", with zeros behind the prefix, not "192.0.2.1/24"',
    ],
    ['an empty list', '[policy]\nlisten = []', 'f:2:10: [policy] listen may not be empty'],
    ['empty text', '[store]\ndirectory = ""', 'f:2:13: [store] directory may not be empty'],
    [
      'long text',
      `[greylist]\ntext = "${'x'.repeat(401)}"`,
      'f:2:8: [greylist] text may have at most 400 characters',
    ],
    [
      'a list where one is wanted',
      '[store]\nkind = ["lmdb"]',
      'f:2:8: [store] kind must be "lmdb" or "memory", not ["lmdb"]: leave out the brackets',
    ],
    [
      'a table where a value is wanted',
      '[store.kind]\na = 1',
      'f:1:2: [store] kind must be "lmdb" or "memory", not a table',
    ],
    [
      'a value where a table is wanted',
      'greylist = true',
      'f:1:12: [greylist] this is a table: write [greylist] on a line of its own, and its settings on the lines below',
    ],
    [
      'a list of tables',
      '\n[[dns]]\nattempts = 2',
      'f:2:3: [dns] there is one table of this name, not a list of them: write [dns] for [[dns]]',
    ],
    [
      'an unknown table',
      '[grilist]\n',
      'f:1:2: [grilist] there is no such table; did you mean [greylist]? It may be one of: ',
    ],
    ['a name from JavaScript', '[log]\n__proto__ = 1', 'f:2:1: [log] __proto__ is no setting here.'],
    [
      'a table with such a name',
      '[constructor]\nx = 1',
      'f:1:2: [constructor] there is no such table. It may be one of: ',
    ],
  ])('%s', (_, text, line) => {
    const lines = linesOf(text)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.startsWith(line) ? line : lines[0]).toBe(line)
  })
})

describe('text that is not TOML', () => {
  it.each<[name: string, text: string, line: string]>([
    [
      'no quotes',
      '[log]\nlevel = info',
      'f:2:9: [log] level must be "error", "warn", "info" or "debug", not info: write "info"',
    ],
    [
      'a unit',
      '[dns]\ntimeout_ms = 3s',
      'f:2:14: [dns] timeout_ms must be a whole number from 50 to 30000, not 3s',
    ],
    ['yes', '[policy]\nenabled = yes', 'f:2:11: [policy] enabled must be true or false, not yes'],
    [
      'an octal number',
      '[policy]\nsocket_mode = 0660',
      'f:2:15: [policy] socket_mode must be text in quotes, not 0660: write "0660"',
    ],
    [
      'an unknown key with no value',
      '[log]\nabc = maybe',
      'f:2:7: [log] abc: maybe is neither text in quotes nor a number nor true or false',
    ],
    ['nothing', '[log]\nlevel =', 'f:2:8: [log] there is no value behind the "="'],
    ['open quotes', '[log]\nlevel = "info', 'f:2:1: [log] the quotes that open here are not closed'],
    [
      'an open list',
      '[dns]\nservers = ["::1"\nattempts = 2',
      'f:2:1: [dns] the list that begins here is not closed: "]" is missing',
    ],
    [
      'an open list of lines',
      '[dns]\nservers = [\n"::1",\n\n[log]',
      'f:2:1: [dns] the list that begins here is not closed: "]" is missing',
    ],
    [
      'no comma',
      '[dns]\nservers = ["::1" "::2"]',
      'f:2:18: [dns] a comma is missing between two elements of this list, or the "]" that closes it',
    ],
    [
      'an open header',
      '[dns\nattempts = 2',
      'f:1:1: [dns] the name of the table is not closed: "]" is missing',
    ],
    ['YAML', '[log]\nlevel: info', 'f:2:6: [log] write "level = …", not "level: …"'],
    [
      'prose',
      'hello world',
      'f:1:7: this line is no setting: write "key = value", or "#" in front of a comment',
    ],
    [
      'two on a line',
      '[dns]\nattempts = 2 timeout_ms = 100',
      'f:2:14: [dns] something follows behind the value: one setting to a line',
    ],
    [
      'a Windows path',
      '[store]\ndirectory = "C:\\postern"',
      'f:2:17: [store] a backslash in "…" is written twice; in \'…\' it is a letter like others',
    ],
    ['a key twice', '[dns]\nattempts = 2\n\nattempts = 3', 'f:4:1: [dns] attempts is set twice, see line 2'],
    [
      'a table twice',
      '[dns]\n[log]\n[dns]\nattempts = 3',
      'f:3:2: [dns] this table has begun before, see line 1: put all its settings in one place',
    ],
    [
      'a key twice in braces',
      'dns = { attempts = 2, attempts = 3 }',
      'f:1:23: a key is set twice in these braces',
    ],
    ['a control character', '[log]\nlevel = "in\u0001fo"', 'f:2:'],
  ])('%s', (_, text, line) => {
    const lines = linesOf(text)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.startsWith(line) ? line : lines[0]).toBe(line)
  })

  it('is no reason to leave the rest unread', () => {
    const text = [
      '[greylist', // 1
      'delay_seconds = 3m', // 2
      'mode = "watch"', // 3
      '', // 4
      '[polcy]', // 5
      'enabled = maybe', // 6
      'max_connections = 0', // 7
      '# a comment', // 8
      'what is this', // 9
      '[dns]', // 10
      'attempts = 9', // 11
      'attempts = 9', // 12
      'servers = [', // 13
      '  "x",', // 14
      '  5', // 15
      ']', // 16
      '[dns]', // 17
      'cache_entrys = 1', // 18
    ].join('\n')
    expect(problemsOf(text).map(({ line }) => line)).toEqual([1, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 17, 18])
  })

  it('does not take lines of a long text for settings', () => {
    const text = '[greylist]\ntext = """\n[dns]\na = 1\n"""\nmode = observe'
    expect(problemsOf(text).map(({ line }) => line)).toEqual([6])
  })

  it('reports a broken header and open quotes below it', () => {
    expect(problemsOf('[\n"""#x\n').map(({ line }) => line)).toEqual([1, 2])
  })

  it('ends, whatever the text is', () => {
    const scrap = fc.constantFrom(
      ...[
        '[greylist]',
        '[',
        ']',
        '=',
        '"',
        "'",
        '"""',
        "'''",
        '\n',
        '\r\n',
        '{',
        '}',
        ',',
        'dns',
        '.',
        '#',
        ' ',
        '1',
        'a = 1',
      ],
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(scrap, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 40 }),
        (parts) => {
          const text = parts.join('')
          const loaded = loadSettings(text)
          if (loaded.ok) return
          expect(loaded.problems.length).toBeGreaterThan(0)
          const lines = text.split('\n').length
          for (const { line, column } of loaded.problems) {
            expect(line).toBeGreaterThanOrEqual(1)
            expect(line).toBeLessThanOrEqual(lines)
            expect(column).toBeGreaterThanOrEqual(1)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('reports the mistakes in the order of their lines, and not without end', () => {
    const problems = problemsOf('junk here\n'.repeat(5000))
    expect(problems).toHaveLength(100)
    expect(problems.map(({ line }) => line)).toEqual(
      [...problems.map(({ line }) => line)].sort((a, b) => a - b),
    )
  })
})
