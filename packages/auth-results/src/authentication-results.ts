// The header field Authentication-Results: RFC 8601 §2.2.
import { type Parsed, parsed, parseError } from '@postern/addr'
import { AT, DOT, EQUALS, isDigit, octetsOf, SEMICOLON, SLASH } from './characters.ts'
import {
  type Cursor,
  type LexicalErrorCode,
  openField,
  rawText,
  readKeyword,
  readValue,
  skipCfws,
} from './cursor.ts'
import { foldField } from './folding.ts'
import { FIELD_OCTETS, FOLDED_FIELD_OCTETS, SHORT_VALUE_OCTETS } from './limits.ts'
import { writeComment, writeKeyword, writePropertyValue, writeValue, writeWithin } from './quoting.ts'
import type { FieldOptions } from './received-spf.ts'

/** What a result was reached upon, such as `smtp.mailfrom=example.org`. */
export interface AuthProperty {
  /** `smtp`, `header`, `body`, `policy` or another; empty where a field left it out (Microsoft's `action=none`). */
  readonly ptype: string
  readonly property: string
  /** An address is written as SMTP has it, with the quotes of its local part. */
  readonly value: string
}

/** One method's result. Method, result, ptype and property are in lower case. */
export interface AuthResult {
  readonly method: string
  /** 1 if absent. RFC 8601 §2.6: whoever does not know the version should ignore the result. */
  readonly methodVersion?: number
  readonly result: string
  /** For people; several comments are joined by a blank. */
  readonly comment?: string
  readonly reason?: string
  readonly properties: readonly AuthProperty[]
}

/** One Authentication-Results field. No results: nothing was authenticated, written as `none`. */
export interface AuthenticationResults {
  readonly authservId: string
  /** RFC 8601 is version 1, which is also meant where none is given. */
  readonly version?: 1
  readonly results: readonly AuthResult[]
}

export type AuthenticationResultsErrorCode =
  | LexicalErrorCode
  | 'missing-authserv-id'
  | 'unsupported-version'
  | 'missing-semicolon'
  | 'missing-result'
  | 'missing-equals'
  | 'bad-method'
  | 'bad-method-version'
  | 'bad-result'
  | 'bad-property'

/**
 * The whole field with its name and without a CRLF at its end: one line of at most 998 octets, or folded and of at most
 * 8192, each result on a line of its own. It can neither end the line nor leave the grammar, whatever the texts hold: what is replaced and cut is as with
 * `formatReceivedSpf`, and in the names a character that a keyword may not hold becomes `-`. A field that is too long
 * loses its comments, then its reasons, then properties, then results: the first of each method stays longest.
 */
export function formatAuthenticationResults(
  value: AuthenticationResults,
  options: FieldOptions = {},
): string {
  const budget = options.fold ? FOLDED_FIELD_OCTETS : FIELD_OCTETS
  const head = `Authentication-Results: ${writeAuthservId(value.authservId)}${value.version === 1 ? ' 1' : ''}`
  const fits = (line: string): boolean => line.length * 3 <= budget || octetsOf(line) <= budget
  let line = head + (value.results.length === 0 ? '; none' : writeResults(value.results, true, true))
  if (!fits(line)) line = head + writeResults(value.results, false, true)
  if (!fits(line)) line = head + writeResults(value.results, false, false)
  if (!fits(line)) line = head + writeFittingResults(value.results, budget - octetsOf(head))
  return options.fold ? foldField(line, SEMICOLON) : line
}

const writeAuthservId = (id: string): string =>
  id.length * 3 <= SHORT_VALUE_OCTETS
    ? writeValue(id, 'start')
    : writeWithin(id, SHORT_VALUE_OCTETS, { kept: 'start', write: writeValue })

/** 1*resinfo */
function writeResults(results: readonly AuthResult[], comments: boolean, reasons: boolean): string {
  let text = ''
  for (const result of results) {
    text += writeMethod(result)
    if (comments && result.comment) text += ` ${writeComment(result.comment)}`
    if (reasons && result.reason !== undefined) text += ` reason=${writeValue(result.reason, 'start')}`
    for (const property of result.properties) text += writeProperty(property)
  }
  return text
}

/** Results without comments and reasons, as far as they fit: all methods before their properties. */
function writeFittingResults(results: readonly AuthResult[], octets: number): string {
  const written = results.map(() => '')
  let room = octets
  const add = (index: number, text: string): void => {
    const more = octetsOf(text)
    if (more > room) return
    written[index] += text
    room -= more
  }
  // A sender can add signatures at will: one result of each method comes before a second one of any.
  const first = new Map<string, number>()
  for (const [index, { method }] of results.entries()) if (!first.has(method)) first.set(method, index)
  const order = new Set([...first.values(), ...results.keys()])
  for (const index of order) add(index, writeMethod(results[index]!))
  for (const index of order)
    if (written[index] !== '')
      for (const property of results[index]!.properties) add(index, writeProperty(property))
  return written.join('')
}

/** ";" methodspec */
function writeMethod({ method, methodVersion, result }: AuthResult): string {
  const version = methodVersion !== undefined && isVersion(methodVersion) ? `/${methodVersion}` : ''
  return `; ${writeKeyword(method)}${version}=${writeKeyword(result)}`
}

const isVersion = (version: number): boolean => Number.isSafeInteger(version) && version >= 0

/** propspec, with the blank before it. */
const writeProperty = ({ ptype, property, value }: AuthProperty): string =>
  ` ${writeKeyword(ptype)}.${writeKeyword(property)}=${writePropertyValue(value, 'end')}`

/**
 * Reads a field with or without its name, folded or not. Taken besides the grammar: values without blanks, `;` or
 * parentheses and without the quotes they need (`header.b=a/b+c=`), no value at all, a property without its ptype,
 * `reason` in any place, `;` at the end, underscores and any case in names. A version other than 1 is an error, as what
 * follows may mean something else (RFC 8601 §2.6). The comments kept are those behind the result, the reason and values.
 */
export function parseAuthenticationResults(
  text: string,
): Parsed<AuthenticationResults, AuthenticationResultsErrorCode> {
  const cursor = openField(text, 'authentication-results')
  const fail = (code: AuthenticationResultsErrorCode) =>
    cursor.error === undefined ? parseError(code, cursor.at) : parseError(cursor.error.code, cursor.error.at)
  const head = readHead(cursor)
  if (typeof head === 'string') return fail(head)
  const results: AuthResult[] = []
  let none = false
  while (cursor.at < cursor.end) {
    if (!take(cursor, SEMICOLON)) return fail('missing-semicolon')
    if (!skipCfws(cursor)) return fail('bad-method')
    if (cursor.at >= cursor.end || peek(cursor) === SEMICOLON) continue
    const result = readResult(cursor)
    if (result === 'none') none = true
    else if (typeof result === 'string') return fail(result)
    else results.push(result)
  }
  return none || results.length > 0 ? parsed({ ...head, results }) : fail('missing-result')
}

const peek = (cursor: Cursor): number => (cursor.at < cursor.end ? cursor.text.charCodeAt(cursor.at) : -1)

function take(cursor: Cursor, code: number): boolean {
  if (peek(cursor) !== code) return false
  cursor.at++
  return true
}

type Head = Omit<AuthenticationResults, 'results'>

/** authserv-id [ CFWS authres-version ]. With an `=` behind it, it is a result of a field without an authserv-id. */
function readHead(cursor: Cursor): Head | 'missing-authserv-id' | 'unsupported-version' {
  if (!skipCfws(cursor)) return 'missing-authserv-id'
  const start = cursor.at
  const authservId = readValue(cursor, EQUALS)
  if (authservId === undefined || cursor.at === start || !skipCfws(cursor)) return 'missing-authserv-id'
  if (peek(cursor) === EQUALS) {
    cursor.at = start
    return 'missing-authserv-id'
  }
  const versionAt = cursor.at
  const version = readVersion(cursor)
  if (version === undefined) return { authservId }
  if (!skipCfws(cursor)) return 'unsupported-version'
  if (version === 1) return { authservId, version }
  cursor.at = versionAt
  return 'unsupported-version'
}

/** 1*DIGIT; undefined if there is none. */
function readVersion(cursor: Cursor): number | undefined {
  const start = cursor.at
  while (isDigit(peek(cursor))) cursor.at++
  return cursor.at === start ? undefined : Number(cursor.text.slice(start, cursor.at))
}

type ResultErrorCode = Exclude<AuthenticationResultsErrorCode, LexicalErrorCode>

/** What follows ";" in no-result or resinfo, with the CFWS behind it. */
function readResult(cursor: Cursor): AuthResult | 'none' | ResultErrorCode {
  const method = readKeyword(cursor)
  if (method === '' || !skipCfws(cursor)) return 'bad-method'
  let methodVersion: number | undefined
  if (take(cursor, SLASH)) {
    if (!skipCfws(cursor)) return 'bad-method-version'
    methodVersion = readVersion(cursor)
    if (methodVersion === undefined || !isVersion(methodVersion)) return 'bad-method-version'
    if (!skipCfws(cursor)) return 'missing-equals'
  } else if (method === 'none' && peek(cursor) !== EQUALS) return 'none'
  if (!take(cursor, EQUALS)) return 'missing-equals'
  if (!skipCfws(cursor)) return 'bad-result'
  const result = readKeyword(cursor)
  if (result === '') return 'bad-result'
  cursor.comments = ''
  const properties: AuthProperty[] = []
  const reasons: string[] = []
  while (skipCfws(cursor) && cursor.at < cursor.end && peek(cursor) !== SEMICOLON) {
    const error = readProperty(cursor, properties, reasons)
    if (error !== undefined) return error
  }
  if (cursor.error !== undefined) return 'bad-property'
  return {
    method,
    ...(methodVersion === undefined ? {} : { methodVersion }),
    result,
    ...(cursor.comments === '' ? {} : { comment: cursor.comments }),
    ...(reasons[0] === undefined ? {} : { reason: reasons[0] }),
    properties,
  }
}

/** reasonspec or propspec. Comments inside of them are dropped. */
function readProperty(
  cursor: Cursor,
  properties: AuthProperty[],
  reasons: string[],
): 'bad-property' | 'missing-equals' | undefined {
  const { comments } = cursor
  const first = readKeyword(cursor)
  if (first === '' || !skipCfws(cursor)) return 'bad-property'
  const hasType = take(cursor, DOT)
  if (hasType && !skipCfws(cursor)) return 'bad-property'
  const property = hasType ? readKeyword(cursor) : first
  if (property === '' || !skipCfws(cursor)) return 'bad-property'
  if (!take(cursor, EQUALS)) return 'missing-equals'
  if (!skipCfws(cursor)) return 'bad-property'
  cursor.comments = comments
  const value = readPropertyValue(cursor)
  if (value === undefined) return 'bad-property'
  if (hasType) properties.push({ ptype: first, property, value })
  else if (property === 'reason') reasons.push(value)
  else properties.push({ ptype: '', property, value })
  return undefined
}

/** pvalue. RFC 5322 §3.4.1: a local-part may have CFWS behind it, before the "@". */
function readPropertyValue(cursor: Cursor): string | undefined {
  const start = cursor.at
  const value = readValue(cursor)
  if (value === undefined) return undefined
  const local = rawText(cursor, start)
  if (!skipCfws(cursor)) return undefined
  if (peek(cursor) !== AT) return value
  const domain = readValue(cursor)
  return domain === undefined ? undefined : local + domain
}
