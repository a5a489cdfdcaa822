// opendkim's MacroList and MTA options: a macro of the MTA that says "this client is one of ours".

/** The macro must be set, and to one of the values where there are any. Case counts. */
export interface MacroRule {
  /** Without braces. */
  readonly name: string
  readonly values: readonly string[]
}

/** Reads `name`, `name=value` or `name=value1|value2`. Undefined when there is no name. */
export function parseMacroRule(text: string): MacroRule | undefined {
  const equals = text.indexOf('=')
  const name = (equals < 0 ? text : text.slice(0, equals)).trim().replace(/^\{(.*)\}$/, '$1')
  if (!/^[A-Za-z0-9_]+$/.test(name)) return undefined
  const values = equals < 0 ? [] : text.slice(equals + 1).split('|')
  return { name, values: values.map((value) => value.trim()).filter((value) => value !== '') }
}

/** Whether the rule says yes to this value of its macro. */
export const matchesMacro = ({ values }: MacroRule, value: string | undefined): boolean =>
  value !== undefined && value !== '' && (values.length === 0 || values.includes(value))
