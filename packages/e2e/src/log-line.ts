// Reads the daemon's key=value lines back, as an administrator's own tools would.

export interface LogLine {
  readonly text: string
  /** The word before the first pair: `decision`, `listening` … */
  readonly event: string
  readonly fields: ReadonlyMap<string, string>
}

const pair = / ([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "]+)/y

/** A line of the log; throws for one that is not made of a time, an event and pairs. */
export function parseLogLine(text: string): LogLine {
  const [lead, event = ''] = /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )?([a-z-]+)(?= |$)/.exec(text) ?? []
  if (lead === undefined) throw new Error(`not a log line: ${text}`)
  const fields = new Map<string, string>()
  for (pair.lastIndex = lead.length; pair.lastIndex < text.length; ) {
    const at = pair.lastIndex
    const [, key, value] = pair.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw new Error(`not key=value from ${JSON.stringify(text.slice(at))} in: ${text}`)
    if (fields.has(key)) throw new Error(`${key} twice in: ${text}`)
    fields.set(key, value.startsWith('"') ? JSON.parse(value) : value)
  }
  return { text, event, fields }
}
